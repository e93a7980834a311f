"""One holder's units become another's: every lot goes over as it is, with its dates and its past, and every debt.

What is left of each lot, and of each debt, leaves one account and comes to the other in a pair of entries of one key.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo

import msgspec

from regulars.core.actor import Actor
from regulars.core.why import Merged
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets
from regulars.platform.rows import fetch, run

# The accounts of both, also those that were merged away, in the order in which every batch locks them.
LOCK = """
SELECT id, holder_id, merged_into FROM ledger_account
WHERE holder_id = ANY(%(holders)s::bigint[]) AND side = 'member' ORDER BY id FOR NO KEY UPDATE
"""

HAND_OVER = """
INSERT INTO ledger_handover (id, merge_id, source_id, target_id, earned, spent, expired, source_idle_days,
                             source_idle_at, target_idle_days, target_idle_at, made_at)
SELECT nextval('ledger_entry_id_seq'), %(merge)s, source.id, target.id, source.earned, source.spent, source.expired,
       source.idle_days, source.idle_at, target.idle_days, target.idle_at, %(at)s
FROM ledger_account source
JOIN ledger_account target ON target.unit_id = source.unit_id AND target.holder_id = %(keeper)s
    AND target.side = 'member'
WHERE source.holder_id = %(source)s AND source.side = 'member'
ORDER BY source.id
"""

# What is left of a lot goes out of one account and into the other; what is owed goes the other way round.
ENTRIES = """
WITH way AS (
    SELECT handover.source_id, handover.target_id, side.id AS side_id
    FROM ledger_handover handover
    JOIN ledger_account source ON source.id = handover.source_id
    JOIN ledger_account side ON side.unit_id = source.unit_id AND side.side = 'merged'
    WHERE handover.merge_id = %(merge)s
), part AS (
    SELECT way.*, 'lot/' || lot.entry_id AS name, lot.entry_id AS of, lot.remaining AS amount, true AS is_held
    FROM way JOIN ledger_lot lot ON lot.account_id = way.source_id AND lot.remaining > 0
    UNION ALL
    SELECT way.*, 'debt/' || debt.entry_id, debt.entry_id, debt.remaining, false
    FROM way JOIN ledger_debt debt ON debt.account_id = way.source_id AND debt.remaining > 0
), step AS (
    SELECT of, amount, name, 'merge_out' AS kind, is_held, source_id AS holder, side_id FROM part
    UNION ALL SELECT of, amount, name, 'merge_in', NOT is_held, target_id, side_id FROM part
)
INSERT INTO ledger_entry (source_id, target_id, amount, kind, key, occurred_at, recorded_at, actor, approver, reason,
                          comment, why)
SELECT CASE WHEN is_held THEN holder ELSE side_id END, CASE WHEN is_held THEN side_id ELSE holder END, amount, kind,
       %(prefix)s || name, %(at)s, %(at)s, %(actor)s, %(approver)s, %(reason)s, '',
       %(why)s
FROM step ORDER BY of, kind DESC
"""

# Also the lots with nothing left: what comes back to them comes to the keeper. No index knows an account's empty lots;
# they are found by the entries that opened them, or by the handover that brought them.
MOVE_LOTS = """
WITH handover AS (
    SELECT * FROM ledger_handover WHERE merge_id = %(merge)s
), lot AS (
    SELECT entry.id AS lot_id, handover.id AS handover_id, source_id, target_id
    FROM handover
    CROSS JOIN LATERAL (SELECT id FROM ledger_entry WHERE ledger_entry.target_id = handover.source_id) entry
    UNION
    SELECT move.lot_id, handover.id, handover.source_id, handover.target_id
    FROM handover JOIN ledger_lotmove move ON move.target_id = handover.source_id
), moved AS (
    UPDATE ledger_lot SET account_id = lot.target_id FROM lot
    WHERE ledger_lot.entry_id = lot.lot_id AND ledger_lot.account_id = lot.source_id
    RETURNING lot.*
)
INSERT INTO ledger_lotmove (id, handover_id, lot_id, source_id, target_id)
SELECT nextval('ledger_entry_id_seq'), handover_id, lot_id, source_id, target_id FROM moved ORDER BY lot_id
"""

MOVE_DEBTS = """
UPDATE ledger_debt debt SET account_id = handover.target_id FROM ledger_handover handover
WHERE handover.merge_id = %(merge)s AND debt.account_id = handover.source_id AND debt.remaining > 0
"""

MOVE_HOLDS = """
UPDATE ledger_hold hold SET account_id = handover.target_id FROM ledger_handover handover
WHERE handover.merge_id = %(merge)s AND hold.account_id = handover.source_id AND hold.ended_at IS NULL
"""

# Both live on with the longer of both lives.
FILL = """
UPDATE ledger_account target
SET balance = target.balance + source.balance, debt = target.debt + source.debt,
    earned = target.earned + source.earned, spent = target.spent + source.spent,
    expired = target.expired + source.expired,
    idle_days = greatest(target.idle_days, source.idle_days), idle_at = greatest(target.idle_at, source.idle_at)
FROM ledger_handover handover JOIN ledger_account source ON source.id = handover.source_id
WHERE handover.merge_id = %(merge)s AND target.id = handover.target_id
"""

# Who was merged into the source before is found with the keeper now.
CLOSE = """
UPDATE ledger_account account
SET merged_into = handover.target_id,
    balance = CASE WHEN account.id = handover.source_id THEN 0 ELSE account.balance END,
    debt = CASE WHEN account.id = handover.source_id THEN 0 ELSE account.debt END,
    earned = CASE WHEN account.id = handover.source_id THEN 0 ELSE account.earned END,
    spent = CASE WHEN account.id = handover.source_id THEN 0 ELSE account.spent END,
    expired = CASE WHEN account.id = handover.source_id THEN 0 ELSE account.expired END,
    idle_days = CASE WHEN account.id = handover.source_id THEN NULL ELSE account.idle_days END,
    idle_at = CASE WHEN account.id = handover.source_id THEN NULL ELSE account.idle_at END
FROM ledger_handover handover
WHERE handover.merge_id = %(merge)s
  AND (account.id = handover.source_id OR account.merged_into = handover.source_id)
"""

ARRIVED = """
SELECT unit.code, max(entry.id) FROM ledger_entry entry
JOIN ledger_account account ON account.id IN (entry.source_id, entry.target_id) AND account.side = 'member'
JOIN ledger_unit unit ON unit.id = account.unit_id
WHERE entry.key >= %(prefix)s AND entry.key < %(end)s AND entry.kind = 'merge_in'
GROUP BY unit.code
"""


def lock_both(holders: Collection[int]) -> dict[int, bool]:
    """Lock these holders' accounts until the transaction ends; tell of each that has any whether it was merged away."""
    found: dict[int, bool] = {}
    for _, holder, merged_into in fetch(LOCK, {"holders": sorted(holders)}):
        found[holder] = found.get(holder, False) or merged_into is not None
    return found


def merge_prefix(merge_id: int) -> str:
    """Return how the keys of a merge's entries begin."""
    return f"merge/{merge_id}/"


def hand_over(
    *,
    source: int,
    keeper: int,
    merge_id: int,
    units: Mapping[str, int],
    sides: Mapping[tuple[int, str], int],
    zone: tzinfo,
    at: datetime,
    by: Actor,
    reason: str = "",
) -> Wallets:
    """Move all that `source` holds and owes to `keeper`, whose accounts the caller has locked and found open.

    What was dead of idleness stays dead. Open baskets go on holding what they held. What one of them owes is paid from
    what the other has. Afterwards nothing is put into the source's accounts. Returns the keeper's wallets, with lots.
    """
    both = lock_wallets([source, keeper], units=units, at=at, giving=[source, keeper])
    journal = Journal(at=at, sides=sides, zone=zone)
    for wallet in both.values():
        journal.bury(wallet)
    journal.write()
    prefix = merge_prefix(merge_id)
    params = {
        "source": source,
        "keeper": keeper,
        "merge": merge_id,
        "prefix": prefix,
        "why": msgspec.json.encode(Merged(merge_id)).decode(),
        "actor": by.tag,
        "approver": by.approver,
        "reason": reason,
        "at": at,
    }
    for statement in (HAND_OVER, ENTRIES, MOVE_LOTS, MOVE_DEBTS, MOVE_HOLDS, FILL, CLOSE):
        run(statement, params)
    wallets = lock_wallets([keeper], units=units, at=at, giving=[keeper])
    journal = Journal(at=at, sides=sides, zone=zone)
    for unit, entry in fetch(ARRIVED, {"prefix": prefix, "end": prefix[:-1] + "0"}):
        wallet = wallets[keeper, unit]
        if wallet.debts:
            journal.repay(wallet, by_entry=entry)
    journal.write()
    return wallets
