"""Units that start to count before their time, because the team released them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from regulars.core.actor import Actor
from regulars.core.tiers import bring_up, start_units
from regulars.programs.book import Book
from regulars.tiers.give import give_rewards
from regulars.tiers.look import look_at_members, write_counts
from regulars.tiers.standings import Moved, changed_standings, write_standings


class StartedUnits(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a unit was to start at `waited_until` (9999-12-31 for an event), and now starts at `starts_at`."""

    member_id: int
    unit: str
    amount: int
    waited_until: datetime
    starts_at: datetime
    by: Actor


def count_started(started: Sequence[StartedUnits], *, book: Book, at: datetime) -> list[Moved]:
    """Let earned units that were released count from their start on, in the caller's transaction; return what moved.

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
        climber = seen[each.member_id].climber
        moves = bring_up(sets, climber, at=at)
        moves += start_units(
            sets,
            climber,
            unit=each.unit,
            amount=each.amount,
            waited_until=each.waited_until,
            starts_at=each.starts_at,
            at=at,
        )
        moved += [Moved(member_id=each.member_id, move=move, by=each.by) for move in moves]
    give_rewards(moved, program=program, book=book, at=at)
    before = {each.member_id: each.standings for each in seen.values()}
    after = changed_standings(before, ((each.member_id, each.climber.standings) for each in seen.values()))
    write_standings(after, moved, at=at)
    write_counts(seen.values())
    return moved
