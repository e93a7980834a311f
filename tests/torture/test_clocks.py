"""Clocks that lie, days of 23 and 25 hours, leap days and year ends, tills that report late or from the future."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from regulars.core.expiry import AfterDays, AfterMonths, EndOf, ExpiryPolicy, OnDate
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.models import Lot
from regulars.ledger.statement import balance_of
from regulars.points.expire import expire_due_lots
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from tests.shop import NOON, a_member, a_sale, a_shop, sell
from tests.torture.crowd import broken_invariants

pytestmark = [pytest.mark.fault, pytest.mark.django_db]

NEW_YORK = ZoneInfo("America/New_York")


def base(expiry: ExpiryPolicy) -> RateRule:
    return RateRule(code="base", name="Base", points=1, per_minor=100, expiry=expiry)


def local(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=NEW_YORK, fold=fold)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("policy", "sold_at", "last_moment"),
    [
        # Clocks go forward on 8 March 2026 and back on 1 November: days of 23 and 25 hours.
        (AfterDays(days=1), local(2026, 3, 7, 23, 59), local(2026, 3, 9)),
        (AfterDays(days=1), local(2026, 3, 8, 1, 59), local(2026, 3, 10)),
        (AfterDays(days=1), local(2026, 10, 31, 23, 59), local(2026, 11, 2)),
        (AfterDays(days=1), local(2026, 11, 1, 1, 30), local(2026, 11, 3)),
        (AfterDays(days=1), local(2026, 11, 1, 1, 30, fold=1), local(2026, 11, 3)),
        # The shop's day, not Greenwich's: 03:30 UTC on 1 March is the evening of 28 February.
        (EndOf(period="month"), datetime(2026, 3, 1, 3, 30, tzinfo=UTC), local(2026, 3, 1)),
        (EndOf(period="year"), datetime(2027, 1, 1, 4, 59, tzinfo=UTC), local(2027, 1, 1)),
        (EndOf(period="year"), datetime(2027, 1, 1, 5, 0, tzinfo=UTC), local(2028, 1, 1)),
        # Leap days, and days that a month lacks.
        (AfterMonths(months=12), local(2028, 2, 29, 12), local(2029, 3, 1)),
        (AfterMonths(months=1), local(2028, 1, 31, 12), local(2028, 3, 1)),
        (AfterMonths(months=1), local(2027, 1, 31, 12), local(2027, 3, 1)),
        (AfterDays(days=1), local(2028, 2, 28, 12), local(2028, 3, 1)),
        (OnDate(on=local(2026, 11, 1).date()), local(2026, 10, 1, 12), local(2026, 11, 2)),
    ],
)
def test_points_live_to_the_last_moment_of_the_shops_day_and_not_longer(policy, sold_at, last_moment):
    a_shop(base(policy))
    ann = a_member(at=sold_at)
    sell(a_sale(1000, member=ann, at=sold_at), at=sold_at)
    before = last_moment - timedelta(microseconds=1)
    assert balance_of(ann, at=before).available == 10
    assert balance_of(ann, at=last_moment).available == 0
    assert expire_due_lots(at=before) == 0
    [spent] = record_sales([a_sale(4, member=ann, points=4, at=before)], at=before)
    assert spent.spent[0].amount == 4
    [late] = record_sales([a_sale(4, member=ann, points=4, at=last_moment)], at=last_moment)
    assert late.code == "insufficient_balance"
    assert expire_due_lots(at=last_moment) == 1
    assert balance_of(ann, at=last_moment).expired == 6
    assert broken_invariants() == []


@pytest.mark.parametrize(
    ("off", "refused"),
    [
        (timedelta(0), None),
        (timedelta(minutes=10), None),
        (timedelta(minutes=10, microseconds=1), "future_sale"),
        (timedelta(hours=1), "future_sale"),
        (timedelta(days=1), "future_sale"),
        (-timedelta(hours=1), None),
        (-timedelta(days=1), None),
        (-timedelta(days=30), None),
        (-timedelta(days=30, microseconds=1), "sale_too_old"),
        (-timedelta(days=365), "sale_too_old"),
    ],
)
def test_a_till_that_is_late_counts_and_one_from_the_future_does_not(off, refused):
    a_shop()
    ann = a_member()
    [outcome] = record_sales([a_sale(1000, member=ann, at=NOON + off)], at=NOON)
    assert (outcome.code if isinstance(outcome, Refusal) else None) == refused
    assert balance_of(ann, at=NOON).available == (0 if refused else 10)
    assert broken_invariants() == []


def test_points_of_a_till_that_reports_too_late_to_spend_them_are_shown_as_expired():
    a_shop(base(AfterDays(days=10)))
    ann = a_member()
    [outcome] = record_sales([a_sale(1000, member=ann, at=NOON - timedelta(days=20))], at=NOON)
    assert (outcome.earned[0].awarded, outcome.balances[0].available) == (10, 0)
    assert expire_due_lots(at=NOON) == 1
    assert balance_of(ann, at=NOON).expired == 10
    assert broken_invariants() == []


@pytest.mark.parametrize("is_late", [False, True])
def test_points_that_come_back_to_a_lot_the_night_has_closed_live_on_and_the_next_night_goes_on(is_late):
    """A till reports a refund of the lot's last week, or takes the goods after its end: the points come back now."""
    a_shop(base(AfterDays(days=10)))
    ann = a_member()
    sell(a_sale(10000, member=ann))
    spent_at = NOON + timedelta(days=1)
    sale = sell(a_sale(70, member=ann, points=70, at=spent_at), at=spent_at).id or 0
    ended_at = Lot.objects.get(remaining__gt=0).expires_at
    assert expire_due_lots(at=ended_at) == 1
    now = ended_at + timedelta(days=1)
    back_at = NOON + timedelta(days=2) if is_late else now
    [back] = refund_sales([NewRefund(sale_id=sale, external_id="F", occurred_at=back_at)], at=now)
    assert [given.amount for given in back.returned] == [70]
    assert balance_of(ann, at=now).available == 70
    assert expire_due_lots(at=now) == 0
    assert expire_due_lots(at=now + timedelta(days=15)) == 1
    assert balance_of(ann, at=now + timedelta(days=15)).expired == 100
    assert broken_invariants() == []


def test_a_refund_after_the_end_leaves_no_debt_whether_the_night_has_come_or_not():
    a_shop(base(AfterDays(days=10)), points=replace(POINTS, shortfall="debt"))
    for has_night_come in (False, True):
        ann = a_member()
        sale = sell(a_sale(10000, member=ann)).id or 0
        after = Lot.objects.get(account__holder_id=ann).expires_at + timedelta(days=1)
        if has_night_come:
            expire_due_lots(at=after)
        [back] = refund_sales([NewRefund(sale_id=sale, external_id="F", occurred_at=after)], at=after)
        assert back.clawed == ()
        balance = balance_of(ann, at=after)
        assert (balance.available, balance.debt, balance.expired) == (0, 0, 100)
    assert broken_invariants() == []
