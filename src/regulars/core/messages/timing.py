"""When a message goes: never at night where it only wants to sell something, and again when it could not be sent."""

from datetime import UTC, datetime, time, timedelta, tzinfo

import msgspec

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""How long to wait after the first failure, the second, and so on: then it has failed."""


class QuietHours(msgspec.Struct, frozen=True):
    """From `start` until `end`, each day, in the shop's time zone; over midnight where the end is the earlier one."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


def next_try(tries: int, *, at: datetime) -> datetime | None:
    """Return when to try again after so many tries; None: no more."""
    return at + RETRIES[tries - 1] if tries <= len(RETRIES) else None


def earliest(at: datetime, quiet: QuietHours | None, *, zone: tzinfo) -> datetime:
    """Return `at`, or the end of the quiet hours that it falls into. An end that summer time leaves out is the first
    moment after it.
    """
    local = at.astimezone(zone)
    if quiet is None or not quiet.covers(local.time()):
        return at
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    ends = datetime.combine(day, quiet.end, tzinfo=zone)
    return ends.astimezone(UTC)
