"""How long a credit lives: half-open, to the end of a day in the program's time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.core.expiry import AfterDays, AfterMonths, EndOf, Never, OnDate, expires_at
from regulars.core.periods import add_months

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("policy", "given", "last_day"),
    [
        (OnDate(date(2026, 6, 30)), datetime(2026, 1, 5, 12), date(2026, 6, 30)),
        (AfterDays(30), datetime(2026, 5, 15, 12), date(2026, 6, 14)),
        (AfterMonths(1), datetime(2026, 1, 31, 12), date(2026, 2, 28)),
        (AfterMonths(1), datetime(2028, 1, 31, 12), date(2028, 2, 29)),
        (AfterMonths(12), datetime(2028, 2, 29, 12), date(2029, 2, 28)),
        (EndOf("month"), datetime(2026, 2, 1, 0, 30), date(2026, 2, 28)),
        (EndOf("month", after=12), datetime(2026, 3, 10, 12), date(2027, 3, 31)),
        (EndOf("quarter"), datetime(2026, 5, 1, 12), date(2026, 6, 30)),
        (EndOf("quarter", after=1), datetime(2026, 12, 31, 23, 59), date(2027, 3, 31)),
        (EndOf("year"), datetime(2026, 1, 1, 0, 0), date(2026, 12, 31)),
        (EndOf("year", after=1), datetime(2026, 12, 31, 23, 59), date(2027, 12, 31)),
    ],
)
def test_a_credit_lives_to_the_end_of_its_last_day(policy, given, last_day):
    end = expires_at(policy, given_at=given.replace(tzinfo=NEW_YORK), zone=NEW_YORK)
    assert end is not None
    local = end.astimezone(NEW_YORK)
    assert (local.hour, local.minute) == (0, 0)
    assert (local.date() - date(1970, 1, 1)).days - 1 == (last_day - date(1970, 1, 1)).days


def test_without_an_end_it_stays():
    assert expires_at(Never(), given_at=datetime(2026, 1, 1, tzinfo=UTC), zone=NEW_YORK) is None


def test_the_programs_day_counts_and_not_utcs():
    late_evening = datetime(2026, 2, 1, 3, tzinfo=UTC)  # 31 January, 22:00 in New York
    end = expires_at(EndOf("month"), given_at=late_evening, zone=NEW_YORK)
    assert end == datetime(2026, 2, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])  # clocks go forward, and back
def test_a_day_with_a_clock_change_ends_at_local_midnight(day):
    end = expires_at(OnDate(day), given_at=datetime(2026, 1, 1, tzinfo=UTC), zone=NEW_YORK)
    assert end is not None
    assert end.astimezone(NEW_YORK).replace(tzinfo=None) == datetime(day.year, day.month, day.day + 1)


@pytest.mark.parametrize(
    ("start", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_clamp_to_the_last_day_there_is(start, months, then):
    assert add_months(start, months) == then
