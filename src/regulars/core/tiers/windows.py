"""The days that a tier set looks at: its periods, the window that counts on a day, and how long a level is kept.

All days are those of the program's time zone; a range of days contains its first and not its end.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from regulars.core.periods import add_months
from regulars.core.program.tier_sets import TierSet

DAY = timedelta(days=1)
YEAR = 12


class Days(NamedTuple):
    first: date
    end: date


def has_periods(tier_set: TierSet) -> bool:
    """Tell whether the window begins anew on certain days: each calendar year or quarter, or membership year."""
    return tier_set.window.over in ("calendar_year", "calendar_quarter", "membership_year")


def period_of(tier_set: TierSet, on: date, *, joined_on: date | None) -> Days:
    """Return the period that a day lies in; windows without periods of their own go by calendar years.

    A membership year begins on the day of joining, on 28 February for who joined on the 29th of a leap year; a guest,
    who never joined, goes by the calendar.
    """
    return _period(tier_set.window.over, on, joined_on)


@lru_cache(maxsize=4096)
def _period(over: str, on: date, joined_on: date | None) -> Days:
    match over:
        case "calendar_quarter":
            first = on.replace(month=on.month - (on.month - 1) % 3, day=1)
            return Days(first, add_months(first, 3))
        case "membership_year" if joined_on is not None:
            years = on.year - joined_on.year
            if on < add_months(joined_on, years * YEAR):
                years -= 1
            return Days(add_months(joined_on, years * YEAR), add_months(joined_on, (years + 1) * YEAR))
        case _:
            return Days(date(on.year, 1, 1), date(on.year + 1, 1, 1))


def window_on(tier_set: TierSet, on: date, *, joined_on: date | None, since: date | None) -> date:
    """Return the first day that counts on the day `on`; `since` is when the present term of the level began."""
    match tier_set.window.over:
        case "rolling":
            assert tier_set.window.months is not None, "a rolling window says how many months"
            return add_months(on + DAY, -tier_set.window.months)
        case "since_entry":
            return since or date.min
        case "lifetime":
            return date.min
        case _:
            return period_of(tier_set, on, joined_on=joined_on).first


def kept_to(tier_set: TierSet, earned_on: date, *, joined_on: date | None) -> date | None:
    """Return the end (not included) of the term of a level that was earned on a day; None keeps it for ever.

    The next period is the one after that which earned the level. Where nothing begins anew it is as long as the window
    again: the months of a rolling one, a year since entry. A set whose review keeps every level has no terms.
    """
    if tier_set.review == "keep" or tier_set.kept.until == "forever":
        return None
    months = tier_set.kept.months
    if months is None and tier_set.window.over == "rolling":
        months = tier_set.window.months
    if months is None and tier_set.window.over == "since_entry":
        months = YEAR
    if months is not None:
        return add_months(earned_on, months) + DAY
    period = period_of(tier_set, earned_on, joined_on=joined_on)
    return period_of(tier_set, period.end, joined_on=joined_on).end
