"""Where caps look for what was given: a sale's awards are counted, and what a refund takes back of them."""

from collections.abc import Mapping
from datetime import date

from regulars.core.earning import worth_of
from regulars.core.limits import Counters
from regulars.core.program.caps import CapScope
from regulars.core.tallies import KINDS, Tally, bucket_keys


class Counting:
    """Counts for one member on one day; `shared` holds the tallies that members share."""

    __slots__ = ("_keep_days", "_keys", "_member", "_on", "_shared")

    def __init__(self, member: Tally, shared: Mapping[CapScope, Tally], on: date, *, keep_days: int) -> None:
        self._member, self._shared, self._on, self._keep_days = member, shared, on, keep_days
        self._keys = bucket_keys(on)

    def count(self, counters: Counters, amount: int, was: int = 0) -> None:
        """Count an award (or, negative, what a refund takes back of one); `was` is what the sale's rule had given
        before. What money is worth rounds, so it is counted by the sums and not by the steps.
        """
        if counters.plain:
            keys, buckets = self._keys, self._member.used.get(counters.name)
            for place in counters.plain:
                # Nearly all are of this kind, and a sale may count in hundreds of them.
                key = keys[place]
                if buckets is not None and key in buckets and (counted := buckets[key] + amount) > 0:
                    buckets[key] = counted
                else:
                    self._member.add(counters.name, KINDS[place], self._on, amount, keep_days=self._keep_days)
                    buckets = self._member.used.get(counters.name)
        if counters.others:
            self._count_others(counters, amount, was)

    def _count_others(self, counters: Counters, amount: int, was: int) -> None:
        for counter in counters.others:
            tally = self._member if counter.scope == "member" else self._shared.get(counter.scope)
            if tally is None:
                continue
            counted = worth_of(was + amount, counter.worth) - worth_of(was, counter.worth)
            tally.add(counter.name, counter.period, self._on, counted, keep_days=self._keep_days, days=counter.days)  # type: ignore[arg-type]
