"""Where a member stands in a tier set, what staff decided about it, and a change of it."""

from datetime import date, datetime
from typing import Literal

import msgspec

from regulars.core.program.tier_sets import TierSet

OverrideKind = Literal["until", "floor", "pinned"]
Cause = Literal["reached", "requalified", "review", "refund", "override_ended", "manual", "undone", "merged"]


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the team decided. What was counted goes on beneath it, and shows again when it ends.

    The member has this level whatever is counted (`until` a date, or `pinned` until somebody ends it), or at least
    this level (`floor`: may rise, not fall; with or without an end).
    """

    kind: OverrideKind
    level: str | None
    until: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The member has `level` (None: below the first). What was counted has brought the member to `reached`, which
    differs while staff decided otherwise; since `entered_at`, and its term began at `since` and ends at `kept_until`
    (None: for ever).

    `given` is the level that is owed to no count (staff gave it, or a review let it down softly), to `given_until`:
    refunds do not take it. At `review_at` something will change or has to be judged; before, nothing does by itself.
    """

    level: str | None = None
    reached: str | None = None
    entered_at: datetime | None = None
    since: datetime | None = None
    kept_until: datetime | None = None
    given: str | None = None
    given_until: datetime | None = None
    override: Override | None = None
    review_at: datetime | None = None


NOWHERE = Standing()
"""A member that no row knows: below the first level."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """The member's level changed from `before` to `after` (None: below the first), or was kept for longer.

    `rewards` are those of all levels that were passed on the way up; each is given once per member and `period`, the
    first day of the set's period. `lost` are those of the levels that a refund took away, of the period of its sale.
    """

    tier_set: str
    before: str | None
    after: str | None
    cause: Cause
    at: datetime
    kept_until: datetime | None
    period: date
    rewards: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def rank_of(tier_set: TierSet, level: str | None) -> int:
    """Return a level's place from 0, and -1 for none. A level that the program has no more stands above all, so
    that nobody loses it before its term is over.
    """
    if level is None:
        return -1
    for rank, known in enumerate(tier_set.levels):
        if known.code == level:
            return rank
    return len(tier_set.levels)


def rank_for(tier_set: TierSet, metric: int) -> int:
    """Return the place of the highest level that a metric reaches, -1 if none."""
    return sum([metric >= level.threshold for level in tier_set.levels]) - 1


def level_at(tier_set: TierSet, rank: int) -> str | None:
    return None if rank < 0 else tier_set.levels[rank].code


def level_of(tier_set: TierSet, standing: Standing, *, at: datetime) -> str | None:
    """Return the level that a member has at a moment: what was counted, or what staff decided instead."""
    override = standing.override
    if override is None or (override.until is not None and override.until <= at):
        return standing.reached
    if override.kind == "floor" and rank_of(tier_set, standing.reached) > rank_of(tier_set, override.level):
        return standing.reached
    return override.level


def rewards_between(tier_set: TierSet, before: str | None, after: str | None) -> tuple[str, ...]:
    """Return the rewards of the levels above `before` up to `after`, each once, lowest level first."""
    passed = tier_set.levels[rank_of(tier_set, before) + 1 : rank_of(tier_set, after) + 1]
    return tuple(dict.fromkeys(reward for level in passed for reward in level.rewards))


def rewards_for(tier_set: TierSet, before: str | None, after: str | None) -> tuple[str, ...]:
    """Return what somebody gives with a level by hand: what the way up brings, or else the level's own rewards."""
    if rank_of(tier_set, after) > rank_of(tier_set, before):
        return rewards_between(tier_set, before, after)
    return next((level.rewards for level in tier_set.levels if level.code == after), ())
