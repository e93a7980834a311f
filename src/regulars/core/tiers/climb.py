"""All tier sets of a program at once, for one member: before a sale, after it, and after a refund."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

import msgspec

from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers.counts import Ladder, count_towards, start_to_count
from regulars.core.tiers.moves import fall_on_refund, review, rise
from regulars.core.tiers.standing import NOWHERE, Move, Standing, level_of


class Counted(msgspec.Struct, frozen=True):
    """What a sale brings a tier set, or (negative) what a refund takes off; active from `available_at`."""

    amount: int
    available_at: datetime | None = None


class Climber(msgspec.Struct, kw_only=True):
    """A member as tier sets see one. `used` is the tally's: a set counts under `tier/<its code>/<what>`; both it and
    `standings` are brought up by the functions here. `balances` are by unit, with what is `pending` of them.
    """

    used: dict[str, dict[int, int]]
    standings: dict[str, Standing]
    zone: tzinfo
    joined_at: datetime | None
    balances: Mapping[str, int] = {}
    pending: Mapping[str, int] = {}

    def ladder(self, tier_set: TierSet) -> Ladder:
        metric = tier_set.metric
        waiting = 0 if metric.count_pending else self.pending.get(metric.unit, 0)
        return Ladder(
            tier_set=tier_set,
            counts=self.used.setdefault(counter_of(tier_set), {}),
            zone=self.zone,
            joined_at=self.joined_at,
            balance=self.balances.get(metric.unit, 0) - waiting,
        )


def counter_of(tier_set: TierSet) -> str:
    """Return the name under which a tally counts for a tier set; a set that counts something else begins anew."""
    metric = tier_set.metric
    return f"tier/{tier_set.code}/{metric.unit if metric.of == 'points' else metric.of}"


def held_levels(tier_sets: Iterable[TierSet], standings: Mapping[str, Standing], *, at: datetime) -> tuple[str, ...]:
    """Return the levels a member has at a moment, in the order of the sets: what rates and prices ask."""
    levels = [level_of(each, standings[each.code], at=at) for each in tier_sets if each.code in standings]
    return tuple(level for level in levels if level is not None)


def bring_up(tier_sets: Iterable[TierSet], member: Climber, *, at: datetime) -> list[Move]:
    """Let everything take effect that was due by `at`, so that a sale finds the levels of its own moment."""
    moves: list[Move] = []
    for tier_set in tier_sets:
        standing = member.standings.get(tier_set.code)
        if standing is not None and standing.review_at is not None and standing.review_at <= at:
            member.standings[tier_set.code], moved = review(member.ladder(tier_set), standing, at=at)
            moves += moved
    return moves


def climb(
    tier_sets: Iterable[TierSet], member: Climber, counted: Mapping[str, Iterable[Counted]], *, at: datetime
) -> list[Move]:
    """Count a sale of `at` towards each set (`counted` by its code), and let the member rise."""
    moves: list[Move] = []
    for tier_set in tier_sets:
        ladder, standing = member.ladder(tier_set), member.standings.get(tier_set.code, NOWHERE)
        for each in counted.get(tier_set.code, ()):
            count_towards(ladder, standing, each.amount, at=at, available_at=each.available_at)
        after, move = rise(ladder, standing, at=at)
        _keep(member, tier_set, after, move, moves)
    return moves


def descend(
    tier_sets: Iterable[TierSet],
    member: Climber,
    counted: Mapping[str, Iterable[Counted]],
    *,
    sold_at: datetime,
    at: datetime,
) -> list[Move]:
    """Take a refund's part (negative amounts, `counted` by set) off the period of its sale, and let the member fall
    where the set says that refunds count at once.
    """
    moves: list[Move] = []
    for tier_set in tier_sets:
        ladder, standing = member.ladder(tier_set), member.standings.get(tier_set.code, NOWHERE)
        taken = 0
        for each in counted.get(tier_set.code, ()):
            count_towards(ladder, standing, each.amount, at=sold_at, available_at=each.available_at)
            taken -= each.amount
        after, move = fall_on_refund(ladder, standing, taken=taken, sold_at=sold_at, at=at)
        _keep(member, tier_set, after, move, moves)
    return moves


def start_units(
    tier_sets: Iterable[TierSet],
    member: Climber,
    *,
    unit: str,
    amount: int,
    waited_until: datetime,
    starts_at: datetime,
    at: datetime,
) -> list[Move]:
    """Let earned units that were to start at `waited_until` (9999-12-31 for an event) count from `starts_at` on."""
    moves: list[Move] = []
    for tier_set in tier_sets:
        metric = tier_set.metric
        if metric.of != "points" or metric.unit != unit:
            continue
        ladder, standing = member.ladder(tier_set), member.standings.get(tier_set.code, NOWHERE)
        start_to_count(ladder, standing, amount, waited_until=waited_until, starts_at=starts_at, at=at)
        after, move = rise(ladder, standing, at=at)
        _keep(member, tier_set, after, move, moves)
    return moves


def _keep(member: Climber, tier_set: TierSet, after: Standing, move: Move | None, moves: list[Move]) -> None:
    """A member who is nowhere, and for whom nothing is due, needs no standing."""
    if not member.used[counter_of(tier_set)]:
        del member.used[counter_of(tier_set)]
    if after != NOWHERE or tier_set.code in member.standings:
        member.standings[tier_set.code] = after
    if move is not None:
        moves.append(move)
