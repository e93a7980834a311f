"""Units that start to count before their time: what waited for an event, or was released by the team."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from regulars.core.actor import Actor
from regulars.core.tiers import NOWHERE, bring_up, rise, start_to_count
from regulars.programs.book import Book
from regulars.tiers.give import give_rewards
from regulars.tiers.look import look_at_members, write_counts
from regulars.tiers.standings import Moved, changed_standings, write_standings


class StartedUnits(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a unit was to start at `waited_until` (9999-12-31 for an event), and starts now."""

    member_id: int
    unit: str
    amount: int
    waited_until: datetime
    by: Actor


def count_started(started: Sequence[StartedUnits], *, book: Book, at: datetime) -> list[Moved]:
    """Let earned units that were released count from `at` on, in the caller's transaction; return what moved.

    The caller holds the lock of the members' accounts. Sets that count pending units have counted them already.
    """
    program = book.compiled_at(at)
    units = {each.unit for each in started}
    sets = [each for each in program.tier_sets if each.metric.of == "points" and each.metric.unit in units]
    if not sets or not started:
        return []
    seen = look_at_members({each.member_id for each in started}, tier_sets=sets, book=book, at=at)
    moved: list[Moved] = []
    for each in started:
        if each.member_id not in seen:
            continue
        climber = seen[each.member_id].climber
        moves = bring_up(sets, climber, at=at)
        for tier_set in sets:
            if tier_set.metric.unit != each.unit:
                continue
            ladder, standing = climber.ladder(tier_set), climber.standings.get(tier_set.code, NOWHERE)
            start_to_count(ladder, standing, each.amount, waited_until=each.waited_until, at=at)
            after, move = rise(ladder, standing, at=at)
            if after != NOWHERE:
                climber.standings[tier_set.code] = after
            moves += [] if move is None else [move]
        moved += [Moved(member_id=each.member_id, move=move, by=each.by) for move in moves]
    give_rewards(moved, program=program, book=book, at=at)
    before = {each.member_id: each.standings for each in seen.values()}
    after_all = changed_standings(before, ((each.member_id, each.climber.standings) for each in seen.values()))
    write_standings(after_all, moved, at=at)
    write_counts(seen.values())
    return moved
