"""When a credit starts and when it ends."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.core.expiry import AfterDays, AfterIdle, AfterMonths, Never, OnDate
from regulars.core.life import WAITS, Life, Promise, end_of_idleness, kept, life_of
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.program.life import Pending

ZONE = ZoneInfo("America/New_York")
MAY_1 = datetime(2026, 5, 1, 10, 30, tzinfo=ZONE).astimezone(UTC)


def day(month: int, of: int) -> date:
    return date(2026, month, of)


def test_the_worked_example_of_pending():
    # Earn on 1 May, pending 14 days, life 30 days: active on 15 May, expires at the end of 14 June.
    life = life_of(AfterDays(days=30), Pending(days=14), given_at=MAY_1, zone=ZONE)
    assert life == Life(
        available_at=datetime(2026, 5, 15, 10, 30, tzinfo=ZONE).astimezone(UTC),
        expires_at=end_of_day(day(6, 14), ZONE),
    )


@pytest.mark.parametrize(
    ("pending", "available_at"),
    [
        (None, None),
        (Pending(days=14, round_up=True), end_of_day(day(5, 15), ZONE)),  # the 15th counts whole
        (Pending(until=day(6, 1)), start_of_day(day(6, 1), ZONE)),
        (Pending(until=day(6, 1), round_up=True), end_of_day(day(6, 1), ZONE)),
        (Pending(until=day(4, 1)), MAY_1),  # that day is over: it can be spent at once
        (Pending(until=day(4, 1), round_up=True), MAY_1),
        (Pending(days=3, until=day(6, 1)), start_of_day(day(6, 1), ZONE)),  # both: the later
        (Pending(event="delivered"), WAITS),
        (Pending(event="delivered", days=3), WAITS),
    ],
)
def test_it_waits_for_days_a_date_or_an_event(pending, available_at):
    assert life_of(Never(), pending, given_at=MAY_1, zone=ZONE).available_at == available_at


@pytest.mark.parametrize(("life_from", "ends"), [("activated", day(6, 14)), ("earned", day(5, 31))])
def test_life_is_counted_from_the_start_or_from_the_earning(life_from, ends):
    pending = Pending(days=14, life_from=life_from)
    assert life_of(AfterDays(days=30), pending, given_at=MAY_1, zone=ZONE).expires_at == end_of_day(ends, ZONE)


@pytest.mark.parametrize(
    ("pending", "happens_on", "starts", "ends"),
    [
        (Pending(event="review"), 10, 10, day(6, 9)),
        (Pending(event="review", days=5), 10, 15, day(6, 14)),
        (Pending(event="review", until=day(5, 20)), 10, 20, day(6, 19)),
    ],
)
def test_an_event_starts_the_clock(pending, happens_on, starts, ends):
    life = life_of(AfterDays(days=30), pending, given_at=MAY_1, zone=ZONE)
    assert (life.expires_at, life.promise.event) == (None, "review")
    started = kept(life.promise, event_at=MAY_1.replace(day=happens_on), zone=ZONE)
    assert started.available_at.astimezone(ZONE).date() == day(5, starts)
    assert started.expires_at == end_of_day(ends, ZONE)


def test_an_end_that_was_fixed_at_the_earning_is_not_moved_by_the_event():
    life = life_of(AfterDays(days=30), Pending(event="review", life_from="earned"), given_at=MAY_1, zone=ZONE)
    assert life.expires_at == end_of_day(day(5, 31), ZONE)
    assert life.promise == Promise("review")
    assert kept(life.promise, event_at=MAY_1.replace(day=9), zone=ZONE).expires_at is None


def test_a_clock_change_does_not_move_the_time_of_day():
    given = datetime(2026, 3, 1, 10, 30, tzinfo=ZONE).astimezone(UTC)  # the clocks go forward on the 8th
    life = life_of(Never(), Pending(days=14), given_at=given, zone=ZONE)
    assert life.available_at.astimezone(ZONE).isoformat() == "2026-03-15T10:30:00-04:00"


@pytest.mark.parametrize("expiry", [Never(), AfterMonths(months=1), OnDate(on=day(12, 31)), AfterIdle(days=90)])
def test_only_what_dies_of_idleness_has_idle_days(expiry):
    life = life_of(expiry, None, given_at=MAY_1, zone=ZONE)
    assert life.idle_days == (90 if isinstance(expiry, AfterIdle) else None)
    assert (life.expires_at is None) == isinstance(expiry, Never | AfterIdle)


def test_idleness_ends_with_the_day():
    assert end_of_idleness(MAY_1, days=90, zone=ZONE) == end_of_day(day(7, 30), ZONE)
