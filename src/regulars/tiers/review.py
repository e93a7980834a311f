"""Levels are reviewed when they are due: terms that are over, upgrades whose day has come, decisions that end.

A standing says when it has to be looked at next, so that a night asks only for those; each batch is a transaction of
its own, and what a night leaves over, the next one finds.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import SYSTEM
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import bring_up
from regulars.platform.rows import fetch
from regulars.programs.book import load_book
from regulars.tiers.give import give_rewards
from regulars.tiers.look import look_at_members, write_counts
from regulars.tiers.standings import Moved, changed_standings, write_standings

# Read without a lock: the look under the lock decides what is still due.
DUE = """
SELECT DISTINCT member_id FROM (
    SELECT member_id FROM tiers_standing
    WHERE review_at <= %(at)s AND tier_set = ANY(%(sets)s::text[])
    ORDER BY review_at, id LIMIT %(limit)s
) AS due
"""

COUNT_DUE = """
SELECT count(DISTINCT member_id) FROM tiers_standing WHERE review_at <= %(at)s AND tier_set = ANY(%(sets)s::text[])
"""


class Reviewed(msgspec.Struct, frozen=True):
    """How many members were looked at, how many levels changed or were kept for longer, how many rewards given."""

    members: int
    moved: int = 0
    rewards: int = 0


@transaction.atomic
def review_tiers(*, at: datetime, limit: int = 2_000, by_balance: bool = False) -> Reviewed:
    """Review at most `limit` members whose time has come by `at`; no members means that nothing is due any more.

    Sets that go by a balance are reviewed apart (`by_balance`), after the night has expired what ended. Every effect
    has the moment it was due. A batch may run twice: what was reviewed is not due again.
    """
    book = load_book()
    program = book.compiled_at(at)
    sets = _sets(program.tier_sets, by_balance=by_balance)
    if not sets:
        return Reviewed(0)
    due = [member for (member,) in fetch(DUE, {"at": at, "sets": [each.code for each in sets], "limit": limit})]
    if not due:
        return Reviewed(0)
    seen = look_at_members(due, tier_sets=sets, book=book, at=at)
    moved = [
        Moved(member_id=each.member_id, move=move, by=SYSTEM)
        for each in seen.values()
        for move in bring_up(sets, each.climber, at=at)
    ]
    given = give_rewards(moved, program=program, book=book, at=at)
    before = {each.member_id: each.standings for each in seen.values()}
    after = changed_standings(before, ((each.member_id, each.climber.standings) for each in seen.values()))
    write_standings(after, moved, at=at)()
    write_counts(seen.values())
    return Reviewed(len(due), len(moved), len(given))


def count_due(*, at: datetime) -> int:
    """Count the members whom a review would look at."""
    sets = [each.code for each in load_book().compiled_at(at).tier_sets]
    [[count]] = fetch(COUNT_DUE, {"at": at, "sets": sets})
    return int(count)


def _sets(tier_sets: Sequence[TierSet], *, by_balance: bool) -> list[TierSet]:
    return [each for each in tier_sets if (each.metric.of == "balance") == by_balance]
