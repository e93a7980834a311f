"""What an account holds and how it came to that: balances, next expiries, and entries with their why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.core.why import Why
from regulars.ledger.lock import LOOK_ALL
from regulars.ledger.wallet import Balance, NextExpiry, soonest
from regulars.platform.rows import LARGEST_ID, fetch

# Nothing but the other statement is put into this one.
BALANCES = f"""
SELECT account.holder_id, unit.code, account.balance, account.debt, account.earned, account.spent, account.expired,
       look.pending, look.lapsed, look.reserved, look.idle_live, account.idle_at, look.amount, look.expires_at
FROM ledger_account account
JOIN ledger_unit unit ON unit.id = account.unit_id
JOIN ({LOOK_ALL}) AS look(account, pending, lapsed, reserved, idle_live, amount, expires_at)
    ON look.account = account.id
ORDER BY account.holder_id, account.unit_id
"""  # noqa: S608

# By index and group by group: it stops at the last moment asked for, however many lots there are.
EXPIRIES = """
SELECT unit.code, upcoming.amount, upcoming.expires_at
FROM ledger_account account
JOIN ledger_unit unit ON unit.id = account.unit_id
CROSS JOIN LATERAL (
    (SELECT sum(remaining)::bigint AS amount, expires_at FROM ledger_lot
     WHERE account_id = account.id AND remaining > 0 AND expires_at > %(at)s
     GROUP BY expires_at ORDER BY expires_at LIMIT %(limit)s)
    UNION ALL
    (SELECT sum(remaining)::bigint, account.idle_at FROM ledger_lot
     WHERE account_id = account.id AND remaining > 0 AND dies_idle AND account.idle_at > %(at)s
       AND available_at < account.idle_at
     HAVING sum(remaining) > 0)
) upcoming
WHERE account.holder_id = %(member)s AND account.side = 'member'
ORDER BY upcoming.expires_at, unit.code
LIMIT %(limit)s
"""

# Two scans by index, each of which stops after a page: never all entries of an account. The rows are compared as pairs,
# since nearly all entries share one source: with an equality the planner would rather walk all entries by their ids.
ENTRIES = """
SELECT entry.id, entry.kind, entry.amount, entry.unit, entry.key, entry.occurred_at, entry.recorded_at,
       entry.actor, entry.approver, entry.reason, entry.comment, entry.why
FROM unnest(%(accounts)s::bigint[], %(units)s::text[], %(merged)s::boolean[]) AS account(id, unit, is_merged)
CROSS JOIN LATERAL (
    (SELECT e.*, -1 AS sign FROM ledger_entry e
     WHERE e.source_id >= account.id AND (e.source_id, e.id) < (account.id, %(before)s)
       AND (%(kinds)s::text[] IS NULL OR e.kind = ANY(%(kinds)s::text[]))
       AND NOT (account.is_merged AND e.kind IN ('merge_out', 'merge_in'))
     ORDER BY e.source_id DESC, e.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT e.*, 1 FROM ledger_entry e
     WHERE e.target_id >= account.id AND (e.target_id, e.id) < (account.id, %(before)s)
       AND (%(kinds)s::text[] IS NULL OR e.kind = ANY(%(kinds)s::text[]))
       AND NOT (account.is_merged AND e.kind IN ('merge_out', 'merge_in'))
     ORDER BY e.target_id DESC, e.id DESC LIMIT %(limit)s)
) AS side
CROSS JOIN LATERAL (SELECT side.id, side.kind, side.sign * side.amount AS amount, account.unit, side.key,
    side.occurred_at, side.recorded_at, side.actor, side.approver, side.reason, side.comment, side.why) AS entry
ORDER BY entry.id DESC
LIMIT %(limit)s
"""

WITH_PREFIX = """
SELECT entry.id, entry.kind, CASE WHEN source.side = 'member' THEN -entry.amount ELSE entry.amount END, unit.code,
       entry.key, entry.occurred_at, entry.recorded_at, entry.actor, entry.approver, entry.reason, entry.comment,
       entry.why, coalesce(target.holder_id, source.holder_id)
FROM ledger_entry entry
JOIN ledger_account source ON source.id = entry.source_id
JOIN ledger_account target ON target.id = entry.target_id
JOIN ledger_unit unit ON unit.id = source.unit_id
"""

# The member's own, and those of everybody who was merged into them: what they did is the member's history too.
MEMBER_ACCOUNTS = """
SELECT account.id, unit.code, false FROM ledger_account account JOIN ledger_unit unit ON unit.id = account.unit_id
WHERE account.holder_id = %(member)s AND account.side = 'member'
UNION ALL
SELECT merged.id, unit.code, true
FROM ledger_account account
JOIN ledger_account merged ON merged.merged_into = account.id
JOIN ledger_unit unit ON unit.id = account.unit_id
WHERE account.holder_id = %(member)s AND account.side = 'member'
"""

IS_PART = """
SELECT EXISTS (
    SELECT FROM ledger_account merged JOIN ledger_account account ON account.id = merged.merged_into
    WHERE merged.holder_id = %(holder)s AND merged.side = 'member' AND account.holder_id = %(member)s)
"""


class FullBalance(Balance, frozen=True, kw_only=True):
    """A balance with its lifetime sums: `earned` before anything was taken back, `spent` less what came back,
    `expired`.
    """

    earned: int
    spent: int
    expired: int


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as its holder sees it: `amount` is signed, positive when it came in."""

    id: int
    kind: str
    amount: int
    unit: str
    key: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    approver: str | None
    reason: str
    comment: str
    why: Why
    member_id: int


def balances_of(member_ids: Sequence[int], *, at: datetime) -> dict[int, list[FullBalance]]:
    """Return the balances of these members at `at`, a list by unit for each, with one statement."""
    balances: dict[int, list[FullBalance]] = {member: [] for member in member_ids}
    for holder, *columns in fetch(BALANCES, {"members": list(member_ids), "at": at}):
        balances[holder].append(_balance(*columns))
    return balances


def _balance(
    unit: str,
    balance: int,
    debt: int,
    earned: int,
    spent: int,
    expired: int,
    pending: int,
    lapsed: int,
    reserved: int,
    idle_live: int,
    idle_at: datetime | None,
    amount: int | None,
    expires_at: datetime | None,
) -> FullBalance:
    dated = NextExpiry(amount or 0, expires_at) if expires_at else None
    return FullBalance(
        unit=unit,
        available=balance - pending - lapsed - reserved,
        pending=pending,
        reserved=reserved,
        debt=debt,
        next_expiry=soonest(dated, idle_live, idle_at),
        earned=earned,
        spent=spent,
        expired=expired + lapsed,
    )


def balance_of(member_id: int, *, at: datetime, unit: str = "points") -> FullBalance:
    """Return one member's balance of one unit."""
    [balance] = [each for each in balances_of([member_id], at=at)[member_id] if each.unit == unit]
    return balance


def next_expiries(member_id: int, *, at: datetime, limit: int = 12) -> list[tuple[str, NextExpiry]]:
    """Return what will expire, soonest first, as (unit, expiry)."""
    rows = fetch(EXPIRIES, {"member": member_id, "at": at, "limit": limit})
    return [(unit, NextExpiry(amount, expires_at)) for unit, amount, expires_at in rows]


def entries_of(
    member_id: int, *, before: int | None = None, limit: int = 50, kinds: Sequence[str] | None = None
) -> list[EntryView]:
    """Return a member's entries, newest first, of one page; `before` is the last id of the page before. What was
    merged into them is there too, without what moved it.
    """
    accounts = fetch(MEMBER_ACCOUNTS, {"member": member_id})
    rows = fetch(
        ENTRIES,
        {
            "accounts": [account for account, _, _ in accounts],
            "units": [unit for _, unit, _ in accounts],
            "merged": [is_merged for _, _, is_merged in accounts],
            "before": LARGEST_ID if before is None else before,
            "limit": limit,
            "kinds": list(kinds) if kinds else None,
        },
    )
    return [_view((*row, member_id)) for row in rows]


def entry_of(member_id: int, entry_id: int) -> EntryView | None:
    """Return one entry, if it is this member's, or of somebody who was merged into them."""
    rows = fetch(WITH_PREFIX + "WHERE entry.id = %(id)s", {"id": entry_id})
    views = [_view(row) for row in rows]
    if not views or views[0].member_id == member_id:
        return views[0] if views else None
    [[is_theirs]] = fetch(IS_PART, {"holder": views[0].member_id, "member": member_id})
    return msgspec.structs.replace(views[0], member_id=member_id) if is_theirs else None


def entries_about(prefix: str) -> list[EntryView]:
    """Return the entries whose natural key starts with `prefix`, which ends with a slash ("sale/5/"), oldest first."""
    assert prefix.endswith("/"), "a prefix of whole parts"
    rows = fetch(
        WITH_PREFIX + "WHERE entry.key >= %(low)s AND entry.key < %(high)s ORDER BY entry.id",
        {"low": prefix, "high": prefix[:-1] + "0"},
    )
    return [_view(row) for row in rows]


def _view(row: tuple[Any, ...]) -> EntryView:
    names = EntryView.__struct_fields__
    values = dict(zip(names, row, strict=True))
    values["why"] = msgspec.json.decode(values["why"], type=Why)
    return EntryView(**values)
