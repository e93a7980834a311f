"""Lock, then look: the accounts of a batch's members, in the order that every batch locks them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from regulars.core.lots import Lot
from regulars.ledger.wallet import NextExpiry, OpenDebt, Wallet
from regulars.platform.rows import fetch

SELECT = """
SELECT account.id, account.holder_id, account.unit_id, account.balance, account.debt,
       account.earned, account.spent, account.expired
FROM ledger_account account
WHERE account.holder_id = ANY(%(members)s::bigint[]) AND account.side = 'member'
ORDER BY account.id
"""

# Id order: two batches that lock the same accounts must not wait for each other in a circle.
LOCK = SELECT + "FOR NO KEY UPDATE"

# A new statement, so that it sees what was committed while the lock was waited for.
# An account can have a million lots: what is pending, lapsed or next is found by index, never by adding all of them.
LOOK = """
SELECT account, pending.amount, lapsed.amount, upcoming.amount, upcoming.expires_at
FROM unnest(%(accounts)s::bigint[]) AS account
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = account AND remaining > 0 AND available_at > %(at)s
      AND (expires_at IS NULL OR expires_at > %(at)s)
) pending
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = account AND remaining > 0 AND expires_at <= %(at)s
) lapsed
LEFT JOIN LATERAL (
    SELECT sum(remaining)::bigint AS amount, expires_at FROM ledger_lot
    WHERE account_id = account AND remaining > 0 AND expires_at > %(at)s AND available_at <= %(at)s
    GROUP BY expires_at ORDER BY expires_at LIMIT 1
) upcoming ON true
"""

LOTS = """
SELECT account_id, entry_id, amount, remaining, available_at, expires_at FROM ledger_lot
WHERE account_id = ANY(%(accounts)s::bigint[]) AND remaining > 0
"""

DEBTS = """
SELECT account_id, entry_id, amount, remaining FROM ledger_debt
WHERE account_id = ANY(%(accounts)s::bigint[]) AND remaining > 0 ORDER BY entry_id
"""

Wallets = dict[tuple[int, str], Wallet]


def lock_wallets(
    member_ids: Collection[int], *, units: Mapping[str, int], at: datetime, giving: Collection[int] = ()
) -> Wallets:
    """Lock these members' accounts until the transaction ends; return them by member and unit.

    Members in `giving` come with their open lots, because the batch may take from them. At most four statements.
    """
    return _load(LOCK, member_ids, units=units, at=at, giving=giving)


def peek_wallets(
    member_ids: Collection[int], *, units: Mapping[str, int], at: datetime, giving: Collection[int] = ()
) -> Wallets:
    """Return the same without locking anything, for previews that write nothing."""
    return _load(SELECT, member_ids, units=units, at=at, giving=giving)


def _load(
    sql: str, member_ids: Collection[int], *, units: Mapping[str, int], at: datetime, giving: Collection[int]
) -> Wallets:
    if not member_ids:
        return {}
    codes = {unit_id: code for code, unit_id in units.items()}
    wallets = [
        Wallet(
            id=account,
            holder_id=holder,
            unit=codes[unit_id],
            unit_id=unit_id,
            balance=balance,
            debt=debt,
            earned=earned,
            spent=spent,
            expired=expired,
            seen_at=at,
        )
        for account, holder, unit_id, balance, debt, earned, spent, expired in fetch(sql, {"members": list(member_ids)})
    ]
    _load_lots({w.id: w for w in wallets if w.holder_id in giving})
    _load_debts({w.id: w for w in wallets if w.debt})
    _look({w.id: w for w in wallets if w.lots is None}, at)
    return {(wallet.holder_id, wallet.unit): wallet for wallet in wallets}


def _look(wallets: dict[int, Wallet], at: datetime) -> None:
    if not wallets:
        return
    for account, pending, lapsed, amount, expires_at in fetch(LOOK, {"accounts": list(wallets), "at": at}):
        wallet = wallets[account]
        wallet.pending, wallet.lapsed = pending, lapsed
        wallet.next_expiry = NextExpiry(amount, expires_at) if expires_at else None


def _load_lots(wallets: dict[int, Wallet]) -> None:
    if not wallets:
        return
    for wallet in wallets.values():
        wallet.lots = []
    for account, *lot in fetch(LOTS, {"accounts": list(wallets)}):
        wallets[account].open_lots.append(Lot(*lot))


def _load_debts(wallets: dict[int, Wallet]) -> None:
    if not wallets:
        return
    for wallet in wallets.values():
        wallet.debts = []
    for account, *debt in fetch(DEBTS, {"accounts": list(wallets)}):
        wallets[account].debts.append(OpenDebt(*debt))
