"""A difference is told in words, respect by respect; what no sentence tells is told by its field."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from regulars.core.difference import compare
from regulars.core.expiry import AfterMonths
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Audience, Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import BonusRule, ItemRule, RateRule
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.program.units import POINTS, Pays

NEW_YORK = ZoneInfo("America/New_York")
BASE = RateRule(code="base", name="Base", points=1, per_minor=100)
BONUS = BonusRule(code="bonus", name="Weekend", points=20)
WINE = ItemRule(code="wine", name="Wine", points=5, items=Items(categories=("WINE",)))
GOLD = Level(code="gold", name="Gold", threshold=1000)
CLUB = TierSet(code="club", name="Club", levels=(Level(code="silver", name="Silver", threshold=500), GOLD))
CARD = StampCard(code="card", name="Coffee card", size=10, final="free")
FREE = Reward(code="free", name="Free coffee")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"rules": (BASE,)}, ["added rule “Base”: 1 point for each full 1.00 USD"]),
        ({"rules": (BASE,)}, {}, ["removed rule “Base”: 1 point for each full 1.00 USD"]),
        (
            {"rules": (BASE,)},
            {"rules": (replace(BASE, points=2, caps=(Cap(limit=500, period="month"),)),)},
            [
                (
                    "changed rule “Base”: gives: 2 points for each full 1.00 USD "
                    "(before: 1 point for each full 1.00 USD); "
                    "limits: at most 500 points a month (before: nothing)"
                )
            ],
        ),
        (
            {"rules": (BASE,)},
            {"rules": (replace(BASE, name="The base", expiry=AfterMonths(months=6)),)},
            [
                (
                    "changed rule “The base”: called “Base” before; "
                    "lives: expires 6 months after it was given (before: nothing)"
                )
            ],
        ),
        (
            {"rules": (BASE,)},
            {
                "rules": (
                    replace(
                        BASE,
                        when=Conditions(
                            starts_at=datetime(2026, 12, 1, 5, tzinfo=UTC), audience=Audience(tiers=("gold",))
                        ),
                    ),
                )
            },
            ["changed rule “Base”: when: for gold members, starting 1 Dec 2026 (before: nothing)"],
        ),
        (
            {"rules": (BASE,)},
            {"rules": (BonusRule(code="base", name="Base", points=5),)},
            ["changed rule “Base”: now 5 points for a sale (before: 1 point for each full 1.00 USD)"],
        ),
        (
            {"rules": (BASE, BONUS, WINE)},
            {"rules": (WINE, BASE, BONUS)},
            ["moved order of the rules: now “Wine”, “Base”, “Weekend”"],
        ),
        (
            {"rules": (replace(WINE, items=Items(skus=tuple("abcdefgh"))),)},
            {"rules": (replace(WINE, items=Items(skus=tuple("abcdefgxy"))),)},
            [
                (
                    "changed rule “Wine”: gives: 5 points for each unit of SKU a, SKU b, SKU c, SKU d, SKU e or 4 more "
                    "(before: 5 points for each unit of SKU a, SKU b, SKU c, SKU d, SKU e or 3 more)"
                )
            ],
        ),
        (
            {"rules": (replace(WINE, items=Items(skus=tuple("abcdefgh"))),)},
            {"rules": (replace(WINE, items=Items(skus=tuple("abcdefgx"))),)},
            ["changed rule “Wine”: items.skus: 1 more (x), 1 less (h)"],
        ),
        (
            {"collections": (Collection(code="c", name="Hot", skus=("1", "2")),)},
            {"collections": (Collection(code="c", name="Hot", skus=("2", "3")),)},
            ["changed collection “Hot”: skus: 1 more (3), 1 less (1)"],
        ),
        (
            {"budgets": (Budget(code="b", name="Spring", units=500),)},
            {"budgets": (Budget(code="b", name="Spring", units=900),)},
            [
                (
                    "changed budget “Spring”: limits: at most 900 points for everybody together "
                    "(before: at most 500 points for everybody together)"
                )
            ],
        ),
        (
            {"rules": (BASE,)},
            {
                "rules": (replace(BASE, budget="spring"),),
                "budgets": (Budget(code="spring", name="Spring", units=500),),
            },
            [
                "added budget “Spring”: limits: at most 500 points for everybody together; for: “Base”",
                (
                    "changed rule “Base”: limits: from the budget “Spring”, at most 500 points for everybody together "
                    "(before: nothing)"
                ),
            ],
        ),
        (
            {"units": (POINTS,)},
            {"units": (replace(POINTS, pays=Pays(units=200, minor=100), shortfall="debt"),)},
            [
                (
                    "changed unit “points”: pays: 200 points pay 1.00 USD (before: 100 points pay 1.00 USD); "
                    "refunds: if spent ones are refunded, the member owes them "
                    "(before: if spent ones are refunded, the shop takes the loss)"
                )
            ],
        ),
        (
            {"tier_sets": (CLUB,)},
            {"tier_sets": (replace(CLUB, levels=(CLUB.levels[0], replace(GOLD, threshold=900))),)},
            ["changed tier set “Club”: Gold: from 900 points (before: from 1,000 points)"],
        ),
        (
            {"tier_sets": (CLUB,)},
            {"tier_sets": (replace(CLUB, levels=(CLUB.levels[0],), grace_days=30),)},
            [
                (
                    "changed tier set “Club”: levels: Silver (before: Silver, Gold); "
                    "review: whoever has not earned it again drops one level, 30 days after it ended "
                    "(before: whoever has not earned it again drops one level); "
                    "Gold: nothing (before: from 1,000 points)"
                )
            ],
        ),
        (
            {"stamp_cards": (CARD,), "rewards": (FREE,)},
            {"stamp_cards": (replace(CARD, size=8),), "rewards": (replace(FREE, price=Price(amount=90)),)},
            [
                (
                    "changed stamp card “Coffee card”: rewards: 8 stamps give “Free coffee” "
                    "(before: 10 stamps give “Free coffee”)"
                ),
                (
                    "changed reward “Free coffee”: price: costs 90 points "
                    "(before: not to be bought: cards, levels and the team give it)"
                ),
            ],
        ),
        (
            {},
            {"policies": Policies(earn_on_tax=True, hold_minutes=60)},
            [
                (
                    "changed policies: held by a basket: for 1 hour (before: for 15 minutes); "
                    "also earning: tax (before: nothing)"
                )
            ],
        ),
    ],
)
def test_a_difference_in_words(before, after, told):
    changes = compare(ProgramDocument(**before), ProgramDocument(**after), currency="USD", zone=NEW_YORK)
    assert [str(change) for change in changes] == told
