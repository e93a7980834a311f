"""The year moves by whole weeks to end now, and every wall clock's time stays what it was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.demo.dates import move, weeks_between, weeks_to_today

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = datetime(2017, 1, 1), datetime(2018, 1, 1, 4, 1, 20)


@given(at=st.datetimes(datetime(2019, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_the_last_sale_lies_in_the_seven_days_before_the_load(at):
    moved = move(LAST, weeks=weeks_to_today(LAST, at=at, zone=ZONE), zone=ZONE)
    # An hour more where the clocks changed in between.
    assert moved <= at < moved + timedelta(days=7, hours=1)


@given(
    local_at=st.datetimes(FIRST, LAST),
    weeks=st.integers(0, 2500),
)
def test_the_day_of_the_week_and_the_time_of_day_stay(local_at, weeks):
    moved = move(local_at, weeks=weeks, zone=ZONE).astimezone(ZONE)
    skipped = moved.utcoffset() != local_at.replace(tzinfo=ZONE, year=2017).utcoffset() and moved.hour == 3
    assert moved.weekday() == local_at.weekday()
    assert moved.replace(tzinfo=None).time() == local_at.time() or skipped


@given(at=st.datetimes(datetime(2019, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_a_later_run_reads_the_weeks_from_the_day_the_first_run_opened(at):
    weeks = weeks_to_today(LAST, at=at, zone=ZONE)
    assert weeks_between(FIRST, move(FIRST, weeks=weeks, zone=ZONE), zone=ZONE) == weeks


@pytest.mark.parametrize(
    ("local_at", "moment"),
    [
        ("2026-03-08T01:59:00", "2026-03-08T06:59:00+00:00"),  # winter time
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00+00:00"),  # skipped: 03:30 summer time
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00+00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30:00+00:00"),  # shown twice: the first
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00+00:00"),
    ],
)
def test_times_are_new_yorks_also_when_the_clocks_change(local_at, moment):
    weeks = 479
    earlier = datetime.fromisoformat(local_at) - timedelta(weeks=weeks)
    assert move(earlier, weeks=weeks, zone=ZONE).isoformat() == moment
