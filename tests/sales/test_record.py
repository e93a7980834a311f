"""A till's sale becomes a receipt once, and the member's points move with it."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.ledger.models import Entry
from regulars.points.adjust import adjust_points
from regulars.sales.answers import Recorded
from regulars.sales.models import Line, Sale
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


def test_a_sale_earns_and_says_what_the_member_holds():
    a_shop()
    ann = a_member()
    answer = sell(a_sale(1234, member=ann))
    assert [(e.unit, e.desired, e.awarded) for e in answer.earned] == [("points", 12, 12)]
    assert answer.balances[0].available == 12
    assert answer.balances[0].next_expiry.amount == 12
    assert points_of(ann) == 12
    assert Line.objects.count() == 1


def test_points_pay_and_never_earn():
    a_shop()
    ann = a_member(points=400)
    answer = sell(a_sale(1234, member=ann, points=300))
    assert answer.spent[0].value_minor == 300
    assert answer.earned[0].awarded == 9
    assert points_of(ann) == 400 - 300 + 9


def test_the_same_receipt_again_gets_its_first_answer():
    a_shop()
    ann = a_member(points=400)
    sale = a_sale(1234, member=ann, points=300)
    first, again = sell(sale), sell(sale)
    assert again.replayed and not first.replayed
    assert (again.id, again.earned, again.spent, again.balances) == (
        first.id,
        first.earned,
        first.spent,
        first.balances,
    )
    assert Sale.objects.filter(external_id=sale.external_id).count() == 1
    assert Entry.objects.filter(kind="redeem").count() == 1


@pytest.mark.parametrize(("late", "is_taken"), [(timedelta(minutes=10), True), (timedelta(minutes=11), False)])
def test_a_slow_clock_hides_no_points_but_a_late_sale_spends_what_was_there_then(late, is_taken):
    a_shop()
    ann = a_member()
    adjust_points(member_id=ann, amount=50, reason="goodwill", key="1", at=NOON, by=SYSTEM)
    [outcome] = record_sales([a_sale(100, member=ann, points=50, at=NOON - late)], at=NOON)
    assert isinstance(outcome, Recorded) is is_taken
