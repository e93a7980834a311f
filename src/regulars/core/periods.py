"""Half-open periods and calendar arithmetic: a period contains its start and not its end."""

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def within(at: datetime, *, start: datetime | None, end: datetime | None) -> bool:
    """Tell whether start <= at < end; None is open."""
    return (start is None or start <= at) and (end is None or at < end)


def start_of_day(on: date, zone: tzinfo) -> datetime:
    """Return the moment a local day begins, in UTC."""
    return datetime.combine(on, time(), zone).astimezone(UTC)


def end_of_day(on: date, zone: tzinfo) -> datetime:
    """Return the moment after a local day: its half-open end, in UTC."""
    return start_of_day(on + timedelta(days=1), zone)


def add_months(on: date, months: int) -> date:
    """Move by whole months; a day the month lacks becomes its last one (31 January + 1 month = 28 or 29 February)."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return on.replace(year=year, month=month + 1, day=min(on.day, calendar.monthrange(year, month + 1)[1]))


def last_day_of_month(on: date) -> date:
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])
