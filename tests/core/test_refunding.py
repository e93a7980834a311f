"""Any series of refunds leaves what one refund of their sum leaves, and a sale that is asked again says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.earning import evaluate, rooms_again
from regulars.core.paid import unearning_minor
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.policies import Policies
from regulars.core.program.rules import BonusRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.units import POINTS, Pays, Unit
from regulars.core.refunding import (
    LineShare,
    NothingToRefund,
    RefundExceedsSale,
    points_to_return,
    purchase_left,
    remaining_lines,
    work_out_return,
)
from regulars.core.sale import LineRefund, SaleLine, Tender
from regulars.core.tallies import Tally
from tests.core.counter import STARS, basket, buy, ready, somebody

A, B = Items(categories=("A",)), Items(categories=("B",))
POINTS_OF_A_MONTH = Unit(code="points", name=POINTS.name, pays=Pays(), caps=(Cap(limit=300, period="month"),))
PROGRAM = ready(
    RateRule(code="base", name="Base", points=1, per_minor=100, caps=(Cap(limit=60), Cap(limit=90, period="day"))),
    RateRule(code="most", name="Most", points=3, per_minor=700, except_items=B),
    ItemRule(code="each", name="Each", points=5, items=A, budget="spring"),
    ItemRule(code="worth", name="Worth", points=2, items=B, per="amount", per_minor=250, rounding="nearest"),
    MultiplierRule(code="double", name="Double", percent=250, items=A, of=("base", "each"), budget="spring"),
    VisitRule(code="visit", name="Visit", points=4, cool_down_minutes=30),
    RateRule(code="stars", name="Stars", unit="stars", points=1, per_minor=900, carry=True),
    units=(POINTS_OF_A_MONTH, STARS),
    budgets=(Budget(code="spring", name="Spring", money_minor=80),),
)
line = st.builds(
    SaleLine,
    sku=st.just("x"),
    quantity_milli=st.sampled_from([0, 1000, 2000, 1250]),
    amount_minor=st.integers(0, 5000),
    category=st.sampled_from(["A", "B", "C"]),
)
lines = st.lists(line, min_size=1, max_size=5)


def some_refunds(data, goods, *, most: int = 5):
    """Draw a series of refunds that a till may send, by line and by amount; what came back of lines, and in all."""
    total = sum(each.amount_minor for each in goods)
    returned: list[LineShare] = []
    refunded = 0
    for _ in range(data.draw(st.integers(1, most))):
        left = remaining_lines(goods, returned)
        by_line = data.draw(st.booleans())
        place = data.draw(st.integers(1, len(goods)))
        wanted = (LineRefund(place, amount_minor=data.draw(st.integers(0, left[place - 1].amount_minor))),)
        amount = None if by_line else data.draw(st.integers(0, total - refunded))
        try:
            back = work_out_return(
                left, left_minor=total - refunded, lines=wanted if by_line else (), amount_minor=amount
            )
        except (RefundExceedsSale, NothingToRefund):
            continue
        returned.extend(back.lines)
        refunded += back.amount_minor
    return returned, refunded


def summed_up(returned: list[LineShare]) -> list[LineShare]:
    """The same goods, as one refund brings them back."""
    places = sorted({each.position for each in returned})
    of = {place: [each for each in returned if each.position == place] for place in places}
    return [
        LineShare(place, sum(each.quantity_milli for each in parts), sum(each.amount_minor for each in parts))
        for place, parts in of.items()
    ]


@given(lines, st.data())
def test_a_series_of_refunds_equals_one_of_their_sum(goods, data):
    whole = basket(*goods)
    units_minor = data.draw(st.integers(0, whole.total_minor))
    returned, refunded = some_refunds(data, goods)
    paid = {"refunded_minor": refunded, "unearning_minor": units_minor}
    left = purchase_left(whole, returned=returned, **paid)
    assert left == purchase_left(whole, returned=summed_up(returned), **paid)
    assert 0 <= left.money_minor <= max(left.total_minor, 0)
    if refunded == whole.total_minor:
        assert left.money_minor == 0


@given(lines, lines, st.data())
def test_a_sale_that_is_asked_again_gives_what_it_gave_and_never_more_for_less(before, goods, data):
    """The facts that are kept with a sale are enough: rooms of caps that bit, carry, cool-down."""
    ann, everybody = somebody(), {"program": Tally()}
    for earlier in (before, before):
        buy(PROGRAM, basket(*earlier), ann, shared=everybody)
    sale = basket(*goods)
    sale = basket(*goods, money=data.draw(st.integers(0, sale.total_minor)))
    earning = buy(PROGRAM, sale, ann, shared=everybody)
    rooms = rooms_again(earning.facts)
    assert evaluate(PROGRAM, sale, earning.facts, rooms=rooms) == earning.awards
    returned, refunded = some_refunds(data, goods)
    unearning = sale.total_minor - sale.money_minor
    left = purchase_left(sale, returned=returned, refunded_minor=refunded, unearning_minor=unearning)
    kept = dict.fromkeys(PROGRAM.units, 0)
    for award in evaluate(PROGRAM, left, earning.facts, rooms=rooms):
        kept[award.rule.unit] += award.awarded
    for unit, amount in kept.items():
        assert amount <= sum(award.awarded for award in earning.awards if award.rule.unit == unit)


@given(lines)
def test_the_order_of_two_members_sales_does_not_matter(goods):
    def play(order: tuple[int, int]) -> list[dict[str, int]]:
        members = [somebody(), somebody()]
        for who in order:
            sale = goods if who == 0 else goods[:1]
            buy(PROGRAM, basket(*sale), members[who], shared={"program": Tally()})
        return [member.balances for member in members]

    assert play((0, 1)) == play((1, 0))


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.lists(st.integers(0, 1000), max_size=6))
def test_points_come_back_with_the_goods_and_all_of_them_with_all(points, total, parts):
    back = [
        points_to_return(points, refunded_minor=min(sum(parts[:i]), total), total_minor=total)
        for i in range(len(parts) + 1)
    ]
    assert back == sorted(back) and back[0] == 0
    assert points_to_return(points, refunded_minor=total, total_minor=total) == points


@pytest.mark.parametrize(
    ("tenders", "policies", "unearning"),
    [
        ((), Policies(), 300),
        ((Tender("voucher", amount_minor=200), Tender("cash", amount_minor=500)), Policies(), 500),
        ((Tender("voucher", amount_minor=200),), Policies(earn_on_part_paid_with_vouchers=True), 300),
        ((Tender("voucher", amount_minor=200),), Policies(earn_on_part_paid_with_units=True), 200),
        ((Tender("gift_card", amount_minor=200),), Policies(), 300),  # stored money is money
    ],
)
def test_how_a_sale_was_paid_decides_what_of_it_earns(tenders, policies, unearning):
    assert unearning_minor(tenders, 300, policies) == unearning


@pytest.mark.parametrize(
    ("refunded", "money"),
    [(0, 800), (250, 600), (500, 400), (999, 0), (1000, 0)],  # 2.00 of 10.00 were paid with points
)
def test_the_part_that_was_paid_with_points_comes_back_in_proportion(refunded, money):
    left = purchase_left(basket(1000), returned=(), refunded_minor=refunded, unearning_minor=200)
    assert left.money_minor == money


def test_a_lines_tax_comes_back_with_it():
    [left] = remaining_lines([SaleLine("tea", 3000, 900, tax_minor=90)], [LineShare(1, 1000, 300)])
    assert (left.quantity_milli, left.amount_minor, left.tax_minor) == (2000, 600, 60)


def test_a_sale_that_falls_below_the_minimum_loses_the_rule():
    program = ready(BonusRule(code="b", name="B", points=50, when=Conditions(min_spend_minor=2000)))
    whole = basket(2500)
    earning = buy(program, whole)
    for refunded, points in ((500, 50), (501, 0)):
        left = purchase_left(whole, returned=(), refunded_minor=refunded, unearning_minor=0)
        awards = evaluate(program, left, earning.facts, rooms=rooms_again(earning.facts))
        assert sum(award.awarded for award in awards) == points


@pytest.mark.parametrize(
    ("wanted", "shares"),
    [
        (LineRefund(1), (1, 3000, 1000)),
        (LineRefund(1, quantity_milli=1000), (1, 1000, 333)),
        (LineRefund(1, amount_minor=500), (1, 1500, 500)),
        (LineRefund(1, quantity_milli=1000, amount_minor=900), (1, 1000, 900)),
    ],
)
def test_a_line_comes_back_by_quantity_by_amount_or_whole(wanted, shares):
    [part] = work_out_return([SaleLine("tea", 3000, 1000)], left_minor=1000, lines=(wanted,), amount_minor=None).lines
    assert (part.position, part.quantity_milli, part.amount_minor) == shares
