"""What a holder has had so far, counted by period: the memory of caps, cool-downs, carried remainders, stamp cards and
tiers. A holder is a member, or a card, store, cashier or the whole program where a cap bounds one of those.

A counter's buckets are keyed by their first day, as the day's ordinal (`date.toordinal`); a lifetime's bucket is 0.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from regulars.core.program.caps import CapPeriod
from regulars.core.stamps import CardState

LIFETIME = 0

# A period's own length, rounded up; buckets live as long, and as late sales may arrive.
_LENGTHS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


class Tally(msgspec.Struct, omit_defaults=True, gc=False):
    """`used`: counter to bucket to amount. `carry`: what a rule left of its last step. `visits`: purchases so far.
    `last`: when a rule with a cool-down last applied, in seconds since 1970. `cards`: the stamp cards in progress.
    """

    used: dict[str, dict[int, int]] = msgspec.field(default_factory=dict)
    carry: dict[str, int] = msgspec.field(default_factory=dict)
    visits: int = 0
    last: dict[str, int] = msgspec.field(default_factory=dict)
    cards: dict[str, CardState] = msgspec.field(default_factory=dict)

    def used_of(self, counter: str, period: CapPeriod, on: date, days: int = 0) -> int:
        """Return what was counted in the period that holds the day `on`; `rolling` sums the `days` days up to it."""
        buckets = self.used.get(counter)
        if not buckets:
            return 0
        if period == "rolling":
            last = on.toordinal()
            return sum([amount for day, amount in buckets.items() if last - days < day <= last])
        return buckets.get(first_days(on)[period], 0)

    def add(self, counter: str, period: CapPeriod, on: date, amount: int, *, keep_days: int, days: int = 0) -> None:
        """Count `amount` in the bucket of the day `on` (negative gives back), and forget buckets that no sale can
        reach any more: those that ended more than `keep_days` before.
        """
        buckets = self.used.setdefault(counter, {})
        first = first_days(on)[period]
        is_new = first not in buckets
        counted = buckets.get(first, 0) + amount
        if counted:
            buckets[first] = counted
        else:
            buckets.pop(first, None)
        if is_new and len(buckets) > 2 and period != "lifetime":
            oldest = on.toordinal() - keep_days - (days if period == "rolling" else _LENGTHS[period])
            for day in [day for day in buckets if day < oldest]:
                del buckets[day]
        if not buckets:
            del self.used[counter]


@lru_cache(maxsize=4096)
def first_days(on: date) -> Mapping[str, int]:
    """Return the first day of every calendar period that holds `on`; rolling windows count single days."""
    day = on.toordinal()
    return {
        "day": day,
        "rolling": day,
        "week": day - on.weekday(),
        "month": day - on.day + 1,
        "quarter": date(on.year, on.month - (on.month - 1) % 3, 1).toordinal(),
        "year": date(on.year, 1, 1).toordinal(),
        "lifetime": LIFETIME,
    }


def first_day(period: CapPeriod, on: date) -> int:
    """Return the first day of the period that holds `on`, as its bucket is keyed."""
    return first_days(on)[period]
