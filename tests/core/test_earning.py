"""What each kind of rule gives for a sale, of which lines, and how it is rounded."""

from datetime import timedelta

import pytest

from regulars.core.amounts import count_steps, portion, share
from regulars.core.program.items import Collection, Items
from regulars.core.program.policies import Policies
from regulars.core.program.rules import BonusRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.program.units import POINTS, UnitWords
from regulars.core.tiers import Standing
from tests.core.counter import NOON, basket, buy, given, line, ready, somebody, total

TEA = line(600, "tea", quantity=2000, category="GROCERY", brand="National", labels=("hot",))
GIN = line(2400, "gin", category="SPIRITS", brand="Private")
HAM = line(1000, "ham", quantity=1250, category="DELI", brand="National")
LINES = (TEA, GIN, HAM)  # 40.00


def rate(points: int = 1, per: int = 100, **fields) -> RateRule:
    return RateRule(**({"code": "rate", "name": "Rate", "points": points, "per_minor": per} | fields))


def item(points: int = 5, **fields) -> ItemRule:
    return ItemRule(**({"code": "item", "name": "Item", "points": points, "items": Items()} | fields))


def bonus(points: int = 50, **fields) -> BonusRule:
    return BonusRule(**({"code": "bonus", "name": "Bonus", "points": points} | fields))


def times(percent: int = 200, **fields) -> MultiplierRule:
    return MultiplierRule(**({"code": "times", "name": "Times", "percent": percent} | fields))


def visit(points: int = 10, **fields) -> VisitRule:
    return VisitRule(**({"code": "visit", "name": "Visit", "points": points} | fields))


SPIRITS, NATIONAL = Items(categories=("SPIRITS",)), Items(brands=("National",))


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (rate(), 40),
        (rate(2, 1000), 8),  # 40.00 is four full 10.00
        (rate(1, 900), 4),
        (rate(1, 900, rounding="started"), 5),
        (rate(except_items=SPIRITS), 16),
        (rate(except_items=Items(skus=("tea", "gin"))), 10),
        (item(items=Items(skus=("tea",))), 10),
        (item(items=NATIONAL), 15),  # 3.25 units are three full ones
        (item(items=NATIONAL, rounding="started"), 20),
        (item(items=NATIONAL, rounding="nearest"), 15),
        (item(3, items=Items(categories=("DELI",)), per="amount", per_minor=300), 9),
        (item(7, items=NATIONAL, per="sale"), 7),  # once, however many there are
        (item(7, items=Items(skus=("rum",)), per="sale"), 0),
        (bonus(), 50),
        (visit(), 10),
    ],
)
def test_a_rule_counts_steps(rule, points):
    assert total(buy(ready(rule), basket(*LINES))) == points


@pytest.mark.parametrize(
    ("items", "points"),
    [
        (Items(skus=("tea",)), 10),
        (Items(categories=("SPIRITS",)), 5),
        (Items(brands=("Private",)), 5),
        (Items(labels=("hot",)), 10),
        (Items(collections=("strong",)), 5),
        (Items(skus=("tea",), categories=("GROCERY",)), 10),  # a line that is named twice counts once
        (Items(skus=("tea",), brands=("Private",)), 15),  # one of them is enough
        (Items(categories=("gin",)), 0),  # a SKU is no category
        (Items(labels=("cold",)), 0),
    ],
)
def test_a_line_is_meant_by_sku_category_brand_label_or_collection(items, points):
    strong = Collection(code="strong", name="Strong", skus=("gin", "rum"))
    assert total(buy(ready(item(items=items), collections=(strong,)), basket(*LINES))) == points


# 1 point per 1.00 and 5 points per tea (two of them): 40 + 10; times 2 gives as much again of what it works on.
@pytest.mark.parametrize(
    ("rule", "more"),
    [
        (times(), 50),
        (times(150), 25),
        (times(125), 12),  # a quarter of 50 is 12.5: full ones
        (times(125, rounding="nearest"), 13),
        (times(of=("rate",)), 40),
        (times(of=("item",)), 10),
        (times(items=SPIRITS), 24),  # gin earns by the rate alone
        (times(items=Items(skus=("tea",))), 6 + 10),
        (times(items=Items(skus=("tea",)), of=("rate",)), 6),
        (times(items=Items(skus=("rum",))), None),
    ],
)
def test_a_multiplier_gives_the_part_above_a_hundred_percent(rule, more):
    program = ready(rate(), item(items=Items(skus=("tea",))), rule)
    assert given(buy(program, basket(*LINES))).get("times") == more


def test_a_multiplier_leaves_out_what_its_rate_leaves_out():
    program = ready(rate(except_items=SPIRITS), times(items=Items(categories=("SPIRITS", "DELI"))))
    assert given(buy(program, basket(*LINES))) == {"rate": 16, "times": 10}


@pytest.mark.parametrize("alone", [bonus(), visit(), item(items=NATIONAL, per="sale")])
def test_what_counts_once_is_not_multiplied(alone):
    assert "times" not in given(buy(ready(alone, times()), basket(*LINES)))


def test_a_multiplier_works_on_its_own_unit():
    program = ready(rate(), rate(code="stars", unit="stars", per=1000), times(unit="stars"))
    assert given(buy(program, basket(*LINES))) == {"rate": 40, "stars": 4, "times": 4}


@pytest.mark.parametrize(
    ("cool_down", "then", "counts"),
    [
        (0, timedelta(), True),
        (60, timedelta(minutes=59, seconds=59), False),
        (60, timedelta(minutes=60), True),
        (60, -timedelta(minutes=30), False),  # a till that reports late is as near
        (60, -timedelta(minutes=60), True),
    ],
)
def test_a_visit_counts_again_after_its_cool_down(cool_down, then, counts):
    program, ann = ready(visit(cool_down_minutes=cool_down)), somebody()
    assert given(buy(program, basket(500), ann)) == {"visit": 10}
    assert given(buy(program, basket(500, at=NOON + then), ann)) == ({"visit": 10} if counts else {})


def test_a_visit_that_did_not_count_begins_no_cool_down():
    program, ann = ready(visit(cool_down_minutes=60)), somebody()
    for minutes, points in ((0, 10), (40, 0), (70, 10)):
        assert total(buy(program, basket(500, at=NOON + timedelta(minutes=minutes)), ann)) == points


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (rate(), 30),
        (rate(except_items=SPIRITS), 12),  # 16.00 x 3/4
        (item(items=Items(skus=("tea",))), 5),  # two units x 3/4 is one full one
        (bonus(), 50),
    ],
)
def test_the_part_paid_with_points_earns_nothing(rule, points):
    assert total(buy(ready(rule), basket(*LINES, money=3000))) == points


@pytest.mark.parametrize("rule", [rate(), item(items=NATIONAL), bonus(), visit()])
@pytest.mark.parametrize("sale", [basket(*LINES, money=0), basket(line(0, "tea", quantity=0)), basket()])
def test_a_sale_without_money_earns_nothing(rule, sale):
    assert buy(ready(rule), sale).awards == []


def test_a_sale_without_lines_is_one_line_without_a_name():
    sale = basket(total_minor=1234, money_minor=934)
    program = ready(rate(), item(code="tea", items=Items(skus=("tea",))), bonus())
    assert given(buy(program, sale)) == {"rate": 9, "bonus": 50}


# A basket of 10.00 goods with 2.00 tax in it, 5.00 shipping, 3.00 tax as a line and a gift card of 50.00.
@pytest.mark.parametrize(
    ("policies", "points"),
    [
        (Policies(), 8),
        (Policies(earn_on_tax=True), 10 + 3),
        (Policies(earn_on_shipping=True), 8 + 5),
        (Policies(earn_on_tax=True, earn_on_shipping=True), 18),
        (Policies(excluded=Items(skus=("soap",))), 0),
        (Policies(excluded=Items(labels=("offer",))), 0),
        (Policies(excluded=Items(categories=("TOBACCO",))), 8),
    ],
)
def test_what_earns_at_all_is_the_shops_policy(policies, points):
    goods = line(1000, "soap", tax_minor=200, labels=("offer",))
    sale = basket(goods, line(500, kind="shipping"), line(300, kind="tax"), line(5000, kind="gift_card"))
    assert total(buy(ready(rate(), policies=policies), sale)) == points


def test_nothing_that_is_excluded_makes_a_bonus_or_a_visit():
    excluded = Policies(excluded=Items(skus=("soap",)))
    assert buy(ready(bonus(), visit(), policies=excluded), basket(line(1000, "soap"))).awards == []
    assert buy(ready(bonus(), visit()), basket(line(1000, kind="gift_card"))).awards == []


GOLD = TierSet(
    code="club",
    name="Club",
    levels=(Level(code="silver", name="Silver", threshold=100), Level(code="gold", name="Gold", threshold=1000)),
)


@pytest.mark.parametrize(
    ("rule", "levels", "points"),
    [
        (rate(tier_points={"gold": 3}), None, 40),
        (rate(tier_points={"gold": 3}), "silver", 40),
        (rate(tier_points={"gold": 3}), "gold", 120),
        (rate(tier_points={"silver": 2, "gold": 3}), "silver", 80),
        (item(items=Items(skus=("tea",)), tier_points={"gold": 9}), "gold", 18),
        (bonus(tier_points={"gold": 70}), "gold", 70),
        (visit(tier_points={"gold": 20}), "gold", 20),
    ],
)
def test_members_of_a_level_get_its_points(rule, levels, points):
    standing = Standing(level=levels, reached=levels)
    ann = somebody(standings={"club": standing} if levels else {})
    assert total(buy(ready(rule, tier_sets=(GOLD,)), basket(*LINES), ann)) == points


def test_of_two_levels_the_one_that_gives_more_counts():
    other = TierSet(code="friends", name="Friends", levels=(Level(code="friend", name="Friend", threshold=1),))
    standings = {
        code: Standing(level=level, reached=level) for code, level in (("club", "gold"), ("friends", "friend"))
    }
    program = ready(rate(tier_points={"gold": 3, "friend": 2}), tier_sets=(GOLD, other))
    assert total(buy(program, basket(*LINES), somebody(standings=standings))) == 120


@pytest.mark.parametrize(
    ("rounding", "points"),
    [("full", 9), ("nearest", 10), ("started", 10)],  # three lines of 3.33 are 9.99, rounded once
)
@pytest.mark.parametrize("whose", ["rule", "unit"])
def test_a_sale_is_rounded_once_and_not_by_line(rounding, points, whose):
    unit = POINTS if whose == "rule" else type(POINTS)(code="points", name=POINTS.name, rounding=rounding)
    rule = rate(rounding=rounding if whose == "rule" else None)
    assert total(buy(ready(rule, units=(unit,)), basket(333, 333, 333))) == points


def test_a_rules_rounding_goes_before_its_units():
    points = type(POINTS)(code="points", name=POINTS.name, rounding="started")
    assert total(buy(ready(rate(rounding="full"), units=(points,)), basket(999))) == 9


def test_cashback_counts_in_its_smallest_step():
    cash = type(POINTS)(code="cash", kind="cashback", name=UnitWords(singular="dollar", plural="dollars"), precision=2)
    rule = rate(3, 100, unit="cash")  # 3 %: 0.03 for each full 1.00
    assert total(buy(ready(rule, units=(cash,)), basket(1999))) == 57


@pytest.mark.parametrize(
    ("sales", "points", "left"),
    [
        ((3000, 2000), [0, 1], 0),  # 30 then 20 gives one
        ((3000, 1999), [0, 0], 4999),
        ((4900, 200, 4900), [0, 1, 1], 0),
        ((12000,), [2], 2000),
    ],
)
def test_what_does_not_fill_a_step_counts_with_the_next_sale(sales, points, left):
    program, ann = ready(rate(1, 5000, carry=True)), somebody()
    assert [total(buy(program, basket(amount), ann)) for amount in sales] == points
    assert ann.tally.carry.get("rate", 0) == left


def test_goods_are_carried_too_and_in_thousandths():
    program, ann = ready(item(1, items=Items(skus=("ham",)), carry=True)), somebody()
    assert [total(buy(program, basket(HAM), ann)) for _ in range(4)] == [1, 1, 1, 2]
    assert ann.tally.carry == {}


def test_only_the_part_paid_with_money_is_carried():
    program, ann = ready(rate(1, 5000, carry=True)), somebody()
    assert [total(buy(program, basket(10_000, money=money), ann)) for money in (3000, 1500, 500)] == [0, 0, 1]


def test_an_award_says_what_was_carried():
    program, ann = ready(rate(1, 5000, carry=True)), somebody()
    first, then = (buy(program, basket(amount), ann).awards[0] for amount in (3000, 2500))
    assert (first.carried, then.carried) == ((0, 3000), (3000, 500))
    assert (first.awarded, then.awarded) == (0, 1)


@pytest.mark.parametrize(
    ("total", "weights", "shares"), [(10, [1, 1, 1], [4, 3, 3]), (5, [0, 0], [0, 0]), (7, [3, 4], [3, 4])]
)
def test_a_share_goes_to_the_largest_remainder(total, weights, shares):
    assert share(total, weights) == shares


@pytest.mark.parametrize(
    ("amount", "rounding", "steps"),
    [(999, "full", 9), (950, "nearest", 10), (949, "nearest", 9), (901, "started", 10), (900, "started", 9)],
)
def test_rounding_is_named(amount, rounding, steps):
    assert count_steps(amount, per=100, rounding=rounding) == steps


def test_a_portion_of_everything_leaves_nothing_over():
    assert [portion(100, part=part, whole=3) for part in (0, 1, 2, 3)] == [0, 33, 66, 100]
