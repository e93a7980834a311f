"""One purchase from end to end: stamps fill cards, units and money and visits count for levels, facts are kept."""

from datetime import datetime, timedelta

import pytest

from regulars.core.facts import Facts
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Audience, Conditions, Hours, Nth, Tags
from regulars.core.program.items import Items
from regulars.core.program.life import Pending
from regulars.core.program.rules import BonusRule, RateRule
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.tiers import Standing
from tests.core.counter import NEW_YORK, NOON, basket, bites, buy, given, line, ready, somebody

RATE = RateRule(code="base", name="Base", points=1, per_minor=100)
COFFEE = Items(categories=("COFFEE",))


def a_card(**fields) -> StampCard:
    return StampCard(**({"code": "coffee", "name": "Coffee", "size": 10, "final": "free"} | fields))


def test_the_worked_example_of_stamps():
    program, ann = ready(stamp_cards=(a_card(earn=ByItem(items=COFFEE)),)), somebody()
    eight = buy(program, basket(line(2400, quantity=8000, category="COFFEE")), ann).stamped["coffee"]
    assert (eight.held, eight.full) == (8, ())
    four = buy(program, basket(line(1200, quantity=4000, category="COFFEE")), ann).stamped["coffee"]
    assert (four.held, [full.number for full in four.full], [mark.reward for mark in four.marks]) == (2, [1], ["free"])
    assert ann.balances["coffee"] == 2


@pytest.mark.parametrize(
    ("earn", "sale", "stamps"),
    [
        (ByVisit(), basket(100), 1),
        (ByVisit(stamps=2, min_spend_minor=500), basket(500), 2),
        (ByVisit(min_spend_minor=500), basket(499), 0),
        (BySpend(per_minor=500), basket(1900), 3),
        (BySpend(per_minor=500, stamps=2), basket(1900), 6),
        (ByItem(items=COFFEE), basket(line(900, quantity=3000, category="COFFEE"), 500), 3),
        (ByHand(), basket(5000), 0),
    ],
)
def test_a_card_is_stamped_by_visit_spend_item_or_hand(earn, sale, stamps):
    ann = somebody()
    buy(ready(stamp_cards=(a_card(earn=earn),)), sale, ann)
    assert ann.balances.get("coffee", 0) == stamps


def test_spend_is_carried_from_card_to_card():
    program, ann = ready(stamp_cards=(a_card(earn=BySpend(per_minor=5000)),)), somebody()
    for amount in (3000, 2000):
        buy(program, basket(amount), ann)
    assert ann.balances["coffee"] == 1


@pytest.mark.parametrize(
    ("fields", "put"),
    [
        ({"max_per_sale": 2}, [2, 2, 2]),
        ({"max_per_day": 4}, [3, 1, 0]),
        ({"restart": False, "size": 5}, [3, 2, 0]),
        ({"overflow": False, "size": 5}, [3, 2, 3]),  # what is over is lost, and another card begins
    ],
)
def test_a_card_has_so_much_room(fields, put):
    program, ann = ready(stamp_cards=(a_card(earn=ByVisit(stamps=3), **fields),)), somebody()
    stamped = [given(buy(program, basket(500), ann)).get("coffee", 0) for _ in put]
    assert stamped == put


def test_a_full_card_says_that_it_bit():
    program, ann = ready(stamp_cards=(a_card(earn=ByVisit(stamps=3), restart=False, size=2),)), somebody()
    assert bites(buy(program, basket(500), ann)) == [("card", 2, 2)]


def test_a_card_keeps_the_size_it_began_with():
    old = ready(stamp_cards=(a_card(size=4),), version=1)
    new = ready(stamp_cards=(a_card(size=3, final="cake"),), version=2)
    ann = somebody()
    buy(old, basket(500), ann)
    rewards = []
    for _ in range(7):
        stamped = buy(new, basket(500), ann, older=(old,)).stamped["coffee"]
        rewards.append([mark.reward for mark in stamped.marks])
    assert rewards == [[], [], ["free"], [], [], ["cake"], []]


def a_club(**fields) -> TierSet:
    levels = (Level(code="silver", name="Silver", threshold=100), Level(code="gold", name="Gold", threshold=1000))
    return TierSet(**({"code": "club", "name": "Club", "levels": levels} | fields))


@pytest.mark.parametrize(
    ("metric", "level"),
    [
        (Metric(of="points"), "silver"),  # 120 points
        (Metric(of="points", unit="stars"), None),
        (Metric(of="spend"), "gold"),  # 12,000 minor units
        (Metric(of="visits"), None),
        (Metric(of="balance"), "silver"),
    ],
)
def test_units_money_visits_or_the_balance_count_for_a_level(metric, level):
    ann = somebody()
    earning = buy(ready(RATE, tier_sets=(a_club(metric=metric),)), basket(12_000), ann)
    assert [move.after for move in earning.moves] == ([level] if level else [])
    assert ann.standings.get("club", Standing()).level == level


def test_a_sale_earns_by_the_level_held_before_it():
    program = ready(
        RateRule(code="base", name="Base", points=1, per_minor=100, tier_points={"silver": 2}), tier_sets=(a_club(),)
    )
    ann = somebody()
    assert [given(buy(program, basket(12_000), ann)) for _ in range(2)] == [{"base": 120}, {"base": 240}]


@pytest.mark.parametrize(("counts_pending", "level"), [(False, None), (True, "silver")])
def test_what_waits_counts_when_it_is_active(counts_pending, level):
    rule = RateRule(code="base", name="Base", points=1, per_minor=100, pending=Pending(days=14))
    program = ready(rule, tier_sets=(a_club(metric=Metric(count_pending=counts_pending)),))
    ann = somebody()
    buy(program, basket(12_000), ann)
    assert ann.standings["club"].level == level
    buy(program, basket(100, at=NOON + timedelta(days=16)), ann)
    assert ann.standings["club"].level == "silver"


def test_a_level_that_is_over_is_judged_before_the_sale():
    """Gold to the end of next year, then silver: the first sale of the year after finds it so."""
    club = a_club(review="one_step")
    program = ready(RATE, tier_sets=(club,))
    ann = somebody()
    buy(program, basket(100_000), ann)
    moves = buy(program, basket(100, at=datetime(2028, 1, 1, 9, tzinfo=NEW_YORK)), ann).moves
    assert [(move.before, move.after, move.cause) for move in moves] == [("gold", "silver", "review")]


def test_only_what_rules_ask_about_is_kept():
    plain = buy(ready(RATE), basket(1000), somebody(tags=("vip",), segments=("new",)), store_tags=("city",))
    assert plain.facts == Facts()
    when = Conditions(
        hours=(Hours(),),
        store_tags=Tags(any=("city",)),
        purchase=Nth(number=1),
        audience=Audience(tags=Tags(any=("vip",)), segments=("new",)),
    )
    bonus = BonusRule(code="bonus", name="Bonus", points=1, when=when, caps=(Cap(limit=5, period="day"),))
    member = somebody(tags=("vip",), segments=("new",))
    asked = buy(ready(bonus), basket(1000), member, store_tags=("city", "north"))
    assert asked.facts == Facts(
        tags=("vip",), segments=("new",), store_tags=("city",), visit=1, minute=24 * 60 + 12 * 60
    )


def test_a_program_that_counts_nothing_keeps_no_tally():
    ann = somebody()
    buy(ready(RATE), basket(1000), ann)
    assert ann.tally == somebody().tally
