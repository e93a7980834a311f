"""Members as their tiers see them: locked, then read with what was counted for them, for a whole batch at once."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from regulars.core.program.tier_sets import TierSet
from regulars.core.tallies import Tally
from regulars.core.tiers import Climber, Standing, bring_up, counter_of
from regulars.platform.rows import Asked, together
from regulars.programs.book import Book
from regulars.programs.tallies import ask_tallies, member_holder, write_tallies
from regulars.tiers.standings import Standings, ask_standings

# In the order of every batch, so that none waits for another in a circle.
LOCK = """
SELECT id FROM ledger_account WHERE holder_id = ANY(%(members)s::bigint[]) AND side = 'member'
ORDER BY id FOR NO KEY UPDATE
"""

MEMBERS = """
SELECT id, joined_at FROM members_member WHERE id = ANY(%(members)s::bigint[]) AND merged_into_id IS NULL
"""

# By time, and not from the account's cache: a lot that has ended counts no more, though the night has yet to expire it.
BALANCES = """
SELECT account.holder_id, unit.code, account_lots.open - account.debt, account_lots.pending
FROM ledger_account AS account
JOIN ledger_unit AS unit ON unit.id = account.unit_id AND unit.code = ANY(%(units)s::text[])
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS open,
           coalesce(sum(remaining) FILTER (WHERE available_at > %(at)s), 0)::bigint AS pending
    FROM ledger_lot
    WHERE account_id = account.id AND remaining > 0 AND (expires_at IS NULL OR expires_at > %(at)s)
) AS account_lots
WHERE account.holder_id = ANY(%(members)s::bigint[]) AND account.side = 'member'
"""


class Seen(msgspec.Struct, kw_only=True):
    """A member's climber, with the tally that counts for it; `counts` and `standings` are as they were read."""

    member_id: int
    climber: Climber
    tally: Tally
    counts: dict[str, dict[int, int]]
    standings: dict[str, Standing]

    def has_counted(self) -> bool:
        """Tell whether the counts have to be written: a level that began anew has used some up."""
        return any(self.climber.used.get(name, {}) != counts for name, counts in self.counts.items())


def look_at_members(
    member_ids: Collection[int], *, tier_sets: Iterable[TierSet], book: Book, at: datetime, lock: bool = True
) -> dict[int, Seen]:
    """Return where these members stand and what was counted for them; with `lock`, nothing moves until the
    transaction ends. An id that nobody has is missing from the answer, and
    so is who was merged into somebody else.
    """
    sets = list(tier_sets)
    params = {"members": sorted(member_ids)}
    units = sorted({each.metric.unit for each in sets if each.metric.of == "balance"})
    with together():
        if lock:
            Asked(LOCK, params)
        members = Asked(MEMBERS, params)
        standings = ask_standings(params["members"])
        tallies = ask_tallies([member_holder(member) for member in params["members"]])
        balances = Asked(BALANCES, {**params, "units": units, "at": at}) if units else None
    stood, counted = standings(), tallies()
    held: dict[int, dict[str, int]] = {}
    waiting: dict[int, dict[str, int]] = {}
    if balances is not None:
        for member, unit, balance, pending in balances.rows():
            held.setdefault(member, {})[unit] = balance
            waiting.setdefault(member, {})[unit] = pending
    seen = {}
    for member, joined_at in members.rows():
        tally = counted.get(member_holder(member), Tally())
        seen[member] = Seen(
            member_id=member,
            climber=Climber(
                used=tally.used,
                standings=dict(stood.get(member, {})),
                zone=book.zone,
                joined_at=joined_at,
                balances=held.get(member, {}),
                pending=waiting.get(member, {}),
            ),
            tally=tally,
            counts={name: dict(tally.used.get(name, {})) for name in (counter_of(each) for each in sets)},
            standings=stood.get(member, {}),
        )
    return seen


def write_counts(seen: Iterable[Seen]) -> None:
    """Keep the tallies whose counts changed, with one statement."""
    write_tallies({member_holder(each.member_id): each.tally for each in seen if each.has_counted()})


def standings_at(member_ids: Collection[int], *, tier_sets: Iterable[TierSet], book: Book, at: datetime) -> Standings:
    """Return where members stand at a moment, with everything that is due, and write nothing."""
    sets = list(tier_sets)
    seen = look_at_members(member_ids, tier_sets=sets, book=book, at=at, lock=False)
    for each in seen.values():
        bring_up(sets, each.climber, at=at)
    return {member: each.climber.standings for member, each in seen.items()}
