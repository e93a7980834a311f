"""How long a credit lives. A lot is valid in [available_at, expires_at); a date means the end of that day in the
program's time zone.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from regulars.core.periods import add_months, end_of_day, last_day_of_month

Count = Annotated[int, msgspec.Meta(ge=1, le=3660)]


class Never(msgspec.Struct, frozen=True, tag="never"):
    """The credit stays until it is spent."""


class OnDate(msgspec.Struct, frozen=True, tag="date"):
    """Expires at the end of a fixed day. A credit given after that day is expired when it is born."""

    on: date


class AfterDays(msgspec.Struct, frozen=True, tag="days"):
    """Rolling: to the end of the day that lies `days` days after the one it was given on (15 May + 30 days: 14
    June).
    """

    days: Count


class AfterMonths(msgspec.Struct, frozen=True, tag="months"):
    """Rolling: to the end of the same day `months` months later; a day the month lacks becomes its last."""

    months: Count


class EndOf(msgspec.Struct, frozen=True, tag="end_of"):
    """Expires at the end of the period that lies `after` periods after the one it was given in (0: this one)."""

    period: Literal["month", "quarter", "year"]
    after: Annotated[int, msgspec.Meta(ge=0, le=600)] = 0


class AfterIdle(msgspec.Struct, frozen=True, tag="idle"):
    """Lives while the member is active: to the end of the day `days` days after the last sale, spend or event."""

    days: Count


ExpiryPolicy = Never | OnDate | AfterDays | AfterMonths | EndOf | AfterIdle


def expires_at(policy: ExpiryPolicy, *, given_at: datetime, zone: tzinfo) -> datetime | None:
    """Return the half-open end of a credit's life in UTC, or None where no day is fixed; `zone` is the program's."""
    return _end_of_life(policy, given_at.astimezone(zone).date(), zone)


@lru_cache(maxsize=4096)
def _end_of_life(policy: ExpiryPolicy, given_on: date, zone: tzinfo) -> datetime | None:
    match policy:
        case Never() | AfterIdle():
            return None
        case OnDate(on=on):
            return end_of_day(on, zone)
        case AfterDays(days=days):
            return end_of_day(given_on + timedelta(days=days), zone)
        case AfterMonths(months=months):
            return end_of_day(add_months(given_on, months), zone)
        case EndOf(period=period, after=after):
            return end_of_day(_last_day(period, given_on, after), zone)


def _last_day(period: Literal["month", "quarter", "year"], on: date, after: int) -> date:
    length = {"month": 1, "quarter": 3, "year": 12}[period]
    months_left = length - 1 - (on.month - 1) % length
    return last_day_of_month(add_months(on.replace(day=1), months_left + after * length))
