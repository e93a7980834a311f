"""Lock, then look: the accounts of a batch's members, in the order that every batch locks them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import starmap

import msgspec

from regulars.core.lots import Lot
from regulars.core.refusals import LookAgain, Refusal
from regulars.ledger.models import Ending
from regulars.ledger.wallet import NextExpiry, OpenDebt, OpenHold, Wallet
from regulars.platform.rows import Asked, fetch, together

SELECT = """
SELECT account.id, account.holder_id, account.unit_id, account.balance, account.debt,
       account.earned, account.spent, account.expired, account.idle_days, account.idle_at
FROM ledger_account account
WHERE account.holder_id = ANY(%(members)s::bigint[]) AND account.side = 'member'
  AND account.unit_id = ANY(%(units)s::bigint[]) AND account.merged_into IS NULL
ORDER BY account.id
"""

# Id order: two batches that lock the same accounts must not wait for each other in a circle.
LOCK = SELECT + "FOR NO KEY UPDATE"

# A new statement, so that it sees what was committed while the lock was waited for.
# An account can have a million lots: what is pending, lapsed or next is found by index, never by adding all of them.
# What a basket holds does not lapse while it holds it.
LOOK_ALL = """
SELECT holder.id AS account, pending.amount + idle.pending, lapsed.amount + idle.lapsed - held.over, held.amount,
       idle.live, upcoming.amount, upcoming.expires_at
FROM ledger_account holder
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND available_at > %(at)s
      AND (expires_at IS NULL OR expires_at > %(at)s) AND NOT dies_idle
) pending
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0)::bigint AS amount FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND expires_at <= %(at)s
) lapsed
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining) FILTER (WHERE available_at < holder.idle_at AND holder.idle_at <= %(at)s), 0)::bigint
               AS lapsed,
           coalesce(sum(remaining) FILTER (WHERE available_at > %(at)s), 0)::bigint AS pending,
           coalesce(sum(remaining) FILTER (WHERE available_at <= %(at)s AND holder.idle_at > %(at)s), 0)::bigint AS live
    FROM ledger_lot
    WHERE holder.idle_days IS NOT NULL AND account_id = holder.id AND remaining > 0 AND dies_idle
) idle
CROSS JOIN LATERAL (
    SELECT coalesce(sum(hold.amount), 0)::bigint AS amount, coalesce(sum(over.amount), 0)::bigint AS over
    FROM ledger_hold hold
    CROSS JOIN LATERAL (
        SELECT sum((draw ->> 1)::bigint) AS amount
        FROM jsonb_array_elements(hold.draws) draw
        JOIN ledger_lot lot ON lot.entry_id = (draw ->> 0)::bigint
        WHERE lot.expires_at <= %(at)s
           OR (lot.dies_idle AND lot.available_at < holder.idle_at AND holder.idle_at <= %(at)s)
    ) over
    WHERE hold.account_id = holder.id AND hold.ended_at IS NULL AND hold.until > %(at)s
) held
LEFT JOIN LATERAL (
    SELECT sum(remaining)::bigint AS amount, expires_at FROM ledger_lot
    WHERE account_id = holder.id AND remaining > 0 AND expires_at > %(at)s AND available_at <= %(at)s
    GROUP BY expires_at ORDER BY expires_at LIMIT 1
) upcoming ON true
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
"""

LOOK = LOOK_ALL + "AND holder.unit_id = ANY(%(units)s::bigint[]) AND holder.merged_into IS NULL"

MERGED = """
SELECT account.holder_id, keeper.holder_id
FROM ledger_account account JOIN ledger_account keeper ON keeper.id = account.merged_into
WHERE account.holder_id = ANY(%(members)s::bigint[]) AND account.side = 'member'
LIMIT 1
"""

LOTS = """
SELECT lot.account_id, lot.entry_id, lot.amount, lot.remaining, lot.available_at,
       CASE WHEN NOT lot.dies_idle THEN lot.expires_at WHEN lot.available_at < holder.idle_at THEN holder.idle_at END,
       lot.dies_idle
FROM ledger_account holder JOIN ledger_lot lot ON lot.account_id = holder.id
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
  AND holder.unit_id = ANY(%(units)s::bigint[]) AND lot.remaining > 0
  AND (holder.holder_id = ANY(%(giving)s::bigint[]) OR holder.unit_id = ANY(%(whole)s::bigint[]))
"""

LOTS_BY_ID = """
SELECT lot.entry_id, lot.amount, lot.remaining, lot.available_at,
       CASE WHEN NOT lot.dies_idle THEN lot.expires_at WHEN lot.available_at < holder.idle_at THEN holder.idle_at END,
       lot.dies_idle
FROM ledger_lot lot JOIN ledger_account holder ON holder.id = lot.account_id
WHERE lot.entry_id = ANY(%(lots)s::bigint[])
"""

HOLDS = """
SELECT hold.account_id, hold.id, hold.key, hold.amount, hold.draws::text, hold.began_at, hold.until, hold.actor
FROM ledger_account holder JOIN ledger_hold hold ON hold.account_id = holder.id AND hold.ended_at IS NULL
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
  AND holder.unit_id = ANY(%(units)s::bigint[])
  AND (holder.holder_id = ANY(%(giving)s::bigint[]) OR holder.unit_id = ANY(%(whole)s::bigint[]))
ORDER BY hold.id
"""

DEBTS = """
SELECT debt.account_id, debt.entry_id, debt.amount, debt.remaining
FROM ledger_account holder JOIN ledger_debt debt ON debt.account_id = holder.id
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
  AND holder.unit_id = ANY(%(units)s::bigint[]) AND debt.remaining > 0
ORDER BY debt.entry_id
"""

Wallets = dict[tuple[int, str], Wallet]


class MemberMerged(LookAgain, Refusal):
    """The member was merged into another, who has everything now: whoever was found is to be found again."""

    code = "member_merged"

    def __init__(self, *, member_id: str) -> None:
        self.member_id = member_id


def lock_wallets(
    member_ids: Collection[int],
    *,
    units: Mapping[str, int],
    at: datetime,
    giving: Collection[int] = (),
    whole_units: Collection[int] = (),
) -> Wallets:
    """Lock these members' accounts until the transaction ends; return them by member and unit.

    Members in `giving` come with their open lots, because the batch may take from them; so do all members' wallets of
    the units (ids) in `whole_units`. Refuses: MemberMerged.
    """
    with together():
        asked = ask_wallets(member_ids, units=units, at=at, giving=giving, whole_units=whole_units)
    return asked()


def peek_wallets(
    member_ids: Collection[int],
    *,
    units: Mapping[str, int],
    at: datetime,
    giving: Collection[int] = (),
    whole_units: Collection[int] = (),
) -> Wallets:
    """Return the same without locking anything, for previews that write nothing."""
    with together():
        asked = ask_wallets(member_ids, units=units, at=at, giving=giving, whole_units=whole_units, lock=False)
    return asked()


def ask_wallets(
    member_ids: Collection[int],
    *,
    units: Mapping[str, int],
    at: datetime,
    giving: Collection[int] = (),
    whole_units: Collection[int] = (),
    lock: bool = True,
) -> Callable[[], Wallets]:
    """Send `lock_wallets` inside a `together` block: what is asked after it is read under the lock."""
    # Of a unit that was opened since the book was read, nothing is known yet: its accounts are left alone.
    params = {
        "members": list(member_ids),
        "units": list(units.values()),
        "giving": list(giving),
        "whole": list(whole_units),
        "at": at,
    }
    accounts = Asked(LOCK if lock else SELECT, params)
    looks = Asked(LOOK, params)
    debts = Asked(DEBTS, params)
    lots, holds = (Asked(LOTS, params), Asked(HOLDS, params)) if giving or whole_units else (None, None)

    def read() -> Wallets:
        wallets = _wallets(accounts, units, at)
        for account, pending, lapsed, reserved, idle_live, amount, expires_at in looks.rows():
            wallet = wallets[account]
            wallet.pending, wallet.lapsed, wallet.reserved, wallet.idle_live = pending, lapsed, reserved, idle_live
            wallet.dated = NextExpiry(amount, expires_at) if expires_at else None
        for account, *debt in debts.rows():
            wallets[account].debts.append(OpenDebt(*debt))
        if lots is not None and holds is not None:
            _fill(wallets, lots, holds, giving=set(giving), whole_units=set(whole_units), at=at)
        if missing := set(member_ids) - {wallet.holder_id for wallet in wallets.values()}:
            check_merged(missing)
        return {(wallet.holder_id, wallet.unit): wallet for wallet in wallets.values()}

    return read


def check_merged(member_ids: Collection[int]) -> None:
    """Refuse MemberMerged where one of these members was merged into another."""
    for _, keeper in fetch(MERGED, {"members": list(member_ids)}):
        raise MemberMerged(member_id=str(keeper))


def load_lots(lot_ids: Collection[int]) -> dict[int, Lot]:
    """Return these lots, also those with nothing left, with one statement."""
    rows = fetch(LOTS_BY_ID, {"lots": list(lot_ids)}) if lot_ids else []
    return {lot.id: lot for lot in starmap(Lot, rows)}


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
            idle_days=idle_days,
            idle_at=idle_at,
            seen_at=at,
        )
        for account, holder, unit_id, balance, debt, earned, spent, expired, idle_days, idle_at in accounts.rows()
    }


def _fill(
    wallets: dict[int, Wallet], lots: Asked, holds: Asked, *, giving: set[int], whole_units: set[int], at: datetime
) -> None:
    for wallet in wallets.values():
        if wallet.holder_id in giving or wallet.unit_id in whole_units:
            wallet.lots = []
    by_id: dict[int, Lot] = {}
    for account, *columns in lots.rows():
        lot = Lot(*columns)
        by_id[lot.id] = lot
        wallets[account].open_lots.append(lot)
    for account, number, key, amount, draws, began_at, until, actor in holds.rows():
        hold = OpenHold(
            id=number,
            key=key,
            amount=amount,
            draws=msgspec.json.decode(draws, type=list[tuple[int, int]]),
            began_at=began_at,
            until=until,
            actor=actor,
            # Its time is over; whoever writes this wallet next says so.
            ending=None if until > at else Ending.LAPSED,
        )
        wallets[account].holds.append(hold)
        if hold.ending is None:
            for lot_id, part in hold.draws:
                by_id[lot_id].held += part
