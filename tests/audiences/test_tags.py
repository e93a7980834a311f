"""Tags are created first, then worn; every change of a member's tags is one event, and a rule gives way to people."""

import pytest

from regulars.audiences.models import AutoTag, Segment, Tag
from regulars.audiences.tags import (
    InvalidTag,
    TagChange,
    TagInUse,
    TagTaken,
    UnknownTag,
    change_tag,
    change_tags,
    create_tag,
    find_tags,
    list_tags,
    remove_tag,
    retag_member,
    tags_of,
)
from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.conditions import Audience, Conditions, Tags
from regulars.core.program.rules import BonusRule
from regulars.members.models import Member
from tests.shop import NOON, OPENED, a_member, a_program, a_shop, publish

pytestmark = pytest.mark.django_db
ANN = Actor(kind="staff", id=7, name="Ann")


@pytest.fixture(autouse=True)
def shop(db) -> None:
    a_shop()


def the_tags(*names: str) -> list[int]:
    return [create_tag(name, at=OPENED, by=SYSTEM).pk for name in names]


def test_a_tag_is_created_put_on_and_taken_off():
    the_tags("vip", "staff")
    member = a_member()

    done = retag_member(member_id=member, put=["vip", "staff"], at=NOON, by=ANN)
    assert done is not None
    assert tags_of([member]) == {member: ("staff", "vip")}
    again = retag_member(member_id=member, put=["vip"], take=["staff"], at=NOON, by=ANN)

    assert again is not None and (again.put, len(again.take)) == ((), 1)
    assert tags_of([member]) == {member: ("vip",)}
    events = Event.objects.filter(action="member.tagged").order_by("id")
    assert [(each.member_id, each.actor, each.facts) for each in events] == [
        (member, "staff:7", {"on": ["vip", "staff"]}),
        (member, "staff:7", {"off": ["staff"]}),
    ]


def test_what_changes_nothing_leaves_no_event():
    the_tags("vip")
    member = a_member()
    retag_member(member_id=member, put=["vip"], at=NOON, by=ANN)
    events = Event.objects.count()
    assert retag_member(member_id=member, put=["vip"], at=NOON, by=ANN) is None
    assert Event.objects.count() == events


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\x00b", "gold;silver"])
def test_a_name_that_cannot_be_read_is_refused(name):
    with pytest.raises(InvalidTag):
        create_tag(name, at=NOON, by=ANN)
    assert not Tag.objects.exists()


def test_a_name_is_given_once():
    the_tags("vip")
    with pytest.raises(TagTaken):
        create_tag(" vip ", at=NOON, by=ANN)
    assert Tag.objects.count() == 1


def test_tags_nobody_created_are_not_put_on():
    member = a_member()
    with pytest.raises(UnknownTag):
        retag_member(member_id=member, put=["vip"], at=NOON, by=ANN)
    assert tags_of([member]) == {}


def test_members_who_were_merged_erased_or_never_there_are_left_out():
    [vip] = the_tags("vip")
    here, merged, erased = a_member(), a_member(), a_member()
    Member.objects.filter(pk=merged).update(merged_into=here)
    Member.objects.filter(pk=erased).update(erased_at=NOON)

    done = change_tags(
        [TagChange(member_id=each, put=(vip,)) for each in (here, merged, erased, 10**9)], at=NOON, by=ANN
    )

    assert [each.member_id for each in done] == [here]


def test_a_rule_takes_off_only_what_it_put_on_and_a_person_keeps_it():
    regular, vip = the_tags("regular", "vip")
    segment = Segment.objects.create(name="s", condition={}, created_at=NOON, changed_at=NOON)
    rule = AutoTag.objects.create(segment=segment, tag_id=regular, created_at=NOON)
    by_hand, by_rule, both = a_member(), a_member(), a_member()
    change_tags([TagChange(member_id=by_hand, put=(regular, vip))], at=NOON, by=ANN)
    change_tags(
        [TagChange(member_id=each, put=(regular,)) for each in (by_rule, both)], at=NOON, by=SYSTEM, auto_tag=rule.pk
    )
    change_tags([TagChange(member_id=both, put=(regular,))], at=NOON, by=ANN)

    off = [TagChange(member_id=each, take=(regular,)) for each in (by_hand, by_rule, both)]
    done = change_tags(off, at=NOON, by=SYSTEM, auto_tag=rule.pk)

    assert [each.member_id for each in done] == [by_rule]
    assert tags_of([by_hand, by_rule, both]) == {by_hand: ("regular", "vip"), both: ("regular",)}


@pytest.mark.parametrize("size", [1, 10, 300])
def test_statements_do_not_grow_with_the_batch(size, django_assert_num_queries):
    tags = the_tags("one", "two")
    members = [a_member() for _ in range(size)]
    with django_assert_num_queries(6):  # two of them are the savepoint
        done = change_tags([TagChange(member_id=each, put=tuple(tags)) for each in members], at=NOON, by=ANN)
    assert len(done) == size


def test_a_tag_that_is_removed_is_worn_by_nobody():
    the_tags("vip", "staff")
    member = a_member()
    retag_member(member_id=member, put=["vip", "staff"], at=NOON, by=ANN)
    assert [(tag.name, worn) for tag, worn in list_tags()] == [("staff", 1), ("vip", 1)]
    assert [(tag.name, worn) for tag, worn in list_tags(most=0)] == [("staff", 1), ("vip", 1)]
    assert remove_tag("vip", at=NOON, by=ANN) == 1
    assert tags_of([member]) == {member: ("staff",)}


@pytest.mark.parametrize("field", ["any", "all", "none"])
def test_a_tag_that_the_program_asks_for_stays(field):
    the_tags("vip")
    audience = Audience(tags=Tags(**{field: ("vip",)}))
    publish(a_program(BonusRule(code="b", name="B", points=5, when=Conditions(audience=audience))))
    with pytest.raises(TagInUse) as refused:
        remove_tag("vip", at=NOON, by=ANN)
    assert refused.value.used_by == ["program version 2"]
    publish(a_program(), at=NOON)
    assert remove_tag("vip", at=NOON, by=ANN) == 0


def test_a_tag_that_a_segment_asks_for_stays():
    the_tags("vip")
    condition = {"is": "all", "of": [{"is": "tagged", "any": ["vip"]}]}
    Segment.objects.create(name="Best", condition=condition, created_at=NOON, changed_at=NOON)
    with pytest.raises(TagInUse) as refused:
        remove_tag("vip", at=NOON, by=ANN)
    assert refused.value.used_by == ["segment Best"]


def test_what_a_tag_is_for_can_change_and_its_name_cannot():
    the_tags("vip")
    change_tag("vip", about="Spends a lot", at=NOON, by=ANN)
    assert Tag.objects.get().about == "Spends a lot"
    assert find_tags(["vip"]) == {"vip": Tag.objects.get().pk}
