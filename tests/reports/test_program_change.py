"""A draft is checked against what the shop ever sold, and a change says how many members it touches."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from regulars.core.checking import check_document
from regulars.core.difference import compare
from regulars.core.program.conditions import Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import BonusRule, EventRule, ItemRule
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import POINTS
from regulars.core.sale import SaleLine, Tender
from regulars.reports.known_shop import read_known_shop
from regulars.reports.program_change import count_touched
from tests.shop import NOON, ONE_PER_DOLLAR, OPENED, a_member, a_program, a_sale, a_shop, publish, sell

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
WINE = ItemRule(code="wine", name="Wine", points=5, items=Items(categories=("WINE", "GROCERY")))
FREE = Reward(code="free", name="Free coffee", price=Price(amount=25))


def warnings(document: ProgramDocument) -> list[str]:
    shop = read_known_shop(document)
    return [fault.said for fault in check_document(document, currency="USD", zone=NEW_YORK, shop=shop)]


def touched(before: ProgramDocument, after: ProgramDocument) -> tuple[int, str]:
    [change] = compare(before, after, currency="USD", zone=NEW_YORK)
    found = count_touched(change, before, after, at=NOON)
    return found.members, found.words


def test_what_no_sale_ever_had_is_told_with_what_is_near():
    a_shop()
    lines = (SaleLine("100", 1000, 500, "GROCERY", "National", labels=("bio",)),)
    sell(replace(a_sale(500, lines=lines), channel="app", tenders=(Tender("card", amount_minor=500),)))
    rule = ItemRule(
        code="r",
        name="R",
        points=1,
        items=Items(
            skus=("100", "101"),
            categories=("GROCERIES",),
            brands=("National", "Nation"),
            labels=("bio", "organic"),
            collections=("some",),
        ),
        when=Conditions(channels=("app", "web"), tenders=("card", "points")),
    )
    document = a_program(rule, collections=(Collection(code="some", name="Some", skus=("100", "200")),))

    assert warnings(document) == [
        "No sale so far had the SKU “200”; did you mean “100”?",
        "No sale so far had the brand “Nation”; did you mean “National”?",
        "No sale so far had the category “GROCERIES”; did you mean “GROCERY”?",
        "No sale so far had the label “organic”.",
        "No sale so far had the SKU “101”; did you mean “100”?",
        "No sale so far had the channel “web”.",
        "No sale so far had the tender “points”.",
    ]


def test_a_shop_that_has_sold_nothing_is_told_nothing():
    a_shop()
    assert warnings(a_program(WINE)) == []


@pytest.fixture
def _shoppers(db):
    """Ann bought 20.00 in store 330, Bea 30.00 in 331, Cid long ago, Dan never."""
    a_shop(stores=("330", "331"))
    for total, store, at in ((2000, "330", NOON), (3000, "331", NOON), (4000, "330", NOON - timedelta(days=400))):
        sell(a_sale(total, member=a_member(at=OPENED), store=store, at=at), at=NOON)
    a_member()


@pytest.mark.parametrize(
    ("before", "after", "members", "words"),
    [
        ({}, {"rules": (ONE_PER_DOLLAR, WINE)}, 2, "2 members who bought in the last 365 days"),
        (
            {},
            {"rules": (ONE_PER_DOLLAR, BonusRule(code="b", name="B", points=5, when=Conditions(stores=("330",))))},
            1,
            "1 member who bought in these stores in the last 365 days",
        ),
        (
            {},
            {"rules": (ONE_PER_DOLLAR, EventRule(code="e", name="E", event="birthday", points=5))},
            4,
            "4 members enrolled",
        ),
        (
            {},
            {"units": (replace(POINTS, shortfall="debt"),)},
            3,
            "3 members who hold some, and keep it as it was given",
        ),
        (
            {},
            {"rewards": (FREE,)},
            2,
            "2 members with 25 points or more; 0 members who have one, and may use it as it was given",
        ),
        (
            {"rewards": (FREE,)},
            {"rewards": (FREE,), "stamp_cards": (StampCard(code="c", name="C", size=5, final="free"),)},
            2,
            "2 members who bought in the last 365 days",
        ),
        (
            {"rewards": (FREE,), "stamp_cards": (StampCard(code="c", name="C", size=5, final="free"),)},
            {"rewards": (FREE,), "stamp_cards": (StampCard(code="c", name="C", size=6, final="free"),)},
            0,
            "0 members who have stamps, and fill the card they began as it was",
        ),
    ],
)
@pytest.mark.usefixtures("_shoppers")
def test_a_change_says_whom_it_touches(before, after, members, words):
    assert touched(a_program(**before), a_program(**after)) == (members, words)


def test_who_stands_on_a_ladder_and_who_has_stamps_are_touched():
    a_shop()
    ladder = TierSet(
        code="club", name="Club", metric=Metric(of="spend"), levels=(Level(code="gold", name="Gold", threshold=1000),)
    )
    card = StampCard(code="coffee", name="Coffee card", size=5, final="free")
    before = a_program(tier_sets=(ladder,), stamp_cards=(card,), rewards=(FREE,))
    publish(before, at=OPENED)
    sell(a_sale(2000, member=a_member()))
    sell(a_sale(500, member=a_member()))

    assert touched(before, replace(before, tier_sets=(replace(ladder, grace_days=5),))) == (
        1,
        "1 member on the ladder, and kept on their level until it is judged",
    )
    assert touched(before, replace(before, tier_sets=())) == (1, "1 member on the ladder, whose level counts no more")
    assert touched(before, replace(before, stamp_cards=())) == (
        2,
        "2 members who have stamps, to which nothing is added any more",
    )
    assert touched(before, replace(before, stamp_cards=(replace(card, size=9),))) == (
        2,
        "2 members who have stamps, and fill the card they began as it was",
    )
