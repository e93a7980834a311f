"""Segments have a name, a condition and a size; what asks for one keeps it."""

import pytest

from regulars.audiences.find import Size
from regulars.audiences.models import Segment
from regulars.audiences.segments import (
    InvalidSegment,
    SegmentInCircles,
    SegmentInUse,
    SegmentTaken,
    UnknownSegment,
    ask_segments,
    list_segments,
    read_segment,
    recount_segment,
    remove_segment,
    save_segment,
    segments_of,
)
from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.audience import Balance, InSegment, InvalidCondition, Not, Standing, Tagged
from regulars.core.program.conditions import Audience, Conditions
from regulars.core.program.rules import BonusRule
from regulars.platform.rows import together
from tests.shop import NOON, a_member, a_program, a_shop, publish

pytestmark = pytest.mark.django_db
RICH = Balance(unit="points", at_least=100)


@pytest.fixture(autouse=True)
def shop(db) -> None:
    a_shop()


def a_segment(name: str, condition=RICH) -> int:
    return save_segment(name=name, condition=condition, at=NOON, by=SYSTEM)


def test_a_segment_is_counted_when_it_is_made_and_lives_on():
    rich, poor = a_member(points=100), a_member(points=99)
    segment = a_segment("Rich")
    assert (read_segment(segment).size, segments_of(rich, at=NOON)) == (Size(1, True), ("Rich",))
    assert segments_of(poor, at=NOON) == ()
    a_member(points=500)
    assert recount_segment(segment, at=NOON) == 2
    assert [(each.name, each.size) for each in list_segments()] == [("Rich", Size(2, True))]
    assert Event.objects.filter(action="segment.created", about_id=segment).count() == 1


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb\x00"])
def test_a_name_has_to_be_readable(name):
    with pytest.raises(InvalidSegment):
        a_segment(name)
    assert not Segment.objects.exists()


def test_a_name_is_given_once():
    a_segment("Rich")
    second = a_segment("Poor", Not(of=RICH))
    with pytest.raises(SegmentTaken):
        a_segment("Rich")
    with pytest.raises(SegmentTaken):
        save_segment(name="Rich", condition=RICH, at=NOON, by=SYSTEM, segment_id=second)
    assert read_segment(second).name == "Poor"


@pytest.mark.parametrize(
    "condition", [Balance(unit="points"), Balance(unit="points", at_least=5, at_most=4), Standing(any=()), Tagged()]
)
def test_a_condition_that_asks_nothing_is_refused(condition):
    with pytest.raises(InvalidCondition):
        a_segment("Odd", condition)
    assert not Segment.objects.exists()


def test_segments_do_not_go_in_circles():
    one = a_segment("one")
    a_segment("two", InSegment(any=("one",)))
    a_segment("three", Not(of=InSegment(any=("two",))))
    for circle in ("one", "two", "three"):
        with pytest.raises(SegmentInCircles):
            save_segment(name="one", condition=InSegment(any=(circle,)), at=NOON, by=SYSTEM, segment_id=one)
    with pytest.raises(UnknownSegment):
        a_segment("four", InSegment(any=("none",)))
    assert read_segment(one).condition == RICH


def test_a_segment_that_is_asked_for_keeps_its_name_and_stays():
    one = a_segment("one")
    two = a_segment("two", InSegment(any=("one",)))
    rule = BonusRule(code="b", name="B", points=5, when=Conditions(audience=Audience(segments=("one",))))
    publish(a_program(rule))
    for refused in (
        lambda: remove_segment(one, at=NOON, by=SYSTEM),
        lambda: save_segment(name="uno", condition=RICH, at=NOON, by=SYSTEM, segment_id=one),
    ):
        with pytest.raises(SegmentInUse) as in_use:
            refused()
        assert in_use.value.used_by == ["program version 2", "segment two"]
    remove_segment(two, at=NOON, by=SYSTEM)
    publish(a_program(), at=NOON)
    remove_segment(one, at=NOON, by=SYSTEM)
    assert not Segment.objects.exists()


@pytest.mark.parametrize("size", [1, 10, 100])
def test_who_belongs_is_one_statement_for_any_number(size, django_assert_num_queries):
    for n in range(5):
        a_segment(f"s{n}", Balance(unit="points", at_least=n))
    members = [a_member(points=2) for _ in range(size)]
    with django_assert_num_queries(3):  # the program, the segments, and the question
        with together():
            asked = ask_segments(members, [f"s{n}" for n in range(5)], at=NOON)
        answer = asked()
    assert answer == dict.fromkeys(members, ("s0", "s1", "s2"))
