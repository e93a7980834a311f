"""Conditions as values: kept and read back the same, checked, and said in words."""

from datetime import date

import pytest

from regulars.core.audience import (
    EVERYBODY,
    MOST_CONDITIONS,
    Age,
    AllOf,
    AnyOf,
    Attribute,
    Balance,
    Birthday,
    Bought,
    Expiring,
    HasCard,
    HasReward,
    HomeStore,
    InSegment,
    InStatus,
    InvalidCondition,
    Joined,
    LastBought,
    MayContact,
    Not,
    OnLevel,
    Reachable,
    Speaks,
    Standing,
    Tagged,
    check_condition,
    goes_in_circles,
    read_condition,
    segments_in,
    tags_in,
    write_condition,
)
from regulars.core.describe.audience import describe_audience
from regulars.core.program.units import POINTS, Unit


class Words:
    currency = "USD"

    def unit(self, code: str) -> Unit:
        return POINTS

    def level(self, tier_set: str, code: str) -> str:
        return code.capitalize()

    def tier_set(self, code: str) -> str:
        return "Status"

    def reward(self, code: str) -> str:
        return f"“{code}”"

    def purpose(self, code: str) -> str:
        return "News"

    def attribute(self, code: str) -> str:
        return "T-shirt size"

    def value(self, attribute: str, value: str) -> str:
        return value.upper()


SAID = [
    (EVERYBODY, "everybody"),
    (Standing(any=("member", "left")), "members or people who left the program"),
    (InStatus(any=("locked", "blocked")), "locked or blocked"),
    (Joined(at_most_days=30), "joined at most 30 days ago"),
    (Joined(since=date(2026, 1, 1), until=date(2026, 1, 31)), "joined from 1 January 2026 to 31 January 2026"),
    (Age(at_least=18), "at least 18 years old"),
    (Age(at_least=18, at_most=18), "exactly 18 years old"),
    (Birthday(within_days=0), "birthday today"),
    (Birthday(months=(3,), within_days=7), "birthday in March or in the next 7 days"),
    (Speaks(any=("vi",)), "speaks vi"),
    (HomeStore(any=("330", "331")), "home store 330 or 331"),
    (Reachable(by=("phone", "email"), verified=True), "has a phone or an e-mail, verified"),
    (HasCard(), "has a card"),
    (Attribute(code="size", any=("m", "l")), "T-shirt size is M or L"),
    (Attribute(code="size"), "T-shirt size is known"),
    (Attribute(code="size", at_least="3", at_most="5"), "T-shirt size from 3 and to 5"),
    (Tagged(any=("vip",), none=("staff",)), "tagged vip, and not tagged staff"),
    (InSegment(any=("rich",)), "in the segment rich"),
    (OnLevel(tier_set="status", any=("gold",)), "Gold of Status"),
    (OnLevel(tier_set="status"), "without a level of Status"),
    (Balance(unit="points", at_least=1), "has at least 1 point"),
    (Balance(unit="points", of="spent", at_most=1000), "ever spent at most 1,000 points"),
    (Expiring(unit="points", within_days=30, at_least=50), "at least 50 points expire within 30 days"),
    (Bought(at_most=0, within_days=60), "bought at most 0 times in the last 60 days"),
    (
        Bought(count="spend", at_least=1250, categories=("TEA",), stores=("330",)),
        "spent at least 12.50 USD on category TEA in store 330",
    ),
    (LastBought(at_least_days=30, at_most_days=60), "last bought 30 to 60 days ago"),
    (HasReward(any=("cup",)), "has “cup” to use"),
    (MayContact(purpose="news", channel="email"), "may be written to about News by e-mail"),
    (
        AllOf(of=(AnyOf(of=(Tagged(any=("vip",)), Bought(at_least=3))), Not(of=Standing(any=("guest",))))),
        "tagged vip, or bought at least 3 times; and not: guests",
    ),
]


@pytest.mark.parametrize(("condition", "said"), SAID, ids=[said for _, said in SAID])
def test_a_condition_is_said_in_words_and_kept_as_it_is(condition, said):
    assert describe_audience(condition, Words()) == said
    assert read_condition(write_condition(condition)) == condition
    check_condition(condition)


DEEP = Tagged(any=("vip",))
for _ in range(5):
    DEEP = Not(of=DEEP)


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        (Standing(any=()), "nothing_chosen"),
        (Tagged(), "nothing_chosen"),
        (Birthday(), "nothing_chosen"),
        (Age(), "nothing_chosen"),
        (Joined(), "nothing_chosen"),
        (LastBought(), "nothing_chosen"),
        (Bought(), "nothing_chosen"),
        (Balance(unit="points", at_least=5, at_most=4), "ends_before_it_begins"),
        (Joined(since=date(2026, 2, 2), until=date(2026, 2, 1)), "ends_before_it_begins"),
        (AllOf(of=(DEEP,)), "too_deep"),
        (AllOf(of=tuple(Age(at_least=n) for n in range(MOST_CONDITIONS + 1))), "too_many"),
        (AnyOf(of=(Age(at_least=1), Tagged())), "nothing_chosen"),
    ],
)
def test_what_asks_nothing_or_too_much_is_refused(condition, problem):
    with pytest.raises(InvalidCondition) as refused:
        check_condition(condition)
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    "given", [None, 5, [], {}, {"is": "made-up"}, {"is": "age", "at_least": "x"}, {"is": "age", "at_least": 1, "x": 1}]
)
def test_what_is_no_condition_is_refused(given):
    with pytest.raises(InvalidCondition):
        read_condition(given)


def test_names_are_found_wherever_they_stand():
    condition = AllOf(
        of=(Not(of=Tagged(none=("a",))), AnyOf(of=(InSegment(any=("x", "y")), Tagged(any=("b",), all=("a",)))))
    )
    assert (tags_in(condition), segments_in(condition)) == (("a", "b"), ("x", "y"))


@pytest.mark.parametrize(
    ("asked", "circles"), [("self", True), ("one", True), ("two", True), ("three", False), ("gone", False)]
)
def test_a_segment_that_would_ask_for_itself_is_seen(asked, circles):
    others = {
        "one": InSegment(any=("two",)),
        "two": Not(of=InSegment(any=("self",))),
        "three": AllOf(of=(InSegment(any=("four",)),)),
        "four": Tagged(any=("vip",)),
    }
    assert goes_in_circles("self", InSegment(any=(asked,)), others) is circles
