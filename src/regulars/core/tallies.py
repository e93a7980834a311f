"""What a holder has had so far, counted by period: the memory of caps, cool-downs, carried remainders, stamp cards and
tiers. A holder is a member, or a card, store, cashier or the whole program where a cap bounds one of those.

All that one rule, unit or budget counts is one counter, with a bucket for each period that a cap of it bounds. A bucket
is keyed by the number of its first day and by its kind of period, so that the whole is short to read and to write.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from regulars.core.program.caps import CapPeriod
from regulars.core.stamps import CardState

LIFETIME = 0
"""The one bucket that holds everything."""

KINDS: tuple[CapPeriod, ...] = ("lifetime", "day", "week", "month", "quarter", "year", "rolling")
"""The kinds of period, in the order of the last three bits of a bucket's key."""

_BITS, _KIND = 3, 7
_ROLLING = KINDS.index("rolling")
_EPOCH = date(2000, 1, 1).toordinal()

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
            last = on.toordinal() - _EPOCH
            rolling = [(key >> _BITS, amount) for key, amount in buckets.items() if key & _KIND == _ROLLING]
            return sum([amount for day, amount in rolling if last - days < day <= last])
        return buckets.get(bucket_keys(on)[KINDS.index(period)], 0)

    def add(self, counter: str, period: CapPeriod, on: date, amount: int, *, keep_days: int, days: int = 0) -> None:
        """Count `amount` in the bucket of the day `on` (negative gives back), and forget buckets that no sale can
        reach any more: those that ended more than `keep_days` before.
        """
        buckets = self.used.setdefault(counter, {})
        kind = KINDS.index(period)
        key = bucket_keys(on)[kind]
        is_new = key not in buckets
        counted = buckets.get(key, 0) + amount
        if counted:
            buckets[key] = counted
        else:
            buckets.pop(key, None)
        if is_new and period != "lifetime":
            oldest = on.toordinal() - _EPOCH - keep_days - (days if period == "rolling" else _LENGTHS[period])
            for old in [old for old in buckets if old & _KIND == kind and old >> _BITS < oldest]:
                del buckets[old]
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


@lru_cache(maxsize=4096)
def bucket_keys(on: date) -> tuple[int, ...]:
    """Return the key of the bucket that `on` is counted in, for each of the `KINDS` of period."""
    days = first_days(on)
    return (LIFETIME, *((days[kind] - _EPOCH << _BITS) + number for number, kind in enumerate(KINDS) if number))
