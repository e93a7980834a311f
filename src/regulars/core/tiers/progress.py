"""What a member reads about a tier: how far the next level is, what keeps this one, and what a review would say."""

from datetime import date, datetime

import msgspec

from regulars.core.periods import start_of_day
from regulars.core.tiers.counts import Ladder, metric_of, metric_on
from regulars.core.tiers.moves import judged_on, review, term_over_at
from regulars.core.tiers.standing import Override, Standing, level_of, rank_of
from regulars.core.tiers.windows import has_periods, period_of, window_on


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Half-open moments, amounts in the metric's smallest steps.

    `to_next` is missing for `next_level`; where windows have periods it counts until `next_by`. `to_keep` is missing to
    keep the level beyond `kept_until`: what counts from `keep_from` on, until `keep_by`. If nothing more happens, the
    member is at `projected` on `review_at`. `is_at_risk`: what counts now would not hold the level.
    """

    tier_set: str
    level: str | None
    metric: int
    entered_at: datetime | None
    kept_until: datetime | None
    override: Override | None
    next_level: str | None = None
    to_next: int | None = None
    next_by: datetime | None = None
    to_keep: int | None = None
    keep_from: datetime | None = None
    keep_by: datetime | None = None
    review_at: datetime | None = None
    projected: str | None = None
    is_at_risk: bool = False


def progress(ladder: Ladder, standing: Standing, *, at: datetime) -> Progress:
    """Describe a standing at a moment; `standing` is already brought up to it by `review`."""
    tier_set = ladder.tier_set
    today = ladder.day(at)
    level = level_of(tier_set, standing, at=at)
    metric = metric_of(ladder, standing, at=at)
    shown = Progress(
        tier_set=tier_set.code,
        level=level,
        metric=metric,
        entered_at=standing.entered_at,
        kept_until=standing.kept_until,
        override=standing.override,
        projected=level,
    )
    if (above := rank_of(tier_set, level) + 1) < len(tier_set.levels):
        following = tier_set.levels[above]
        ends_on = period_of(tier_set, today, joined_on=ladder.joined_on).end if has_periods(tier_set) else None
        shown = msgspec.structs.replace(
            shown,
            next_level=following.code,
            to_next=max(following.threshold - metric, 0),
            next_by=_start(ladder, ends_on),
        )
    return _with_keeping(ladder, standing, shown)


def _with_keeping(ladder: Ladder, standing: Standing, shown: Progress) -> Progress:
    """Add what keeps the level that was counted; a level the program has no more cannot be earned again."""
    tier_set = ladder.tier_set
    rank = rank_of(tier_set, standing.reached)
    over_at = term_over_at(tier_set, standing)
    last_day = judged_on(ladder, standing)
    if over_at is None or last_day is None or rank == len(tier_set.levels):
        return shown
    threshold = tier_set.levels[rank].threshold
    since = None if standing.since is None else ladder.day(standing.since)
    first = window_on(tier_set, last_day, joined_on=ladder.joined_on, since=since)
    later, _ = review(_copy(ladder), standing, at=over_at)
    projected = level_of(tier_set, later, at=over_at)
    return msgspec.structs.replace(
        shown,
        to_keep=max(threshold - metric_on(ladder, standing, last_day), 0),
        keep_from=_start(ladder, first),
        keep_by=standing.kept_until if has_periods(tier_set) else over_at,
        review_at=over_at,
        projected=projected,
        is_at_risk=shown.level == standing.reached and shown.metric < threshold,
    )


def _copy(ladder: Ladder) -> Ladder:
    return msgspec.structs.replace(ladder, counts=dict(ladder.counts))


def _start(ladder: Ladder, day: date | None) -> datetime | None:
    return None if day is None or day == date.min else start_of_day(day, ladder.zone)
