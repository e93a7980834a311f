"""The demo's year ends now: all its times move by the same whole number of weeks, so that a Saturday stays one."""

from datetime import UTC, datetime, timedelta, tzinfo


def weeks_to_today(last_at: datetime, *, at: datetime, zone: tzinfo) -> int:
    """Return by how many weeks to move so that `last_at`, a wall clock's time, lies in the seven days before `at`."""
    weeks = (at.astimezone(zone).replace(tzinfo=None) - last_at) // timedelta(weeks=1)
    # The two may stand on different sides of a change of the clocks.
    return weeks if move(last_at, weeks=weeks, zone=zone) <= at else weeks - 1


def move(local_at: datetime, *, weeks: int, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, that is the same weekday and wall clock's time so many weeks later.

    A time that the clocks skip on that day is read as if they had not been put forward yet (02:30 becomes 03:30), one
    that they show twice is the first.
    """
    return (local_at + timedelta(weeks=weeks)).replace(tzinfo=zone).astimezone(UTC)


def first_midnight(local_at: datetime) -> datetime:
    """Return the start of that day on the wall clock."""
    return local_at.replace(hour=0, minute=0, second=0, microsecond=0)


def weeks_between(earlier: datetime, later: datetime, *, zone: tzinfo) -> int:
    """Return by how many weeks `later`, a moment, was moved from `earlier`, a wall clock's time."""
    return round((later.astimezone(zone).replace(tzinfo=None) - earlier) / timedelta(weeks=1))
