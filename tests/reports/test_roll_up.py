"""Figures by day say what the sales and the ledger say, by the program's clock, however often they are rebuilt."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from regulars.core.actor import SYSTEM
from regulars.core.expiry import OnDate
from regulars.core.program.rules import RateRule
from regulars.core.sale import NewRefund
from regulars.ledger.models import Account
from regulars.members.enrol import NewMember, enrol_member
from regulars.points.adjust import adjust_points
from regulars.points.expire import expire_due_lots
from regulars.reports.figures import figures_between, newest_day
from regulars.reports.models import DayFigures
from regulars.reports.roll_up import last_days, roll_up_days, roll_up_everything
from regulars.sales.refund import refund_sales
from tests.shop import a_member, a_sale, a_shop, a_store, sell

pytestmark = pytest.mark.django_db

# New York is five hours behind in winter: its 10 January begins at 05:00 UTC.
TENTH = date(2026, 1, 10)
BEGINS = datetime(2026, 1, 10, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def figures(day: date = TENTH, store: str | None = None) -> dict[str, int]:
    row = DayFigures.objects.get(day=day, store__code=store) if store else DayFigures.objects.get(day=day, store=None)
    names = [field.name for field in DayFigures._meta.fields if field.name not in ("id", "day", "store")]
    return {name: getattr(row, name) for name in names if getattr(row, name)}


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(
        RateRule(code="base", name="Base", points=1, per_minor=100, expiry=OnDate(date(2026, 1, 31))),
        stores=("330", "331"),
    )


def test_a_day_of_two_stores_adds_up():
    ann, bob = a_member(at=BEGINS), a_member(at=BEGINS - 72 * HOUR)
    sell(a_sale(5000, member=ann, at=BEGINS))
    sell(a_sale(1000, member=ann, points=10, at=BEGINS + HOUR, store="331"))
    sell(a_sale(700, member=bob, at=BEGINS + HOUR))
    sell(a_sale(300, at=BEGINS + HOUR))

    roll_up_days([TENTH])

    assert figures() == {
        "sales": 4,
        "member_sales": 3,
        "total_minor": 7000,
        "active_members": 2,
        "joined": 1,
        "earned": 50 + 9 + 7,
        "spent": 10,
        "balance_change": 56,
    }
    assert figures(store="330") == {
        "sales": 3,
        "member_sales": 2,
        "total_minor": 6000,
        "active_members": 2,
        "earned": 57,
    }
    assert figures(store="331") == {
        "sales": 1,
        "member_sales": 1,
        "total_minor": 1000,
        "active_members": 1,
        "earned": 9,
        "spent": 10,
    }


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (BEGINS - MOMENT, date(2026, 1, 9)),
        (BEGINS, TENTH),
        (BEGINS + 24 * HOUR - MOMENT, TENTH),
        (BEGINS + 24 * HOUR, date(2026, 1, 11)),
        (datetime(2026, 3, 8, 5, tzinfo=UTC), date(2026, 3, 8)),  # summer time begins: a day of 23 hours
        (datetime(2026, 3, 9, 4, tzinfo=UTC) - MOMENT, date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 11, 2, 5, tzinfo=UTC) - MOMENT, date(2026, 11, 1)),  # it ends: a day of 25 hours
    ],
)
def test_a_day_is_the_programs_day(at, day):
    sell(a_sale(100, at=at), at=at)

    roll_up_days([day + timedelta(days=n) for n in (-1, 0, 1)])

    assert [DayFigures.objects.get(day=day + timedelta(days=n), store=None).sales for n in (-1, 0, 1)] == [0, 1, 0]


def test_a_refund_counts_on_its_own_day_and_gives_back_what_was_spent():
    ann = a_member(points=100, at=BEGINS - 48 * HOUR)
    sale = sell(a_sale(1000, member=ann, points=40, at=BEGINS))
    next_day = BEGINS + 24 * HOUR
    refund_sales([NewRefund(sale_id=sale.id, external_id="F-1", occurred_at=next_day)], at=next_day)

    roll_up_days([TENTH, date(2026, 1, 11)])

    assert figures() == {
        "sales": 1,
        "member_sales": 1,
        "total_minor": 1000,
        "active_members": 1,
        "earned": 9,
        "spent": 40,
        "balance_change": -31,
    }
    assert figures(date(2026, 1, 11)) == {"refunded_minor": 1000, "spent": -40, "balance_change": 31}
    assert figures(date(2026, 1, 11), store="330")["refunded_minor"] == 1000


def test_points_by_hand_and_points_that_expire_are_the_merchants_and_no_stores():
    ann = a_member(points=50, at=BEGINS)
    adjust_points(member_id=ann, amount=5, reason="Sorry", key="1", at=BEGINS, by=SYSTEM)
    adjust_points(member_id=ann, amount=-3, reason="Mistake", key="2", at=BEGINS, by=SYSTEM)
    ended = datetime(2026, 2, 1, 5, tzinfo=UTC)
    expire_due_lots(at=ended + HOUR)

    roll_up_days([TENTH, date(2026, 2, 1)])

    assert (figures()["earned"], figures()["balance_change"]) == (55, 52)
    assert figures(date(2026, 2, 1))["expired"] == -figures(date(2026, 2, 1))["balance_change"]
    assert DayFigures.objects.exclude(store=None).aggregate(Sum("expired"))["expired__sum"] == 0


def test_twice_is_like_once_and_a_late_sale_is_added():
    sell(a_sale(100, at=BEGINS))
    roll_up_days([TENTH])
    before = figures()

    roll_up_days([TENTH, TENTH])
    assert figures() == before

    sell(a_sale(200, at=BEGINS, store="331"))
    roll_up_days([TENTH])
    assert (figures()["sales"], figures()["total_minor"], figures(store="331")["sales"]) == (2, 300, 1)


def test_all_days_together_are_the_accounts():
    ann, bob = a_member(points=120, at=BEGINS), a_member(points=30, at=BEGINS + 70 * HOUR)
    sell(a_sale(1000, member=ann, points=60, at=BEGINS + 200 * HOUR))
    adjust_points(member_id=bob, amount=-7, reason="Mistake", key="1", at=BEGINS + 300 * HOUR, by=SYSTEM)
    expire_due_lots(at=BEGINS + 800 * HOUR)

    roll_up_everything(at=BEGINS + 1000 * HOUR)

    kept = DayFigures.objects.filter(store=None).aggregate(
        Sum("earned"), Sum("spent"), Sum("expired"), Sum("balance_change")
    )
    held = Account.objects.filter(side="member").aggregate(Sum("earned"), Sum("spent"), Sum("expired"), Sum("balance"))
    assert list(kept.values()) == list(held.values())
    days = list(DayFigures.objects.filter(store=None).order_by("day").values_list("day", flat=True))
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


def test_days_that_follow_each_other_are_one_statement(django_assert_num_queries):
    roll_up_days([TENTH])

    with django_assert_num_queries(4):  # the book, and the statement in its savepoint
        roll_up_days([TENTH + timedelta(days=n) for n in range(31)])


def test_the_dashboard_adds_up_what_is_kept():
    ann = a_member(points=100, at=BEGINS)
    sell(a_sale(1000, member=ann, points=40, at=BEGINS + 30 * HOUR, store="331"))
    sell(a_sale(500, at=BEGINS + 30 * HOUR, store="331"))
    roll_up_everything(at=BEGINS + 72 * HOUR)

    period = figures_between(date(2026, 1, 11), date(2026, 1, 13))

    assert [day.day.day for day in period.days] == [11, 12]
    assert (period.sales, period.member_sales, period.total_minor) == (2, 1, 1500)
    assert (period.earned, period.spent, period.outstanding) == (9, 40, 69)
    assert [day.outstanding for day in figures_between(TENTH, date(2026, 1, 14)).days] == [100, 69, 69, 69]
    assert newest_day() == date(2026, 1, 11)


def test_a_new_merchant_has_no_figures():
    period = figures_between(TENTH, date(2026, 1, 14))

    assert (period.days, period.sales, period.outstanding, newest_day()) == ((), 0, 0, None)


def test_the_last_days_end_today_in_the_programs_zone():
    from zoneinfo import ZoneInfo

    days = last_days(3, at=BEGINS - MOMENT, zone=ZoneInfo("America/New_York"))

    assert days == [date(2026, 1, 7), date(2026, 1, 8), date(2026, 1, 9)]


def test_a_guest_has_not_joined():
    enrol_member(NewMember(email="ann@example.com"), at=BEGINS)
    a_store("332")
    roll_up_days([TENTH])

    assert figures() == {}
