"""How much of a unit a member may still spend: what was spent in a period counts, unless it came back."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from regulars.core.program.caps import PERIODS, Cap
from regulars.core.tallies import first_days


class Bound(msgspec.Struct, frozen=True):
    """The cap that leaves least: of its `limit` there is `room` for another payment."""

    cap: Cap
    room: int


def counted_since(caps: Sequence[Cap], *, on: date) -> date | None:
    """Return the first day whose spending matters to a payment on this day; None where none does."""
    days = [_first(cap, on) for cap in caps if cap.period != "transaction"]
    return date.fromordinal(max(min(days), 1)) if days else None


def tightest(caps: Sequence[Cap], spent: Mapping[date, int], *, on: date) -> Bound | None:
    """Return the cap that bounds a payment on this day most, narrow before wide; None where there are no caps.

    `spent` is what was spent by day, in the program's time zone, less what came back.
    """
    bounds = [Bound(cap, max(cap.limit - _spent(cap, spent, on), 0)) for cap in caps]
    return min(bounds, key=lambda bound: (bound.room, PERIODS.index(bound.cap.period)), default=None)


def _spent(cap: Cap, spent: Mapping[date, int], on: date) -> int:
    match cap.period:
        case "transaction":
            return 0
        case "rolling":
            first = _first(cap, on)
            return sum(amount for day, amount in spent.items() if first <= day.toordinal() <= on.toordinal())
        case period:
            first = first_days(on)[period]
            return sum(amount for day, amount in spent.items() if first_days(day)[period] == first)


def _first(cap: Cap, on: date) -> int:
    if cap.period == "rolling":
        return on.toordinal() - (cap.days or 1) + 1
    return first_days(on)[cap.period]
