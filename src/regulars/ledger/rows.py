"""The rows of a posting, and the one statement that writes them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

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


class LotRow(msgspec.Struct, gc=False):
    entry_id: int
    account_id: int
    amount: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None


class LotChange(msgspec.Struct):
    entry_id: int
    remaining: int
    expires_at: datetime | None


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


CREDITS = """
WITH entry AS (
    INSERT INTO ledger_entry (id, source_id, target_id, amount, kind, key, occurred_at, recorded_at,
                              actor, reason, comment, why)
    SELECT id, source_id, target_id, amount, kind, key, occurred_at, %(at)s, actor, reason, comment, why
    FROM json_to_recordset(%(entries)s::json) AS r(
        id bigint, source_id bigint, target_id bigint, amount bigint, kind text, key text,
        occurred_at timestamptz, actor text, reason text, comment text, why jsonb)
), lot AS (
    INSERT INTO ledger_lot (entry_id, account_id, amount, remaining, available_at, expires_at)
    SELECT entry_id, account_id, amount, remaining, available_at, expires_at
    FROM json_to_recordset(%(lots)s::json) AS r(
        entry_id bigint, account_id bigint, amount bigint, remaining bigint,
        available_at timestamptz, expires_at timestamptz)
)"""

ACCOUNTS = """
UPDATE ledger_account account
SET balance = r.balance, debt = r.debt, earned = r.earned, spent = r.spent, expired = r.expired
FROM json_to_recordset(%(accounts)s::json) AS r(
    id bigint, balance bigint, debt bigint, earned bigint, spent bigint, expired bigint)
WHERE account.id = r.id
"""

DEBITS = """, lot_change AS (
    UPDATE ledger_lot lot SET remaining = r.remaining, expires_at = r.expires_at
    FROM json_to_recordset(%(lot_changes)s::json) AS r(entry_id bigint, remaining bigint, expires_at timestamptz)
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


def write_rows(
    *,
    at: datetime,
    entries: Sequence[EntryRow],
    lots: Sequence[LotRow],
    lot_changes: Sequence[LotChange],
    debts: Sequence[DebtRow],
    debt_changes: Sequence[tuple[int, int]],
    allocations: Sequence[AllocationRow],
    accounts: Sequence[AccountRow],
) -> None:
    """Write a posting with one statement; one that only adds skips the parts that take away."""
    params = {"at": at, "entries": encode_rows(entries), "lots": encode_rows(lots), "accounts": encode_rows(accounts)}
    if not allocations and not debts and not lot_changes:
        run(CREDITS + ACCOUNTS, params)
        return
    params |= {
        "lot_changes": encode_rows(lot_changes),
        "debts": encode_rows(debts),
        "debt_changes": encode_rows([{"entry_id": entry, "remaining": left} for entry, left in debt_changes]),
        "allocations": encode_rows(allocations),
    }
    run(CREDITS + DEBITS + ACCOUNTS, params)
