"""Levels are reviewed when they are due: terms that are over, upgrades whose day has come, decisions that end.

A standing says when it has to be looked at next, so that a night asks only for those; each batch is a transaction of
its own, and what a night leaves over, the next one finds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import SYSTEM
from regulars.core.compiled import Compiled
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import bring_up, climb
from regulars.platform.rows import encode_rows, fetch
from regulars.programs.book import Book, load_book
from regulars.tiers.give import give_rewards
from regulars.tiers.look import look_at_members, write_counts
from regulars.tiers.standings import Moved, changed_standings, write_standings

MEMBERS_AT_ONCE = 60
"""Some 10 ms of work on a quiet machine, and little to flush: a till that wants one of them does not notice."""

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


# Balances also grow by other things than sales. The cache counts what is pending and what has lapsed: the look decides.
GROWN = """
SELECT account.holder_id FROM ledger_account AS account
LEFT JOIN tiers_standing AS standing ON standing.member_id = account.holder_id AND standing.tier_set = %(set)s
WHERE account.unit_id = %(unit)s AND account.side = 'member' AND account.holder_id > %(after)s
  AND account.balance >= (
      SELECT min(threshold) FROM json_to_recordset(%(levels)s::json) AS level(code text, threshold bigint)
      WHERE threshold > coalesce(
          (SELECT reached.threshold FROM json_to_recordset(%(levels)s::json) AS reached(code text, threshold bigint)
           WHERE reached.code = standing.reached),
          CASE WHEN standing.reached IS NULL THEN -1 END))
ORDER BY account.holder_id LIMIT %(limit)s
"""


class Reviewed(msgspec.Struct, frozen=True):
    """How many members were looked at, how many levels changed or were kept for longer, how many rewards given.

    `last` is the last member's id where batches go by it.
    """

    members: int
    moved: int = 0
    rewards: int = 0
    last: int = 0


def review_in_batches(*, at: datetime, by_balance: bool, limit: int = MEMBERS_AT_ONCE) -> Iterator[Reviewed]:
    """Review everybody whose time has come by `at`, a transaction for each batch; tell each when it is written.

    Of sets that go by a balance (`by_balance`), also those are lifted whose balance grew by something else than a sale.
    Whoever stops in between loses nothing: what is left is found again.
    """
    while (batch := review_tiers(at=at, limit=limit, by_balance=by_balance)).members:
        yield batch
    for tier_set in sets_by_balance(at=at) if by_balance else ():
        batch = lift_by_balance(tier_set=tier_set, at=at, limit=limit)
        while batch.members:
            yield batch
            batch = lift_by_balance(tier_set=tier_set, at=at, after=batch.last, limit=limit)


@transaction.atomic
def review_tiers(*, at: datetime, limit: int = MEMBERS_AT_ONCE, by_balance: bool = False) -> Reviewed:
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
    return _review(due, sets, book=book, program=program, at=at)


@transaction.atomic
def lift_by_balance(*, tier_set: str, at: datetime, after: int = 0, limit: int = MEMBERS_AT_ONCE) -> Reviewed:
    """Lift members whose balance grew by something else than a sale, in the order of their ids from `after` on.

    No members means that none are left; otherwise the next batch begins after `last`.
    """
    book = load_book()
    program = book.compiled_at(at)
    sets = [each for each in _sets(program.tier_sets, by_balance=True) if each.code == tier_set]
    if not sets or sets[0].metric.unit not in book.units:
        return Reviewed(0)
    levels = [{"code": level.code, "threshold": level.threshold} for level in sets[0].levels]
    unit = book.units[sets[0].metric.unit]
    params = {"set": tier_set, "unit": unit, "levels": encode_rows(levels), "after": after, "limit": limit}
    grown = [member for (member,) in fetch(GROWN, params)]
    return _review(grown, sets, book=book, program=program, at=at) if grown else Reviewed(0)


def review_members(members: Sequence[int], *, at: datetime) -> Reviewed:
    """Review these members now, in the caller's transaction: what counts for them has changed by more than a sale."""
    book = load_book()
    program = book.compiled_at(at)
    if not program.tier_sets:
        return Reviewed(0)
    return _review(members, program.tier_sets, book=book, program=program, at=at)


def sets_by_balance(*, at: datetime) -> list[str]:
    """Return the codes of the live sets that go by a balance."""
    return [each.code for each in _sets(load_book().compiled_at(at).tier_sets, by_balance=True)]


def count_due(*, at: datetime) -> int:
    """Count the members whom a review would look at."""
    sets = [each.code for each in load_book().compiled_at(at).tier_sets]
    [[count]] = fetch(COUNT_DUE, {"at": at, "sets": sets})
    return int(count)


def _sets(tier_sets: Sequence[TierSet], *, by_balance: bool) -> list[TierSet]:
    return [each for each in tier_sets if (each.metric.of == "balance") == by_balance]


def _review(
    members: Sequence[int], sets: Sequence[TierSet], *, book: Book, program: Compiled, at: datetime
) -> Reviewed:
    """Let everything that is due take effect, and what counts now lift; write it."""
    seen = look_at_members(members, tier_sets=sets, book=book, at=at)
    moved = [
        Moved(member_id=each.member_id, move=move, by=SYSTEM)
        for each in seen.values()
        for move in (*bring_up(sets, each.climber, at=at), *climb(sets, each.climber, {}, at=at))
    ]
    given = give_rewards(moved, program=program, book=book, at=at)
    before = {each.member_id: each.standings for each in seen.values()}
    after = changed_standings(before, ((each.member_id, each.climber.standings) for each in seen.values()))
    write_standings(after, moved, at=at)()
    write_counts(seen.values())
    return Reviewed(len(seen), len(moved), len(given), max(members))
