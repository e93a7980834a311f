"""The questions and the writes of parting two holders again.

`handover` are the rows of the merge: `source_id` is the account of who leaves, `target_id` the keeper's.
"""

# Whose a debit is: of who leaves, if it is about a sale that goes back, or was written on an account of theirs.
_LEAVES = """
    (split_part(debit.key, '/', 1) = 'sale' AND split_part(debit.key, '/', 2)::bigint = ANY(%(sales)s::bigint[]))
    OR debit.source_id IN (
        SELECT id FROM ledger_account WHERE side = 'member' AND (
            id IN (SELECT source_id FROM ledger_handover WHERE merge_id = %(merge)s)
            OR holder_id = ANY(%(earlier)s::bigint[])))
"""

_HANDOVER = "handover AS (SELECT * FROM ledger_handover WHERE merge_id = %(merge)s)"

WAYS = """
SELECT unit.code, handover.id, handover.source_id, handover.target_id, side.id,
       coalesce((SELECT sum(CASE WHEN entry.target_id = handover.target_id THEN amount ELSE -amount END)
                 FROM ledger_entry entry
                 WHERE entry.key >= %(prefix)s AND entry.key < %(end)s AND entry.kind = 'merge_in'
                   AND handover.target_id IN (entry.source_id, entry.target_id)), 0)::bigint
FROM ledger_handover handover
JOIN ledger_account account ON account.id = handover.source_id
JOIN ledger_unit unit ON unit.id = account.unit_id
JOIN ledger_account side ON side.unit_id = account.unit_id AND side.side = 'merged'
WHERE handover.merge_id = %(merge)s
ORDER BY handover.id
"""

# What came with the merge and is still with the keeper, and what the sales that go back have opened since.
LOTS = f"""
WITH {_HANDOVER}, lot AS (
    SELECT move.lot_id FROM handover JOIN ledger_lotmove move ON move.handover_id = handover.id
    UNION
    SELECT entry.id FROM unnest(%(sales)s::bigint[]) AS sale(id)
    CROSS JOIN LATERAL (
        SELECT id FROM ledger_entry
        WHERE key >= 'sale/' || sale.id || '/' COLLATE "C" AND key < 'sale/' || sale.id || '0' COLLATE "C"
    ) entry
    WHERE entry.id > (SELECT min(id) FROM handover)
)
SELECT account_id, entry_id, remaining FROM ledger_lot JOIN lot ON lot.lot_id = ledger_lot.entry_id
WHERE account_id IN (SELECT target_id FROM handover)
ORDER BY entry_id
"""  # noqa: S608 our own text

# A basket of the keeper's that holds what goes back, or one that came along and holds what stays.
HOLDS = f"""
WITH {_HANDOVER}
SELECT hold.until FROM handover
JOIN ledger_hold hold ON hold.account_id = handover.target_id AND hold.ended_at IS NULL AND hold.until > %(at)s
CROSS JOIN LATERAL (
    SELECT bool_or((draw ->> 0)::bigint = ANY(%(lots)s::bigint[])) AS some,
           bool_and((draw ->> 0)::bigint = ANY(%(lots)s::bigint[])) AS whole
    FROM jsonb_array_elements(hold.draws) draw
) touches
WHERE touches.some AND NOT (touches.whole AND hold.id < handover.id)
ORDER BY hold.until DESC LIMIT 1
"""  # noqa: S608 our own text

# Found by the lots and debts of the merge, because no index knows allocations by the entry that wrote them.
PAID_BY_MERGE = """
WITH entry AS (
    SELECT id, split_part(key, '/', 3) AS of, split_part(key, '/', 4)::bigint AS number
    FROM ledger_entry WHERE key >= %(prefix)s AND key < %(end)s
), paid AS (
    SELECT allocation.* FROM ledger_allocation allocation
    WHERE allocation.lot_id IN (SELECT number FROM entry WHERE of = 'lot')
    UNION
    SELECT allocation.* FROM ledger_allocation allocation
    WHERE allocation.debit_id IN (SELECT number FROM entry WHERE of = 'debt')
)
SELECT lot.account_id, paid.debit_id, paid.lot_id, least(sum(paid.amount), max(net.amount))::bigint
FROM paid JOIN entry ON entry.id = paid.entry_id
JOIN ledger_lot lot ON lot.entry_id = paid.lot_id
CROSS JOIN LATERAL (
    SELECT sum(amount) AS amount FROM ledger_allocation
    WHERE debit_id = paid.debit_id AND lot_id = paid.lot_id
) net
GROUP BY 1, 2, 3 HAVING least(sum(paid.amount), max(net.amount)) > 0
ORDER BY 2, 3
"""

# What the keeper took of lots that go back. What expired of a lot goes with it, and so does a promise that ended.
USED = f"""
SELECT lot.account_id, lot.entry_id, debit.id, sum(allocation.amount)::bigint
FROM ledger_lot lot
JOIN ledger_allocation allocation ON allocation.lot_id = lot.entry_id
JOIN ledger_entry debit ON debit.id = allocation.debit_id
WHERE lot.entry_id = ANY(%(lots)s::bigint[]) AND debit.kind NOT IN ('expire', 'withdraw') AND NOT ({_LEAVES})
GROUP BY 1, 2, 3 HAVING sum(allocation.amount) > 0
ORDER BY 1, 2, 3
"""  # noqa: S608 our own text

# The debts that came with the merge, also the ones it had paid, and those of the sales that go back.
DEBTS = f"""
WITH {_HANDOVER}
SELECT debt.account_id, debt.entry_id, debt.remaining
FROM ledger_debt debt JOIN ledger_entry debit ON debit.id = debt.entry_id
WHERE debt.account_id IN (SELECT target_id FROM handover) AND ({_LEAVES})
  AND (debt.remaining > 0 OR debt.entry_id = ANY(%(unpaid)s::bigint[]))
ORDER BY debt.entry_id
"""  # noqa: S608 our own text

FILL_LOTS = """
UPDATE ledger_lot lot SET remaining = lot.remaining + r.amount
FROM (SELECT lot, sum(amount) AS amount FROM json_to_recordset(%(rows)s::json) AS r(lot bigint, amount bigint)
      GROUP BY lot) r
WHERE lot.entry_id = r.lot
"""

OWE_AGAIN = """
WITH owed AS (
    UPDATE ledger_debt debt SET remaining = debt.remaining + r.amount
    FROM (SELECT debit, sum(amount) AS amount FROM json_to_recordset(%(rows)s::json) AS r(debit bigint, amount bigint)
          GROUP BY debit) r
    WHERE debt.entry_id = r.debit
    RETURNING debt.account_id, r.amount
)
UPDATE ledger_account account SET debt = account.debt + owed.amount
FROM (SELECT account_id, sum(amount) AS amount FROM owed GROUP BY 1) owed WHERE account.id = owed.account_id
"""

ENTRIES = """
INSERT INTO ledger_entry (id, source_id, target_id, amount, kind, key, occurred_at, recorded_at, actor, approver,
                          reason, comment, why)
SELECT id, source_id, target_id, amount, kind, key, %(at)s, %(at)s, %(actor)s, %(approver)s, %(reason)s, '', why
FROM json_to_recordset(%(rows)s::json) AS r(
    id bigint, source_id bigint, target_id bigint, amount bigint, kind text, key text, why text)
"""

TWINS = """
INSERT INTO ledger_lot (entry_id, account_id, amount, remaining, available_at, expires_at, dies_idle, promise)
SELECT r.entry, r.account, r.amount, 0, lot.available_at, lot.expires_at, lot.dies_idle, lot.promise
FROM json_to_recordset(%(rows)s::json) AS r(entry bigint, lot bigint, account bigint, amount bigint)
JOIN ledger_lot lot ON lot.entry_id = r.lot
"""

ALLOCATIONS = """
INSERT INTO ledger_allocation (entry_id, debit_id, lot_id, amount)
SELECT entry, debit, lot, amount
FROM json_to_recordset(%(rows)s::json) AS r(entry bigint, debit bigint, lot bigint, amount bigint)
"""

# The lifetime sums go back with what they have become since: of what who leaves had spent, some may have come back.
# The idleness of who leaves is what it was, unless somebody was active since.
HAND_BACK = f"""
WITH {_HANDOVER}, since AS (
    SELECT min(id) AS id FROM handover
), keyed AS (
    SELECT entry.id, entry.kind, entry.amount, entry.source_id, entry.target_id
    FROM unnest(%(sales)s::bigint[]) AS sale(id)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_entry
        WHERE key >= 'sale/' || sale.id || '/' COLLATE "C" AND key < 'sale/' || sale.id || '0' COLLATE "C"
    ) entry
    WHERE entry.id > (SELECT id FROM since) AND entry.kind = 'redeem'
), part AS (
    SELECT lot.account_id, allocation.amount, debit.kind, writer.kind AS writer
    FROM handover JOIN ledger_lotmove move ON move.handover_id = handover.id
    JOIN ledger_lot lot ON lot.entry_id = move.lot_id
    JOIN ledger_allocation allocation ON allocation.lot_id = lot.entry_id
    JOIN ledger_entry writer ON writer.id = allocation.entry_id AND writer.id > (SELECT id FROM since)
    JOIN ledger_entry debit ON debit.id = allocation.debit_id
    WHERE debit.kind IN ('expire', 'withdraw') OR (writer.kind = 'reverse' AND ({_LEAVES}))
), change AS (
    SELECT account_id,
           coalesce(sum(amount) FILTER (WHERE kind = 'expire'), 0) AS expired,
           coalesce(-sum(amount) FILTER (WHERE kind = 'withdraw'), 0) AS earned,
           coalesce(sum(amount) FILTER (WHERE writer = 'reverse' AND kind NOT IN ('expire', 'withdraw')), 0) AS spent
    FROM part GROUP BY account_id
)
INSERT INTO ledger_handover (id, merge_id, source_id, target_id, earned, spent, expired, source_idle_days,
                             source_idle_at, target_idle_days, target_idle_at, made_at)
SELECT nextval('ledger_entry_id_seq'), -%(merge)s, keeper.id, leaver.id,
       handover.earned + coalesce(change.earned, 0),
       handover.spent + coalesce(change.spent, 0)
           + coalesce((SELECT sum(amount) FROM keyed WHERE keyed.source_id = keeper.id), 0),
       handover.expired + coalesce(change.expired, 0),
       keeper.idle_days, keeper.idle_at, handover.source_idle_days,
       CASE WHEN keeper.idle_at IS NOT DISTINCT FROM greatest(handover.target_idle_at, handover.source_idle_at)
                 AND handover.source_idle_at > %(at)s THEN handover.source_idle_at
            WHEN handover.source_idle_at IS NOT NULL THEN keeper.idle_at END,
       %(at)s
FROM handover
JOIN ledger_account keeper ON keeper.id = handover.target_id
JOIN ledger_account leaver ON leaver.id = handover.source_id
LEFT JOIN change ON change.account_id = keeper.id
ORDER BY handover.id
"""  # noqa: S608 our own text

MOVE_LOTS = """
WITH moved AS (
    UPDATE ledger_lot SET account_id = back.target_id FROM ledger_handover back
    WHERE back.merge_id = -%(merge)s AND ledger_lot.account_id = back.source_id
      AND ledger_lot.entry_id = ANY(%(lots)s::bigint[])
    RETURNING ledger_lot.entry_id, back.id, back.source_id, back.target_id
)
INSERT INTO ledger_lotmove (id, handover_id, lot_id, source_id, target_id)
SELECT nextval('ledger_entry_id_seq'), id, entry_id, source_id, target_id FROM moved ORDER BY entry_id
"""

MOVE_DEBTS = """
UPDATE ledger_debt debt SET account_id = back.target_id FROM ledger_handover back
WHERE back.merge_id = -%(merge)s AND debt.account_id = back.source_id AND debt.entry_id = ANY(%(debts)s::bigint[])
"""

# The baskets that came along and hold nothing else; what is over holds nothing, and is noted where it belongs.
MOVE_HOLDS = """
UPDATE ledger_hold hold SET account_id = back.target_id FROM ledger_handover back
WHERE back.merge_id = -%(merge)s AND hold.account_id = back.source_id AND hold.ended_at IS NULL
  AND (SELECT bool_and(lot.account_id = back.target_id) FROM jsonb_array_elements(hold.draws) draw
       JOIN ledger_lot lot ON lot.entry_id = (draw ->> 0)::bigint)
"""

FILL = """
WITH back AS (
    SELECT back.*, handover.target_idle_days AS own_days, handover.target_idle_at AS own_idle_at,
           handover.id AS merged_number,
           coalesce((SELECT sum(remaining) FROM ledger_lot WHERE account_id = back.target_id AND remaining > 0), 0)
               AS held,
           coalesce((SELECT sum(remaining) FROM ledger_debt WHERE account_id = back.target_id AND remaining > 0), 0)
               AS owed
    FROM ledger_handover back
    JOIN ledger_handover handover ON handover.merge_id = -back.merge_id AND handover.target_id = back.source_id
    WHERE back.merge_id = -%(merge)s
), left_with AS (
    UPDATE ledger_account account
    SET balance = back.held - back.owed, debt = back.owed, earned = back.earned, spent = back.spent,
        expired = back.expired, idle_days = back.target_idle_days, idle_at = back.target_idle_at
    FROM back WHERE account.id = back.target_id
)
UPDATE ledger_account account
SET balance = account.balance - (back.held - back.owed), debt = account.debt - back.owed,
    earned = account.earned - back.earned, spent = account.spent - back.spent, expired = account.expired - back.expired,
    idle_days = CASE WHEN account.idle_days IS NOT DISTINCT FROM greatest(back.own_days, back.target_idle_days)
                     THEN back.own_days ELSE account.idle_days END,
    idle_at = CASE WHEN account.idle_at IS NOT DISTINCT FROM greatest(back.own_idle_at, back.target_idle_at)
                        AND (back.own_idle_at IS NULL OR back.own_idle_at > %(at)s)
                        AND NOT EXISTS (SELECT FROM ledger_lot lot
                                        WHERE lot.account_id = account.id AND lot.remaining > 0 AND lot.dies_idle
                                          AND lot.entry_id > back.merged_number)
                   THEN back.own_idle_at ELSE account.idle_at END
FROM back WHERE account.id = back.source_id
"""

REOPEN = """
WITH leaver AS (
    SELECT account.* FROM ledger_account account
    WHERE account.side = 'member' AND account.holder_id = (
        SELECT holder_id FROM ledger_account JOIN ledger_handover handover ON handover.source_id = ledger_account.id
        WHERE handover.merge_id = %(merge)s LIMIT 1)
)
UPDATE ledger_account account
SET merged_into = CASE WHEN account.id = leaver.id THEN NULL ELSE leaver.id END
FROM leaver
WHERE account.unit_id = leaver.unit_id AND account.side = 'member'
  AND (account.id = leaver.id OR account.holder_id = ANY(%(earlier)s::bigint[]))
"""
