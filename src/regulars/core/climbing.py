"""What a purchase does to a member's levels: terms that are over are judged first, then it counts, then it lifts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from regulars.core.compiled import Compiled
from regulars.core.earning import Award
from regulars.core.life import life_of
from regulars.core.program.tier_sets import TierSet
from regulars.core.tallies import Tally
from regulars.core.tiers import NOWHERE, Ladder, Move, Standing, count_towards, fall_on_refund, level_of, review, rise

Standings = dict[str, Standing]


def counter_of(tier_set: str) -> str:
    """Return the name under which a member's tally counts for a tier set."""
    return f"tier/{tier_set}"


def ladder_of(
    tier_set: TierSet, tally: Tally, *, zone: tzinfo, joined_at: datetime | None, balances: Mapping[str, int]
) -> Ladder:
    """Return a member on a tier set; what it counts is kept in the tally."""
    counts = tally.used.setdefault(counter_of(tier_set.code), {})
    return Ladder(
        tier_set=tier_set,
        counts=counts,
        zone=zone,
        joined_at=joined_at,
        balance=balances.get(tier_set.metric.unit, 0),
    )


def levels_held(program: Compiled, standings: Standings, *, at: datetime) -> tuple[str, ...]:
    """Return the codes of the levels a member has at a moment, of all tier sets."""
    held = [
        level_of(tier_set, standings[tier_set.code], at=at)
        for tier_set in program.tier_sets
        if tier_set.code in standings
    ]
    return tuple(sorted(level for level in held if level is not None))


def bring_up(ladders: Sequence[Ladder], standings: Standings, *, at: datetime) -> list[Move]:
    """Judge every level whose review is due by `at`."""
    moves: list[Move] = []
    for ladder in ladders:
        standing = standings.get(ladder.tier_set.code)
        if standing is not None and standing.review_at is not None and standing.review_at <= at:
            standings[ladder.tier_set.code], judged = review(ladder, standing, at=at)
            moves += judged
    return moves


def climb(
    ladders: Sequence[Ladder], standings: Standings, awards: Sequence[Award], *, at: datetime, money_minor: int
) -> list[Move]:
    """Count a purchase towards every tier set, and let it lift the member."""
    moves: list[Move] = []
    for ladder in ladders:
        code = ladder.tier_set.code
        standing = standings.get(code, NOWHERE)
        for amount, available_at in _amounts(ladder, awards, at=at, money_minor=money_minor):
            count_towards(ladder, standing, amount, at=at, available_at=available_at)
        after, move = rise(ladder, standing, at=at)
        if after != standing:
            standings[code] = after
        if move is not None:
            moves.append(move)
    return moves


def slide(
    ladders: Sequence[Ladder],
    standings: Standings,
    given: Sequence[tuple[Award, int]],
    *,
    sold_at: datetime,
    at: datetime,
    money_minor: int,
    visits: int,
) -> list[Move]:
    """Take off what a refund takes back: of each award so much, of the money, and the visit where all of it is back."""
    moves: list[Move] = []
    for ladder in ladders:
        metric, standing = ladder.tier_set.metric, standings.get(ladder.tier_set.code, NOWHERE)
        match metric.of:
            case "points":
                taken = [
                    (amount, _available(award, sold_at, ladder.zone))
                    for award, amount in given
                    if award.rule.unit == metric.unit
                ]
            case "spend":
                taken = [(money_minor, None)]
            case "visits":
                taken = [(visits, None)]
            case "balance":
                taken = []
        for amount, available_at in taken:
            count_towards(ladder, standing, -amount, at=sold_at, available_at=available_at)
        total = sum(amount for amount, _ in taken)
        after, move = fall_on_refund(ladder, standing, taken=total, sold_at=sold_at, at=at)
        if after != standing:
            standings[ladder.tier_set.code] = after
        if move is not None:
            moves.append(move)
    return moves


def _amounts(
    ladder: Ladder, awards: Sequence[Award], *, at: datetime, money_minor: int
) -> list[tuple[int, datetime | None]]:
    metric = ladder.tier_set.metric
    match metric.of:
        case "points":
            return [
                (award.awarded, _available(award, at, ladder.zone))
                for award in awards
                if award.rule.unit == metric.unit and award.awarded
            ]
        case "spend":
            return [(money_minor, None)]
        case "visits":
            return [(1, None)]
        case "balance":
            return []


def _available(award: Award, given_at: datetime, zone: tzinfo) -> datetime | None:
    rule = award.rule
    if rule.pending is None:
        return None
    return life_of(rule.expiry, rule.pending, given_at=given_at, zone=zone).available_at
