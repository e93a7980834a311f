"""Lock, then look: the accounts of a batch's members, in the order that every batch locks them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from regulars.core.lots import Lot
from regulars.ledger.wallet import NextExpiry, OpenDebt, Wallet
from regulars.platform.rows import Asked, together

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
SELECT holder.id AS account, pending.amount, lapsed.amount, upcoming.amount, upcoming.expires_at
FROM ledger_account holder
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND available_at > %(at)s
      AND (expires_at IS NULL OR expires_at > %(at)s)
) pending
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND expires_at <= %(at)s
) lapsed
LEFT JOIN LATERAL (
    SELECT sum(remaining)::bigint AS amount, expires_at FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND expires_at > %(at)s AND available_at <= %(at)s
    GROUP BY expires_at ORDER BY expires_at LIMIT 1
) upcoming ON true
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
"""

LOTS = """
SELECT lot.account_id, lot.entry_id, lot.amount, lot.remaining, lot.available_at, lot.expires_at
FROM ledger_account holder JOIN ledger_lot lot ON lot.account_id = holder.id
WHERE holder.holder_id = ANY(%(giving)s::bigint[]) AND holder.side = 'member' AND lot.remaining > 0
"""

DEBTS = """
SELECT debt.account_id, debt.entry_id, debt.amount, debt.remaining
FROM ledger_account holder JOIN ledger_debt debt ON debt.account_id = holder.id
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member' AND debt.remaining > 0
ORDER BY debt.entry_id
"""

Wallets = dict[tuple[int, str], Wallet]


def lock_wallets(
    member_ids: Collection[int], *, units: Mapping[str, int], at: datetime, giving: Collection[int] = ()
) -> Wallets:
    """Lock these members' accounts until the transaction ends; return them by member and unit.

    Members in `giving` come with their open lots, because the batch may take from them.
    """
    with together():
        asked = ask_wallets(member_ids, units=units, at=at, giving=giving)
    return asked()


def peek_wallets(
    member_ids: Collection[int], *, units: Mapping[str, int], at: datetime, giving: Collection[int] = ()
) -> Wallets:
    """Return the same without locking anything, for previews that write nothing."""
    with together():
        asked = ask_wallets(member_ids, units=units, at=at, giving=giving, lock=False)
    return asked()


def ask_wallets(
    member_ids: Collection[int],
    *,
    units: Mapping[str, int],
    at: datetime,
    giving: Collection[int] = (),
    lock: bool = True,
) -> Callable[[], Wallets]:
    """Send `lock_wallets` inside a `together` block: what is asked after it is read under the lock."""
    params = {"members": list(member_ids), "giving": list(giving), "at": at}
    accounts = Asked(LOCK if lock else SELECT, params)
    looks = Asked(LOOK, params)
    debts = Asked(DEBTS, params)
    lots = Asked(LOTS, params) if giving else None

    def read() -> Wallets:
        wallets = _wallets(accounts, units, at)
        for account, pending, lapsed, amount, expires_at in looks.rows():
            wallet = wallets[account]
            wallet.pending, wallet.lapsed = pending, lapsed
            wallet.next_expiry = NextExpiry(amount, expires_at) if expires_at else None
        for account, *debt in debts.rows():
            wallets[account].debts.append(OpenDebt(*debt))
        if lots is not None:
            _fill(wallets, lots, set(giving))
        return {(wallet.holder_id, wallet.unit): wallet for wallet in wallets.values()}

    return read


def _wallets(accounts: Asked, units: Mapping[str, int], at: datetime) -> dict[int, Wallet]:
    codes = {unit_id: code for code, unit_id in units.items()}
    return {
        account: Wallet(
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
        for account, holder, unit_id, balance, debt, earned, spent, expired in accounts.rows()
    }


def _fill(wallets: dict[int, Wallet], lots: Asked, giving: set[int]) -> None:
    for wallet in wallets.values():
        if wallet.holder_id in giving:
            wallet.lots = []
    for account, *lot in lots.rows():
        wallets[account].open_lots.append(Lot(*lot))
