"""What claiming asks about members, read under the lock of their accounts."""

from collections.abc import Collection
from datetime import datetime

from regulars.core.claiming import Claimant
from regulars.core.tiers import held_levels
from regulars.ledger.lock import Wallets
from regulars.members.status import STATUS_AT
from regulars.platform.rows import fetch
from regulars.programs.book import Book
from regulars.tiers.look import standings_at

STATUSES = f"SELECT id, {STATUS_AT} FROM members_member AS member WHERE id = ANY(%(members)s::bigint[])"  # noqa: S608


def find_claimants(member_ids: Collection[int], *, book: Book, at: datetime) -> dict[int, Claimant]:
    """Return who these members are and which levels they have at a moment; an id that nobody has is missing."""
    statuses = dict(fetch(STATUSES, {"members": list(member_ids), "at": at}))
    tier_sets = book.compiled_at(at).tier_sets
    standings = standings_at(statuses, tier_sets=tier_sets, book=book, at=at) if tier_sets and statuses else {}
    return {
        member: Claimant(status=status, tiers=frozenset(held_levels(tier_sets, standings.get(member, {}), at=at)))
        for member, status in statuses.items()
    }


def available_of(wallets: Wallets, member_id: int) -> dict[str, int]:
    """Return what a member can spend now, by unit."""
    return {
        unit: wallet.balance_at(wallet.seen_at).available
        for (holder, unit), wallet in wallets.items()
        if holder == member_id
    }
