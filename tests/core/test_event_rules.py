"""What happens besides sales earns by its own rules, with the same conditions, caps, cool-downs, cards and levels."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.core.compiled import Compiled, compile_program
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Audience, Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import EventRule, RateRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.program.units import POINTS
from regulars.core.settling import Earning, MemberState, StoreSide, settle_event
from regulars.core.tallies import Tally
from regulars.core.when import Purchase

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_rule(code: str = "review", points: int = 50, event: str = "review", **terms) -> EventRule:
    return EventRule(code=code, name=code.title(), event=event, points=points, **terms)


def a_version(*rules, **parts) -> Compiled:
    document = ProgramDocument(**({"rules": rules} | parts))
    return compile_program(document, version_id=7, zone=UTC, currency="USD")


class Member:
    """Somebody to whom things happen, one after the other."""

    def __init__(self, program: Compiled) -> None:
        self.program = program
        self.state = MemberState(tally=Tally(), joined_at=NOON)
        self.shared: dict = {"program": Tally()}

    def happens(self, event: str = "review", *, at: datetime = NOON, store: str = "") -> Earning:
        return settle_event(
            self.program,
            event,
            Purchase(occurred_at=at, store=store, lines=(), total_minor=1, money_minor=1),
            self.state,
            shared=self.shared,
            store=StoreSide(frozenset(), at),
            versions=lambda version: self.program,
        )

    def gets(self, *args, **kwargs) -> list[tuple[str, int]]:
        return [(award.rule.code, award.awarded) for award in self.happens(*args, **kwargs).awards]


def test_an_event_earns_by_the_rules_that_name_it_and_sales_rules_say_nothing():
    base = RateRule(code="base", name="Base", points=1, per_minor=1)
    ann = Member(a_version(base, a_rule("review", 50), a_rule("extra", 5), a_rule("birthday", 100, "birthday")))
    assert ann.gets() == [("review", 50), ("extra", 5)]
    assert ann.gets("birthday") == [("birthday", 100)]
    assert ann.gets("something") == []
    assert ann.state.balances == {"points": 155} and ann.state.tally.visits == 0


@pytest.mark.parametrize(
    ("first", "second", "gets"),
    [
        ({"stacking": "best"}, {"stacking": "best"}, [("first", 50)]),
        ({"stacking": "alone"}, {}, [("first", 50)]),
        ({"stop": True}, {}, [("first", 50)]),
        ({}, {}, [("first", 50), ("second", 20)]),
    ],
)
def test_rules_of_events_stack_as_rules_of_sales_do(first, second, gets):
    assert Member(a_version(a_rule("first", 50, **first), a_rule("second", 20, **second))).gets() == gets


def test_an_event_again_within_the_cool_down_earns_nothing():
    ann = Member(a_version(a_rule(cool_down_minutes=60)))
    assert ann.gets() == [("review", 50)]
    assert ann.gets(at=NOON + timedelta(minutes=59)) == []
    assert ann.gets(at=NOON + timedelta(minutes=60)) == [("review", 50)]


def test_caps_and_budgets_bound_events():
    capped = a_rule(caps=(Cap(limit=80, period="month"),))
    ann = Member(a_version(capped))
    assert [ann.gets()[0][1] for _ in range(3)] == [50, 30, 0]
    [award] = ann.happens().awards
    assert (award.desired, award.awarded, award.bites[0].limit, award.bites[0].room) == (50, 0, 80, 0)
    assert ann.gets(at=NOON + timedelta(days=31)) == [("review", 50)]
    poor = Member(a_version(a_rule(budget="b"), budgets=(Budget(code="b", name="B", units=70),)))
    assert [poor.gets()[0][1] for _ in range(3)] == [50, 20, 0]


def test_a_units_caps_bound_what_its_events_give_together():
    from msgspec.structs import replace

    points = replace(POINTS, caps=(Cap(limit=60, period="day"),), max_balance=100)
    ann = Member(a_version(a_rule("review", 50), a_rule("extra", 20), units=(points,)))
    assert ann.gets() == [("review", 50), ("extra", 10)]
    assert ann.gets(at=NOON + timedelta(days=1)) == [("review", 40), ("extra", 0)]


def test_conditions_ask_who_and_where():
    gold = a_rule(when=Conditions(audience=Audience(tiers=("gold",))))
    here = a_rule("here", 5, when=Conditions(stores=("330",)))
    ann = Member(a_version(gold, here))
    assert (ann.gets(), ann.gets(store="330")) == ([], [("here", 5)])


def test_an_event_may_stamp_a_card_and_raise_a_level():
    card = StampCard(code="coffee", name="Coffee", size=2, earn=ByHand(), final="free")
    ladder = TierSet(code="status", name="Status", levels=(Level(code="gold", name="Gold", threshold=100),))
    ann = Member(
        a_version(a_rule("stamp", 1, unit="coffee"), a_rule("review", 60), stamp_cards=(card,), tier_sets=(ladder,))
    )
    first, second = ann.happens(), ann.happens()
    assert (first.stamped["coffee"].held, first.moves) == (1, [])
    assert (len(second.stamped["coffee"].full), second.stamped["coffee"].held) == (1, 0)
    assert [(move.before, move.after) for move in second.moves] == [(None, "gold")]
