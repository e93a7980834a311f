"""Who belongs to a segment wears its tag: when something happens to them, after a sweep, and no longer than that."""

from datetime import timedelta

import pytest

from regulars.audiences.auto_tags import (
    AutoTagTaken,
    create_auto_tag,
    list_auto_tags,
    remove_auto_tag,
    retag_touched,
    sweep_auto_tag,
)
from regulars.audiences.circles import AutoTagInCircles
from regulars.audiences.models import AutoTag, Segment
from regulars.audiences.segments import UnknownSegment, save_segment
from regulars.audiences.tags import UnknownTag, create_tag, retag_member, tags_of
from regulars.core.actor import SYSTEM
from regulars.core.audience import Balance, InSegment, LastBought, Not, Tagged
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db) -> None:
    a_shop()
    for name in ("rich", "away", "other"):
        create_tag(name, at=NOON, by=SYSTEM)
    save_segment(name="rich ones", condition=Balance(unit="points", at_least=100), at=NOON, by=SYSTEM)
    save_segment(name="long gone", condition=LastBought(at_least_days=60), at=NOON, by=SYSTEM)


def a_rule(segment: str = "rich ones", tag: str = "rich", *, takes_off: bool = True) -> int:
    return create_auto_tag(segment=segment, tag=tag, takes_off=takes_off, at=NOON, by=SYSTEM)


def sweep(rule: int, *, at=NOON) -> int:
    return sum(batch.changed for batch in sweep_auto_tag(rule, at=at))


def test_a_sweep_tags_who_belongs_already_and_a_second_one_changes_nothing():
    rich, poor = a_member(points=100), a_member(points=99)
    rule = a_rule()
    assert sweep(rule) == 1
    assert tags_of([rich, poor]) == {rich: ("rich",)}
    assert sweep(rule) == 0
    assert AutoTag.objects.get().swept_at == NOON


def test_who_is_touched_is_looked_at_at_once():
    member = a_member(points=99)
    a_rule()
    assert retag_touched([member], at=NOON) == 0
    sell(a_sale(100, member=member))
    assert retag_touched([member], at=NOON) == 1
    assert tags_of([member]) == {member: ("rich",)}


def test_time_alone_puts_a_tag_on_and_a_purchase_takes_it_off():
    member = a_member(points=5, at=NOON - timedelta(days=10))
    rule = a_rule("long gone", "away")
    assert sweep(rule) == 0
    later = NOON + timedelta(days=55)
    assert sweep(rule, at=later) == 1
    sell(a_sale(100, member=member, at=later), at=later)
    assert retag_touched([member], at=later) == 1
    assert tags_of([member]) == {}


@pytest.mark.parametrize(("takes_off", "left"), [(True, {}), (False, {"rich"})])
def test_who_belongs_no_more_loses_the_tag_where_the_rule_says_so(takes_off, left):
    member = a_member(points=100)
    rule = a_rule(takes_off=takes_off)
    sweep(rule)
    save_segment(
        name="rich ones",
        condition=Balance(unit="points", at_least=101),
        at=NOON,
        by=SYSTEM,
        segment_id=AutoTag.objects.get().segment_id,
    )
    sweep(rule)
    assert set(tags_of([member]).get(member, ())) == set(left)


def test_what_people_put_on_stays():
    member = a_member(points=1)
    retag_member(member_id=member, put=["rich"], at=NOON, by=SYSTEM)
    rule = a_rule()
    assert sweep(rule) == 0 and retag_touched([member], at=NOON) == 0
    assert tags_of([member]) == {member: ("rich",)}


def test_a_rule_that_ends_leaves_its_tags_as_if_people_had_put_them_on():
    member = a_member(points=100)
    rule = a_rule()
    sweep(rule)
    remove_auto_tag(rule, at=NOON, by=SYSTEM)
    assert list_auto_tags() == [] and tags_of([member]) == {member: ("rich",)}


def test_a_segment_and_a_tag_make_one_rule():
    a_rule()
    with pytest.raises(AutoTagTaken):
        a_rule()
    with pytest.raises(UnknownTag):
        a_rule(tag="nobody made this")
    with pytest.raises(UnknownSegment):
        a_rule(segment="nor this")
    assert AutoTag.objects.count() == 1


def test_a_tag_cannot_follow_from_itself():
    save_segment(name="untagged", condition=Not(of=Tagged(any=("rich",))), at=NOON, by=SYSTEM)
    save_segment(name="around", condition=InSegment(any=("untagged",)), at=NOON, by=SYSTEM)
    save_segment(name="others", condition=Tagged(any=("other",)), at=NOON, by=SYSTEM)
    for segment in ("untagged", "around"):
        with pytest.raises(AutoTagInCircles):
            a_rule(segment, "rich")
    a_rule("around", "other")
    with pytest.raises(AutoTagInCircles):
        a_rule("others", "rich")
    others = Segment.objects.get(name="others").pk
    with pytest.raises(AutoTagInCircles):
        save_segment(name="untagged", condition=Tagged(any=("other",)), at=NOON, by=SYSTEM, segment_id=others - 2)
    assert AutoTag.objects.count() == 1


@pytest.mark.parametrize("size", [1, 10, 200])
def test_statements_do_not_grow_with_who_is_touched(size, django_assert_max_num_queries):
    a_rule()
    members = [a_member(points=100) for _ in range(size)]
    with django_assert_max_num_queries(12):
        assert retag_touched(members, at=NOON) == size
