"""Why an entry is what it is, in the words a cashier would use."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.core.describe.rules import describe_rule
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.items import Items
from regulars.core.program.rules import BonusRule, ItemRule, MultiplierRule, RateRule
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.sentences import explain
from regulars.core.tallies import Tally
from regulars.core.why import (
    Adjusted,
    CardFilled,
    CardReopened,
    Claimed,
    Earned,
    Expired,
    Reinstated,
    Returned,
    Rewarded,
    RewardRemoved,
    Spent,
    TakenBack,
    Undone,
    WrittenOff,
)
from tests.core.counter import NOON, basket, buy, line, ready, somebody

NEW_YORK = ZoneInfo("America/New_York")
CASH = Unit(code="cash", kind="cashback", name=UnitWords(singular="dollar", plural="dollars"), precision=2)
MIDNIGHT = datetime(2026, 4, 1, 4, tzinfo=UTC)  # in New York


def said(program, earning, sale, *, unit=POINTS, **more) -> list[str]:
    """What an entry of this sale says."""
    parts = tuple(award.part for award in earning.awards if award.rule.unit == unit.code)
    why = Earned(1, parts, sale.total_minor, sale.money_minor, **more)

    def say_rule(version: int, code: str) -> str:
        return describe_rule(program.rules[code], document=program.document, currency="USD", zone=NEW_YORK)

    return explain(why, unit=unit, currency="USD", zone=NEW_YORK, say_rule=say_rule)


def tell(sale, *rules, member=None, shared=None, unit=POINTS, **parts) -> list[str]:
    program = ready(*rules, **parts)
    return said(program, buy(program, sale, member, shared=shared), sale, unit=unit)


def rate(*caps: Cap, **fields) -> RateRule:
    return RateRule(**({"code": "base", "name": "Base", "points": 1, "per_minor": 100, "caps": caps} | fields))


def test_a_rate_says_what_it_counted():
    assert tell(basket(1240), rate()) == ["1 point for each full 1.00 USD.", "12.40 USD counted: 12 points."]


def test_what_was_paid_in_other_ways_is_told():
    assert tell(basket(4000, money=3000), rate(except_items=Items(categories=("SPIRITS",)))) == [
        "30.00 USD of 40.00 USD was paid in a way that earns, and has not come back.",
        "1 point for each full 1.00 USD, except category SPIRITS.",
        "30.00 USD counted: 30 points.",
    ]


def test_goods_and_bonuses_and_multipliers_say_their_part():
    tea = ItemRule(code="tea", name="Tea", points=5, items=Items(skus=("tea",)))
    bonus = BonusRule(code="b", name="B", points=50)
    double = MultiplierRule(code="double", name="Double", percent=200, of=("tea",))
    told = tell(basket(line(500, "tea", quantity=2500)), tea, bonus, double)
    assert told[1::2] == ["2.5 units counted: 10 points.", "50 points.", "10 points."]


def test_a_cap_says_what_it_left():
    program, ann = ready(rate(Cap(limit=100), Cap(limit=500, period="month"))), somebody()
    for _ in range(4):
        buy(program, basket(10_000), ann)
    buy(program, basket(6_000), ann)
    sale = basket(18_000)
    assert said(program, buy(program, sale, ann), sale)[1:] == [
        "180.00 USD counted: 180 points.",
        "At most 100 points a sale.",
        "At most 500 points a month: 40 points were left.",
        "So 40 points instead of 180 points.",
    ]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            {"units": (Unit(code="points", name=POINTS.name, max_balance=5),)},
            "Nobody holds more than 5 points: 5 points were left.",
        ),
        (
            {"budgets": (Budget(code="spring", name="Spring", units=7),), "budget": "spring"},
            "The budget “spring” bounds what everybody gets together: 7 points were left.",
        ),
    ],
)
def test_a_balance_and_a_budget_say_so_too(parts, told):
    budget = parts.pop("budget", None)
    assert told in tell(basket(1000), rate(budget=budget), shared={"program": Tally()}, **parts)


def test_nothing_left_is_told_as_nothing():
    program, ann = ready(rate(Cap(limit=10, period="rolling", days=30, per="member"))), somebody()
    buy(program, basket(1000), ann)
    sale = basket(500, at=NOON + timedelta(days=1))
    assert said(program, buy(program, sale, ann), sale)[-2:] == [
        "At most 10 points in any 30 days: nothing was left.",
        "So 0 points instead of 5 points.",
    ]


def test_what_is_carried_is_told_on_both_ends():
    program, ann = ready(rate(points=1, per_minor=5000, carry=True)), somebody()
    told = [said(program, buy(program, sale, ann), sale)[1] for sale in (basket(3000), basket(2500))]
    assert told == [
        "30.00 USD counted: 0 points; 30.00 USD counts with the next sale.",
        "25.00 USD counted: 1 point, with 30.00 USD from before; 5.00 USD counts with the next sale.",
    ]


def test_a_unit_with_decimals_is_told_as_people_write_it():
    assert (
        tell(basket(1999), rate(points=3, unit="cash"), unit=CASH, units=(CASH,))[1]
        == "19.99 USD counted: 0.57 dollars."
    )


@pytest.mark.parametrize(("lines", "told"), [((2,), "Made by line 2 of the sale."), ((1, 3), "Made by lines 1, 3.")])
def test_stamps_say_which_lines_made_them(lines, told):
    program, sale = ready(rate()), basket(1000)
    assert said(program, buy(program, sale), sale, lines=lines)[-1] == told


def test_an_event_says_its_name():
    assert explain(Earned(1, (), event="birthday"), unit=POINTS, currency="USD", zone=NEW_YORK, say_rule=str) == [
        "For “birthday”."
    ]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (Spent(300, 300, 100, 100), ["300 points paid 3.00 USD: 100 points pay 1.00 USD."]),
        (Adjusted(1240), ["Changed by the team. The balance was 1,240 points before."]),
        (Expired(1, 100, MIDNIGHT), ["What was left of 100 points that could be used until the end of 31 Mar 2026."]),
        (WrittenOff(70), ["70 points of a returned sale had been spent already. The shop took the loss."]),
        (
            WrittenOff(70, 70),
            ["70 points of a returned sale had been spent already.", "0.70 USD was kept back from the money instead."],
        ),
        (
            TakenBack(version=1, remaining_minor=2600, held=35, target=26, short=4),
            [
                "After the refund 26.00 USD that earns is left of the sale; for that, it gives 26 points.",
                "35 points were held for it, so 9 points went back.",
                "4 points of them had been spent already.",
            ],
        ),
        (
            Returned(points=300, refunded_minor=500, total_minor=1000, graced_until=MIDNIGHT),
            [
                "300 points had paid part of this sale.",
                "5.00 USD of 10.00 USD has come back so far, and the same part of the points with it.",
                "Some had expired meanwhile: they can be used until the end of 31 Mar 2026.",
            ],
        ),
        (
            Reinstated(5, MIDNIGHT),
            ["The team brought back what had expired: it can be used until the end of 31 Mar 2026."],
        ),
        (Undone(5, "clawback"), ["What another entry had done was undone."]),
        (Claimed("mug", 200, 200), ["“mug” was claimed for 200 points."]),
        (Claimed("mug", 150, 200), ["“mug” was claimed for 150 points.", "Without a level it costs 200 points."]),
        (CardFilled("coffee", 3, 10, 1), ["Card 3 was full: its 10 stamps are used up for the reward."]),
        (CardReopened("coffee", 3), ["Stamps that had filled card 3 were taken off: it is open again."]),
        (Rewarded("bonus"), ["“bonus” is paid at once."]),
        (RewardRemoved("mug"), ["“mug” was taken away, and its price given back."]),
    ],
)
def test_an_entry_says_why(why, told):
    assert explain(why, unit=POINTS, currency="USD", zone=NEW_YORK, say_rule=lambda version, code: code) == told
