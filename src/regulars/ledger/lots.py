"""A member's lots one by one: what is active, pending, waiting or over, and what of it expired and may come back."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal

import msgspec

from regulars.core.life import WAITS, Promise
from regulars.platform.rows import Asked, fetch

State = Literal["active", "pending", "waiting", "over"]

# What is open, and what expired among the newest debits; by index, and never more than a page of either. Debits are
# taken before their kind is asked: else an index that knows the kind of every entry is read from end to end.
LOTS = """
SELECT lot.entry_id, unit.code, entry.kind, entry.key, entry.occurred_at, lot.amount, lot.remaining, lot.available_at,
       CASE WHEN NOT lot.dies_idle THEN lot.expires_at WHEN lot.available_at < holder.idle_at THEN holder.idle_at END,
       lot.dies_idle, lot.promise ->> 'event',
       CASE WHEN lot.expires_at <= %(at)s OR (lot.dies_idle AND holder.idle_at <= %(at)s) THEN coalesce((
           SELECT sum(allocation.amount) FROM ledger_allocation allocation
           JOIN ledger_entry debit ON debit.id = allocation.debit_id AND debit.kind = 'expire'
           WHERE allocation.lot_id = lot.entry_id), 0)::bigint + lot.remaining ELSE 0 END
FROM ledger_account holder
JOIN ledger_unit unit ON unit.id = holder.unit_id
CROSS JOIN LATERAL (
    (SELECT * FROM ledger_lot WHERE account_id = holder.id AND remaining > 0
     ORDER BY expires_at, entry_id LIMIT %(limit)s)
    UNION ALL
    (SELECT used.* FROM (
        SELECT newest.id FROM (
            SELECT id, kind FROM ledger_entry
            WHERE source_id >= holder.id AND (source_id, id) < (holder.id, 9223372036854775807)
            ORDER BY source_id DESC, id DESC LIMIT 1000) newest
        WHERE newest.kind = 'expire' ORDER BY newest.id DESC LIMIT %(limit)s) debit
     JOIN ledger_allocation allocation ON allocation.debit_id = debit.id AND allocation.entry_id = debit.id
     JOIN ledger_lot used ON used.entry_id = allocation.lot_id AND used.remaining = 0)
) lot
JOIN ledger_entry entry ON entry.id = lot.entry_id
WHERE holder.holder_id = %(member)s AND holder.side = 'member'
  AND (%(unit)s::text IS NULL OR unit.code = %(unit)s)
ORDER BY 9 NULLS LAST, lot.entry_id
"""

# An event's far future is a point of the index of what is pending.
WAITING = """
SELECT holder.holder_id, unit.code, lot.entry_id, lot.promise::text
FROM ledger_account holder
JOIN ledger_unit unit ON unit.id = holder.unit_id
JOIN ledger_lot lot ON lot.account_id = holder.id AND lot.remaining > 0 AND lot.available_at = %(waits)s
WHERE holder.holder_id = ANY(%(members)s::bigint[]) AND holder.side = 'member'
  AND lot.promise ->> 'event' = ANY(%(events)s::text[])
ORDER BY lot.entry_id
"""

PROMISES = """
SELECT entry_id, promise::text FROM ledger_lot WHERE entry_id = ANY(%(lots)s::bigint[]) AND promise IS NOT NULL
"""

EXPIRED = """
SELECT allocation.lot_id, lot.account_id, allocation.debit_id, sum(allocation.amount)::bigint
FROM ledger_allocation allocation
JOIN ledger_entry debit ON debit.id = allocation.debit_id AND debit.kind = 'expire'
JOIN ledger_lot lot ON lot.entry_id = allocation.lot_id
JOIN ledger_account holder ON holder.id = lot.account_id
WHERE allocation.lot_id = ANY(%(lots)s::bigint[]) AND holder.holder_id = %(member)s
GROUP BY 1, 2, 3 HAVING sum(allocation.amount) > 0 ORDER BY 3
"""


class LotView(msgspec.Struct, frozen=True, kw_only=True):
    """`event`: what it waits for. `expired`: how much of it is over, and could be reinstated."""

    id: int
    unit: str
    kind: str
    key: str
    given_at: datetime
    amount: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    dies_idle: bool
    event: str | None
    expired: int
    state: State


class Waiting(msgspec.Struct, frozen=True):
    """A lot that waits for an event."""

    member_id: int
    unit: str
    lot_id: int
    promise: Promise


def lots_of(member_id: int, *, at: datetime, unit: str | None = None, limit: int = 50) -> list[LotView]:
    """Return a member's open lots and those that expired last, at most `limit` of either and each unit."""
    rows = fetch(LOTS, {"member": member_id, "at": at, "unit": unit, "limit": limit})
    names = LotView.__struct_fields__
    views = [LotView(**dict(zip(names, (*row, _state(row[7], row[11], at)), strict=True))) for row in rows]
    return list({view.id: view for view in views}.values())


def ask_waiting(member_ids: Collection[int], events: Collection[str]) -> Callable[[], list[Waiting]]:
    """Ask inside a `together` block, after the locks, which of these members' lots wait for these events."""
    asked = Asked(WAITING, {"members": list(member_ids), "events": list(events), "waits": WAITS})

    def read() -> list[Waiting]:
        return [
            Waiting(member, unit, lot, msgspec.json.decode(promise, type=Promise))
            for member, unit, lot, promise in asked.rows()
        ]

    return read


def load_promises(lot_ids: Collection[int]) -> dict[int, Promise]:
    """Return what these lots were promised, of those that wait for an event."""
    rows = fetch(PROMISES, {"lots": list(lot_ids)})
    return {lot: msgspec.json.decode(promise, type=Promise) for lot, promise in rows}


def load_expired(member_id: int, lot_ids: Collection[int]) -> list[tuple[int, int, int, int]]:
    """Return what expired of a member's lots and has not come back, as (lot, account, expiry's entry, amount), oldest
    first.
    """
    rows = fetch(EXPIRED, {"member": member_id, "lots": list(lot_ids)})
    return [(lot, account, debit, amount) for lot, account, debit, amount in rows]


def _state(available_at: datetime, expired: int, at: datetime) -> State:
    if expired:
        return "over"
    if available_at == WAITS:
        return "waiting"
    return "active" if available_at <= at else "pending"
