"""What claiming asks about members, read under the lock of their accounts."""

from collections.abc import Collection
from datetime import datetime

from regulars.audiences.belonging import Belonging
from regulars.audiences.segments import ask_segments
from regulars.audiences.tags import tags_of
from regulars.core.checks.spots import all_audiences
from regulars.core.claiming import Claimant
from regulars.core.compiled import Compiled
from regulars.core.program.conditions import Tags
from regulars.core.tiers import held_levels
from regulars.ledger.lock import Wallets
from regulars.members.status import STATUS_AT
from regulars.platform.rows import fetch
from regulars.programs.book import Book
from regulars.tiers.look import standings_at

STATUSES = f"SELECT id, {STATUS_AT} FROM members_member AS member WHERE id = ANY(%(members)s::bigint[])"  # noqa: S608


def find_claimants(member_ids: Collection[int], *, book: Book, at: datetime) -> dict[int, Claimant]:
    """Return who these members are, and which levels, tags and segments they have at a moment; an id that nobody has
    is missing.
    """
    statuses = dict(fetch(STATUSES, {"members": list(member_ids), "at": at}))
    program = book.compiled_at(at)
    tier_sets = program.tier_sets
    standings = standings_at(statuses, tier_sets=tier_sets, book=book, at=at) if tier_sets and statuses else {}
    belonging = _belonging(statuses, program, at=at)
    return {
        member: Claimant(
            status=status,
            tiers=frozenset(held_levels(tier_sets, standings.get(member, {}), at=at)),
            tags=belonging.tags.get(member, ()),
            segments=belonging.segments.get(member, ()),
        )
        for member, status in statuses.items()
    }


def _belonging(members: Collection[int], program: Compiled, *, at: datetime) -> Belonging:
    """Look up the tags and segments that rewards and cards are for, where any are."""
    audiences = [audience for _, audience in all_audiences(program.document)]
    names = {name for audience in audiences for name in audience.segments}
    return Belonging(
        tags=tags_of(members) if any(audience.tags != Tags() for audience in audiences) else {},
        segments=ask_segments(members, names, at=at)() if names else {},
    )


def available_of(wallets: Wallets, member_id: int) -> dict[str, int]:
    """Return what a member can spend now, by unit."""
    return {
        unit: wallet.balance_at(wallet.seen_at).available
        for (holder, unit), wallet in wallets.items()
        if holder == member_id
    }
