"""What a member may spend in a period is bounded; what comes back in a refund gives its room back."""

from datetime import timedelta

import msgspec
import pytest

from regulars.core.program.caps import Cap
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def a_capped_shop(*caps: Cap) -> int:
    """A shop whose points have these caps on spending, and a member with 1,000 of them."""
    a_shop(points=msgspec.structs.replace(POINTS, spend_caps=caps))
    return a_member(points=1_000, at=NOON - 9 * DAYS)


def pay(member: int, points: int, *, at=NOON):
    return sell(a_sale(points, member=member, points=points, at=at, lines=()), at=at)


def test_a_month_has_its_room_and_the_next_one_has_it_again():
    ann = a_capped_shop(Cap(limit=100, period="month"))
    pay(ann, 60)
    with pytest.raises(Refusal, match="spend_limit") as refused:
        pay(ann, 41, at=NOON + DAYS)
    facts = refused.value.facts()
    assert (facts["limit"], facts["room"], facts["period"], facts["wanted"]) == (100, 40, "month", 41)
    assert points_of(ann) == 940
    pay(ann, 40, at=NOON + DAYS)
    pay(ann, 100, at=NOON + 25 * DAYS)


def test_what_comes_back_gives_its_room_back():
    ann = a_capped_shop(Cap(limit=100, period="month"))
    first = pay(ann, 60)
    refund_sales([NewRefund(sale_id=first.id, external_id="F-1", occurred_at=NOON, amount_minor=30)], at=NOON)
    pay(ann, 70)
    with pytest.raises(Refusal, match="spend_limit"):
        pay(ann, 1)


def test_a_batch_counts_what_its_own_sales_spend_and_quotes_stand_alone():
    ann = a_capped_shop(Cap(limit=100, period="day"), Cap(limit=70))
    batch = [a_sale(60, member=ann, points=60, lines=()) for _ in range(2)]
    assert [isinstance(each, Refusal) for each in quote_sales(batch, at=NOON)] == [False, False]
    first, second = record_sales(batch, at=NOON)
    assert (first.spent[0].amount, second.code) == (60, "spend_limit")
    with pytest.raises(Refusal, match="spend_limit"):
        pay(ann, 71, at=NOON + DAYS)
