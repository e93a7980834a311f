"""Any series of refunds leaves what one refund of their sum leaves, however the sale was paid."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.earning import Published, Purchase, award
from regulars.core.refunding import (
    LineShare,
    NothingToRefund,
    RefundExceedsSale,
    points_to_return,
    purchase_left,
    remaining_lines,
    work_out_return,
)
from regulars.core.rules import EarningRule, ItemRule, RateRule
from regulars.core.sale import LineRefund, SaleLine

AT = datetime(2026, 3, 10, tzinfo=UTC)
RULES: list[EarningRule] = [
    RateRule(points=1, per_minor=100),
    RateRule(points=3, per_minor=700, excluded_categories=("B",), min_spend_minor=1500),
    ItemRule(points=5, categories=("A",)),
    ItemRule(points=2, categories=("A", "B"), per="amount", per_minor=250, rounding="nearest"),
]
line = st.builds(
    SaleLine,
    sku=st.just("x"),
    quantity_milli=st.sampled_from([0, 1000, 2000, 1250]),
    amount_minor=st.integers(0, 5000),
    category=st.sampled_from(["A", "B", "C"]),
)


def left_after(lines, returned, *, refunded: int, points: int) -> Purchase:
    return purchase_left(
        occurred_at=AT,
        store="330",
        store_tags=frozenset(),
        lines=lines,
        returned=returned,
        total_minor=sum(each.amount_minor for each in lines),
        refunded_minor=refunded,
        points_minor=points,
    )


@given(st.lists(line, min_size=1, max_size=5), st.data())
def test_a_series_of_refunds_equals_one_of_their_sum(lines, data):
    total = sum(each.amount_minor for each in lines)
    points = data.draw(st.integers(0, total))
    returned: list[LineShare] = []
    refunded = 0
    for _ in range(data.draw(st.integers(1, 5))):
        left = remaining_lines(lines, returned)
        by_line = data.draw(st.booleans())
        place = data.draw(st.integers(1, len(lines)))
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
    sums = {
        place: LineShare(
            place,
            sum(each.quantity_milli for each in returned if each.position == place),
            sum(each.amount_minor for each in returned if each.position == place),
        )
        for place in {each.position for each in returned}
    }
    step_by_step = left_after(lines, returned, refunded=refunded, points=points)
    at_once = left_after(lines, list(sums.values()), refunded=refunded, points=points)
    assert step_by_step == at_once
    assert 0 <= at_once.money_minor <= at_once.total_minor
    for rule in RULES:
        assert (
            award(Published(1, 1, "", rule), at_once).awarded
            <= award(Published(1, 1, "", rule), left_after(lines, (), refunded=0, points=points)).awarded
        )


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.lists(st.integers(0, 1000), max_size=6))
def test_points_come_back_with_the_goods_and_all_of_them_with_all(points, total, parts):
    back = [
        points_to_return(points, refunded_minor=min(sum(parts[:i]), total), total_minor=total)
        for i in range(len(parts) + 1)
    ]
    assert back == sorted(back) and back[0] == 0
    assert points_to_return(points, refunded_minor=total, total_minor=total) == points


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
