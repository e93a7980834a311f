"""A batch is its sales one by one, with as many statements as one of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.core.sale import NewRefund
from regulars.ledger.models import Lot
from regulars.ledger.statement import balances_of
from regulars.sales.models import Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


def statements(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_the_statements_of_a_batch_do_not_grow_with_it():
    a_shop()
    members = [a_member(points=2000) for _ in range(5)]

    def record(size: int) -> int:
        batch = [a_sale(1000, member=members[i % 5], points=1) for i in range(size)]
        return statements(lambda: record_sales(batch, at=NOON))

    assert record(1) == record(10) == record(1000)


def test_the_statements_of_refunds_do_not_grow_either():
    a_shop()
    members = [a_member(points=500) for _ in range(5)]
    sales = [sell(a_sale(1000, member=members[i % 5], points=10)).id for i in range(60)]

    def refund(ids: list[int]) -> int:
        batch = [NewRefund(sale_id=sale, external_id="F", occurred_at=NOON) for sale in ids]
        return statements(lambda: refund_sales(batch, at=NOON))

    assert refund(sales[:1]) == refund(sales[1:])


def test_a_batch_does_what_its_sales_do_one_by_one():
    a_shop()
    ann, bob, one_ann, one_bob = (a_member(points=300) for _ in range(4))

    def sales(ann: int, bob: int) -> list:
        spent = [(ann, 0), (bob, 120), (ann, 300), (ann, 20), (bob, 200), (ann, 5)]
        return [a_sale(777 * (i + 1), member=member, points=points) for i, (member, points) in enumerate(spent)]

    together = record_sales(sales(ann, bob), at=NOON)
    alone = [record_sales([sale], at=NOON)[0] for sale in sales(one_ann, one_bob)]
    told = [(getattr(a, "code", None), getattr(a, "earned", None), getattr(a, "balances", None)) for a in together]
    assert told == [(getattr(a, "code", None), getattr(a, "earned", None), getattr(a, "balances", None)) for a in alone]
    held = balances_of([ann, bob, one_ann, one_bob], at=NOON)
    assert (held[ann], held[bob]) == (held[one_ann], held[one_bob])


def test_points_earned_in_a_batch_can_be_spent_in_it():
    a_shop()
    ann = a_member()
    _, spent = record_sales([a_sale(10000, member=ann), a_sale(100, member=ann, points=100)], at=NOON)
    assert spent.spent[0].amount == 100
    assert list(Lot.objects.values_list("amount", "remaining")) == [(100, 0)]


def test_a_quote_tells_what_a_sale_will_do_and_writes_nothing():
    a_shop()
    ann = a_member(points=500)
    sale, other = a_sale(1234, member=ann, points=300), a_sale(1000, member=ann, points=300)
    before = (Sale.objects.count(), balances_of([ann], at=NOON))
    quoted, alone = quote_sales([sale, other], at=NOON)
    assert quoted.id is None and alone.spent[0].amount == 300  # each quote stands alone
    assert (Sale.objects.count(), balances_of([ann], at=NOON)) == before
    sold = sell(sale)
    assert (sold.earned, sold.spent, sold.balances) == (quoted.earned, quoted.spent, quoted.balances)
