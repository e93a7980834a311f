"""What claiming asks about members, read under the lock of their accounts."""

from collections.abc import Callable, Collection

from regulars.core.claiming import Claimant
from regulars.ledger.lock import Wallets
from regulars.platform.rows import Asked
from regulars.tiers.standings import ask_standings

STATUSES = "SELECT id, status FROM members_member WHERE id = ANY(%(members)s::bigint[])"


def ask_claimants(member_ids: Collection[int]) -> Callable[[], dict[int, Claimant]]:
    """Ask inside a `together` block who these members are; an id that nobody has is missing from the answer."""
    statuses = Asked(STATUSES, {"members": list(member_ids)})
    standings = ask_standings(member_ids)

    def read() -> dict[int, Claimant]:
        levels = standings()
        return {
            member: Claimant(
                status=status,
                tiers=frozenset(each.level for each in levels.get(member, {}).values() if each.level is not None),
            )
            for member, status in statuses.rows()
        }

    return read


def available_of(wallets: Wallets, member_id: int) -> dict[str, int]:
    """Return what a member can spend now, by unit."""
    return {
        unit: wallet.balance_at(wallet.seen_at).available
        for (holder, unit), wallet in wallets.items()
        if holder == member_id
    }
