"""What is counted for a tier set: amounts by day where windows roll, by period where that is enough."""

from datetime import date, datetime, tzinfo

import msgspec

from regulars.core.periods import start_of_day
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers.standing import Standing
from regulars.core.tiers.windows import DAY, has_periods, period_of, window_on

NOT_YET = date(9999, 1, 1).toordinal()
"""What waits for an event becomes active on no day that is known: it is kept under a day that never comes."""


class Ladder(msgspec.Struct, kw_only=True):
    """One member on one tier set: what was counted (first day of a bucket, as an ordinal, to an amount), and what
    else the rules ask for. `balance` is the unit's, for sets that go by it.
    """

    tier_set: TierSet
    counts: dict[int, int]
    zone: tzinfo
    joined_at: datetime | None
    balance: int = 0

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    @property
    def joined_on(self) -> date | None:
        """The day of joining, where the window asks for it."""
        if self.joined_at is None or self.tier_set.window.over != "membership_year":
            return None
        return self.day(self.joined_at)


def count_towards(
    ladder: Ladder, standing: Standing, amount: int, *, at: datetime, available_at: datetime | None = None
) -> None:
    """Count `amount` (a refund's is negative) for something that happened at `at`, the sale's time also for its refund.

    What becomes active later (`available_at`) counts from the first day that begins active, unless the set counts
    pending units. What no window can see any more is forgotten. Where the window begins with the level, what happened
    before does not count.
    """
    tier_set, counts = ladder.tier_set, ladder.counts
    if tier_set.metric.of == "balance" or amount == 0:
        return
    if tier_set.window.over == "since_entry" and standing.since is not None and at <= standing.since:
        return
    day = ladder.day(at)
    active_on = day
    if available_at is not None and available_at > at and not tier_set.metric.count_pending:
        active_on = _active_on(ladder, available_at)
    bucket = active_on.toordinal() if active_on > day else _bucket(ladder, day)
    waiting = counts.get(bucket, 0)
    if active_on > day and amount < 0 and waiting < -amount:
        # What waits there no more was put into its period since, or started earlier than it was to.
        _add(ladder, standing, bucket, -waiting, day)
        amount += waiting
        bucket = _bucket(ladder, day if active_on.toordinal() >= NOT_YET else active_on)
    _add(ladder, standing, bucket, amount, day)


def start_to_count(
    ladder: Ladder, standing: Standing, amount: int, *, waited_until: datetime, starts_at: datetime, at: datetime
) -> None:
    """Let an amount that was to count from `waited_until` on count from `starts_at` on: what it waited for came."""
    if ladder.tier_set.metric.count_pending:
        return
    count_towards(ladder, standing, -amount, at=at, available_at=waited_until)
    count_towards(ladder, standing, amount, at=at, available_at=starts_at)


def metric_of(ladder: Ladder, standing: Standing, *, at: datetime) -> int:
    """Return what counts at a moment."""
    return metric_on(ladder, standing, ladder.day(at))


def metric_on(ladder: Ladder, standing: Standing, on: date) -> int:
    """Return what counts at the end of a day, as far as it is known; never below zero."""
    if ladder.tier_set.metric.of == "balance":
        return max(ladder.balance, 0)
    since = None if standing.since is None else ladder.day(standing.since)
    first = window_on(ladder.tier_set, on, joined_on=ladder.joined_on, since=since).toordinal()
    last = on.toordinal()
    return max(sum([amount for bucket, amount in ladder.counts.items() if first <= bucket <= last]), 0)


def days_to_come(ladder: Ladder, after: date) -> list[date]:
    """Return the days after this one on which something starts to count, the first one first."""
    past = after.toordinal()
    if not ladder.counts or max(ladder.counts) <= past:
        return []
    return [date.fromordinal(bucket) for bucket in sorted(ladder.counts) if past < bucket < NOT_YET]


def forget_before(ladder: Ladder, first: date) -> None:
    """Drop what was counted before a day."""
    for bucket in [bucket for bucket in ladder.counts if bucket < first.toordinal()]:
        del ladder.counts[bucket]


def _add(ladder: Ladder, standing: Standing, bucket: int, amount: int, day: date) -> None:
    counts = ladder.counts
    if bucket in counts:
        counts[bucket] += amount
        if counts[bucket] == 0:
            del counts[bucket]
    elif amount:
        counts[bucket] = amount
        _tidy(ladder, standing, day)


def _active_on(ladder: Ladder, available_at: datetime) -> date:
    day = ladder.day(available_at) if available_at.year < date.max.year else date.max
    if day.toordinal() >= NOT_YET or start_of_day(day, ladder.zone) >= available_at:
        return day
    return day + DAY


def _bucket(ladder: Ladder, day: date) -> int:
    if has_periods(ladder.tier_set):
        return period_of(ladder.tier_set, day, joined_on=ladder.joined_on).first.toordinal()
    return 1 if ladder.tier_set.window.over == "lifetime" else day.toordinal()


def _tidy(ladder: Ladder, standing: Standing, day: date) -> None:
    """Drop what no review will ask for any more, and put days that have come into their period's bucket."""
    tier_set, counts = ladder.tier_set, ladder.counts
    judged_on = day if standing.kept_until is None else min(day, ladder.day(standing.kept_until) - DAY)
    since = None if standing.since is None else ladder.day(standing.since)
    first = window_on(tier_set, judged_on, joined_on=ladder.joined_on, since=since)
    if has_periods(tier_set):
        # The period before may still be judged (an upgrade at the next period, a review that is late).
        first = period_of(tier_set, first - DAY, joined_on=ladder.joined_on).first
    forget_before(ladder, first)
    if has_periods(tier_set) or tier_set.window.over == "lifetime":
        present = _bucket(ladder, day)
        for bucket in [bucket for bucket in counts if present < bucket <= day.toordinal()]:
            counts[present] = counts.get(present, 0) + counts.pop(bucket)
