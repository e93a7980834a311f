"""The rows of a posting, and the one statement that writes them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from regulars.core.life import Promise
from regulars.core.why import Why
from regulars.platform.rows import encode_rows, run


class EntryRow(msgspec.Struct, gc=False):
    source_id: int
    target_id: int
    amount: int
    kind: str
    key: str
    occurred_at: datetime
    actor: str
    reason: str
    comment: str
    why: Why
    id: int = 0
    approver: str | None = None


class LotRow(msgspec.Struct, gc=False):
    entry_id: int
    account_id: int
    amount: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    dies_idle: bool = False
    promise: Promise | None = None


class LotChange(msgspec.Struct):
    """`is_dated`: its dates were changed too; otherwise they are left as they are."""

    entry_id: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    dies_idle: bool
    is_dated: bool


class DateRow(msgspec.Struct):
    lot_id: int
    available_before: datetime
    available_after: datetime
    expires_before: datetime | None
    expires_after: datetime | None
    cause: str
    actor: str
    reason: str


class HoldRow(msgspec.Struct):
    account_id: int
    key: str
    amount: int
    draws: list[tuple[int, int]]
    began_at: datetime
    until: datetime
    actor: str


class HoldEnd(msgspec.Struct):
    id: int
    ending: str
    entry_id: int | None


class DebtRow(msgspec.Struct):
    entry_id: int
    account_id: int
    amount: int
    remaining: int


class AllocationRow(msgspec.Struct, gc=False):
    """Numbers below zero stand for entries of the same batch until they have ids."""

    entry_id: int
    debit_id: int
    lot_id: int
    amount: int


class AccountRow(msgspec.Struct, gc=False):
    id: int
    balance: int
    debt: int
    earned: int
    spent: int
    expired: int
    idle_days: int | None
    idle_at: datetime | None


CREDITS = """
WITH entry AS (
    INSERT INTO ledger_entry (id, source_id, target_id, amount, kind, key, occurred_at, recorded_at,
                              actor, approver, reason, comment, why)
    SELECT id, source_id, target_id, amount, kind, key, occurred_at, %(at)s, actor, approver, reason, comment, why
    FROM json_to_recordset(%(entries)s::json) AS r(
        id bigint, source_id bigint, target_id bigint, amount bigint, kind text, key text,
        occurred_at timestamptz, actor text, approver text, reason text, comment text, why text)
), lot AS (
    INSERT INTO ledger_lot (entry_id, account_id, amount, remaining, available_at, expires_at, dies_idle, promise)
    SELECT entry_id, account_id, amount, remaining, available_at, expires_at, dies_idle, promise
    FROM json_to_recordset(%(lots)s::json) AS r(
        entry_id bigint, account_id bigint, amount bigint, remaining bigint,
        available_at timestamptz, expires_at timestamptz, dies_idle boolean, promise jsonb)
)"""

ACCOUNTS = """
UPDATE ledger_account account
SET balance = r.balance, debt = r.debt, earned = r.earned, spent = r.spent, expired = r.expired,
    idle_days = r.idle_days, idle_at = r.idle_at
FROM json_to_recordset(%(accounts)s::json) AS r(
    id bigint, balance bigint, debt bigint, earned bigint, spent bigint, expired bigint,
    idle_days integer, idle_at timestamptz)
WHERE account.id = r.id
"""

DEBITS = """, lot_change AS (
    UPDATE ledger_lot lot
    SET remaining = r.remaining,
        available_at = CASE WHEN r.is_dated THEN r.available_at ELSE lot.available_at END,
        expires_at = CASE WHEN r.is_dated THEN r.expires_at ELSE lot.expires_at END,
        dies_idle = CASE WHEN r.is_dated THEN r.dies_idle ELSE lot.dies_idle END,
        promise = CASE WHEN r.is_dated AND r.available_at < '9999-12-31Z' THEN NULL ELSE lot.promise END
    FROM json_to_recordset(%(lot_changes)s::json) AS r(
        entry_id bigint, remaining bigint, available_at timestamptz, expires_at timestamptz, dies_idle boolean,
        is_dated boolean)
    WHERE lot.entry_id = r.entry_id
), debt AS (
    INSERT INTO ledger_debt (entry_id, account_id, amount, remaining)
    SELECT entry_id, account_id, amount, remaining
    FROM json_to_recordset(%(debts)s::json) AS r(entry_id bigint, account_id bigint, amount bigint, remaining bigint)
), debt_change AS (
    UPDATE ledger_debt debt SET remaining = r.remaining
    FROM json_to_recordset(%(debt_changes)s::json) AS r(entry_id bigint, remaining bigint)
    WHERE debt.entry_id = r.entry_id
), allocation AS (
    INSERT INTO ledger_allocation (entry_id, debit_id, lot_id, amount)
    SELECT entry_id, debit_id, lot_id, amount
    FROM json_to_recordset(%(allocations)s::json) AS r(entry_id bigint, debit_id bigint, lot_id bigint, amount bigint)
)"""

# What died of idleness before its member came back, in wallets that only add: their lots were never loaded.
DEATHS = """, died AS (
    UPDATE ledger_lot lot SET expires_at = r.died_at, dies_idle = false
    FROM json_to_recordset(%(deaths)s::json) AS r(account_id bigint, died_at timestamptz)
    WHERE lot.account_id = r.account_id AND lot.dies_idle AND lot.remaining > 0 AND lot.available_at < r.died_at
    RETURNING lot.entry_id, lot.available_at, lot.expires_at
), death_date AS (
    INSERT INTO ledger_lotdate (id, lot_id, changed_at, available_before, available_after, expires_before,
                                expires_after, cause, actor, reason)
    SELECT nextval('ledger_entry_id_seq'), entry_id, %(at)s, available_at, available_at, NULL, expires_at, 'idle',
           'system', ''
    FROM died
)"""

DATES = """, lot_date AS (
    INSERT INTO ledger_lotdate (id, lot_id, changed_at, available_before, available_after, expires_before,
                                expires_after, cause, actor, reason)
    SELECT nextval('ledger_entry_id_seq'), lot_id, %(at)s, available_before, available_after, expires_before,
           expires_after, cause, actor, reason
    FROM json_to_recordset(%(dates)s::json) AS r(
        lot_id bigint, available_before timestamptz, available_after timestamptz, expires_before timestamptz,
        expires_after timestamptz, cause text, actor text, reason text)
)"""

HOLD_ENDS = """
UPDATE ledger_hold hold
SET ended_at = %(at)s, ended_number = nextval('ledger_entry_id_seq'), ending = r.ending, entry_id = r.entry_id
FROM json_to_recordset(%(hold_ends)s::json) AS r(id bigint, ending text, entry_id bigint)
WHERE hold.id = r.id AND hold.ended_at IS NULL
"""

# After those they replace have ended: one key has one open hold.
HOLDS = """
INSERT INTO ledger_hold (id, account_id, key, amount, draws, began_at, made_at, until, actor)
SELECT nextval('ledger_entry_id_seq'), account_id, key, amount, draws, began_at, %(at)s, until, actor
FROM json_to_recordset(%(holds)s::json) AS r(
    account_id bigint, key text, amount bigint, draws jsonb, began_at timestamptz, until timestamptz, actor text)
"""


class Posting(msgspec.Struct, kw_only=True):
    """Everything that one journal writes."""

    entries: Sequence[EntryRow]
    lots: Sequence[LotRow]
    accounts: Sequence[AccountRow]
    lot_changes: Sequence[LotChange]
    debts: Sequence[DebtRow]
    debt_changes: Sequence[tuple[int, int]]
    allocations: Sequence[AllocationRow]
    dates: Sequence[DateRow]
    deaths: Sequence[tuple[int, datetime]]
    holds: Sequence[HoldRow]
    hold_ends: Sequence[HoldEnd]


def write_rows(posting: Posting, *, at: datetime) -> None:
    """Write a posting with one statement; one that only adds skips the parts that take away. Holds come after it."""
    params = {
        "at": at,
        "entries": encode_rows(posting.entries),
        "lots": encode_rows(posting.lots),
        "accounts": encode_rows(posting.accounts),
    }
    parts = [CREDITS]
    if posting.allocations or posting.debts or posting.lot_changes:
        parts.append(DEBITS)
        params |= {
            "lot_changes": encode_rows(posting.lot_changes),
            "debts": encode_rows(posting.debts),
            "debt_changes": encode_rows(
                [{"entry_id": entry, "remaining": left} for entry, left in posting.debt_changes]
            ),
            "allocations": encode_rows(posting.allocations),
        }
    if posting.deaths:
        parts.append(DEATHS)
        params["deaths"] = encode_rows([{"account_id": account, "died_at": died} for account, died in posting.deaths])
    if posting.dates:
        parts.append(DATES)
        params["dates"] = encode_rows(posting.dates)
    if posting.entries or posting.accounts or posting.lot_changes:
        run("".join(parts) + ACCOUNTS, params)
    if posting.hold_ends:
        run(HOLD_ENDS, {"at": at, "hold_ends": encode_rows(posting.hold_ends)})
    if posting.holds:
        run(HOLDS, {"at": at, "holds": encode_rows(posting.holds)})
