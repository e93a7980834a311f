"""The questions of `verify` about lots over time: what a lot's dates were when something was spent, and who held it."""

# A lot's dates and its account at each time, told by the entries' numbers: [since, until). While `idle` it had no day,
# and `died_at` is when it died of idleness. Most lots never change, and stay where they are: they have one row.
SPANS = """
    place AS (
        SELECT lot_id, source_id AS account_id, lag(id, 1, 0::bigint) OVER lot AS since, id AS until
        FROM ledger_lotmove WINDOW lot AS (PARTITION BY lot_id ORDER BY id)
        UNION ALL
        (SELECT DISTINCT ON (lot_id) lot_id, target_id, id, 9223372036854775807 FROM ledger_lotmove
         ORDER BY lot_id, id DESC)
    ), changed AS (
        SELECT lot_id, id, lag(id, 1, 0::bigint) OVER earlier AS since, available_before, expires_before,
               bool_or(cause = 'idle') OVER later AS dies,
               CASE WHEN cause = 'idle' THEN expires_after END AS died_at
        FROM ledger_lotdate
        WINDOW earlier AS (PARTITION BY lot_id ORDER BY id),
               later AS (PARTITION BY lot_id ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
    ), dated AS (
        SELECT lot.entry_id, lot.account_id, lot.amount, changed.since, changed.id AS until,
               changed.available_before AS available_at, changed.expires_before AS expires_at,
               changed.expires_before IS NULL AND (lot.dies_idle OR changed.dies) AS idle, changed.died_at
        FROM changed JOIN ledger_lot lot ON lot.entry_id = changed.lot_id
        UNION ALL
        SELECT lot.entry_id, lot.account_id, lot.amount, coalesce(last.id, 0), 9223372036854775807,
               lot.available_at, lot.expires_at, lot.dies_idle, NULL
        FROM ledger_lot lot
        LEFT JOIN (SELECT lot_id, max(id) AS id FROM ledger_lotdate GROUP BY 1) last ON last.lot_id = lot.entry_id
    ), span AS (
        SELECT dated.entry_id, coalesce(place.account_id, dated.account_id) AS account_id, dated.amount,
               greatest(dated.since, place.since) AS since, least(dated.until, place.until) AS until,
               dated.available_at, dated.expires_at, dated.idle, dated.died_at
        FROM dated LEFT JOIN place ON place.lot_id = dated.entry_id
        WHERE place.lot_id IS NULL OR (place.since < dated.until AND dated.since < place.until)
    ), held AS (
        SELECT hold.id, hold.entry_id, hold.until, hold.ended_number, (draw ->> 0)::bigint AS lot_id,
               (draw ->> 1)::bigint AS amount
        FROM ledger_hold hold CROSS JOIN jsonb_array_elements(hold.draws) draw
    ), debit AS (
        SELECT id, occurred_at, recorded_at FROM ledger_entry
        WHERE kind IN ('redeem', 'adjust') AND why::jsonb ->> 'type' <> 'undone'
    )
"""

# Who was ever merged with whom, however many merges lie between: what one of them did may be told of another.
KIN = """
    edge AS (
        SELECT DISTINCT source.holder_id AS a, target.holder_id AS b
        FROM ledger_handover handover
        JOIN ledger_account source ON source.id = handover.source_id
        JOIN ledger_account target ON target.id = handover.target_id
    ), kin(a, b) AS (
        SELECT a, b FROM (SELECT a, b FROM edge UNION SELECT b, a FROM edge) each
        UNION
        SELECT kin.a, edge.b FROM kin JOIN (SELECT a, b FROM edge UNION SELECT b, a FROM edge) edge ON edge.a = kin.b
    )
"""

# What a basket's hold draws on was decided when it was made; I10 looks after it.
SPENT_OUT_OF_ORDER = f"""
WITH {SPANS}
SELECT count(*) FROM ledger_allocation allocation
JOIN debit ON debit.id = allocation.entry_id
JOIN span used ON used.entry_id = allocation.lot_id AND used.since <= debit.id AND debit.id < used.until
WHERE allocation.debit_id = allocation.entry_id AND allocation.amount > 0
  AND debit.id NOT IN (SELECT entry_id FROM ledger_hold WHERE entry_id IS NOT NULL)
  AND EXISTS (
    SELECT FROM span sooner
    WHERE sooner.account_id = used.account_id AND sooner.entry_id < debit.id
      AND sooner.since <= debit.id AND debit.id < sooner.until
      AND (coalesce(sooner.expires_at, 'infinity'), NOT sooner.idle, sooner.entry_id)
        < (coalesce(used.expires_at, 'infinity'), NOT used.idle, used.entry_id)
      AND sooner.available_at <= debit.occurred_at
      AND (sooner.expires_at IS NULL OR sooner.expires_at > debit.occurred_at)
      AND (sooner.died_at IS NULL OR sooner.died_at > debit.occurred_at)
      AND sooner.amount > (
        SELECT coalesce(sum(earlier.amount), 0) FROM ledger_allocation earlier
        WHERE earlier.lot_id = sooner.entry_id AND earlier.entry_id <= debit.id
      ) + (
        SELECT coalesce(sum(held.amount), 0) FROM held
        WHERE held.lot_id = sooner.entry_id AND held.id < debit.id AND held.until > debit.recorded_at
          AND (held.ended_number IS NULL OR held.ended_number > debit.id)))
"""  # noqa: S608 our own text

SPENT_OUT_OF_LIFE = f"""
WITH {SPANS}
SELECT count(*) FROM ledger_allocation allocation
JOIN debit ON debit.id = allocation.entry_id
JOIN span lot ON lot.entry_id = allocation.lot_id AND lot.since <= debit.id AND debit.id < lot.until
WHERE allocation.debit_id = allocation.entry_id AND allocation.amount > 0
  AND (debit.occurred_at < lot.available_at OR debit.occurred_at >= coalesce(lot.expires_at, lot.died_at))
  AND NOT EXISTS (
    SELECT FROM held
    WHERE held.entry_id = debit.id AND held.lot_id = lot.entry_id AND held.until > debit.recorded_at)
"""  # noqa: S608 our own text

DATES_LOST = """
WITH step AS (
    SELECT lot_id, available_before, expires_before, available_after, expires_after,
           lead(available_before) OVER lot AS next_available, lead(expires_before) OVER lot AS next_expires,
           lead(id) OVER lot IS NULL AS is_last
    FROM ledger_lotdate WINDOW lot AS (PARTITION BY lot_id ORDER BY id)
)
SELECT count(*) FROM step LEFT JOIN ledger_lot lot ON lot.entry_id = step.lot_id
WHERE lot.entry_id IS NULL
   OR (is_last AND (available_after, expires_after) IS DISTINCT FROM (lot.available_at, lot.expires_at))
   OR (NOT is_last AND (available_after, expires_after) IS DISTINCT FROM (next_available, next_expires))
"""

IDLE_WITHOUT_CLOCK = """
SELECT count(*) FROM ledger_lot lot JOIN ledger_account account ON account.id = lot.account_id
WHERE lot.dies_idle AND lot.remaining > 0 AND lot.available_at < '9999-12-31Z'
  AND (account.idle_at IS NULL OR account.idle_days IS NULL)
"""

# A hold whose time is over holds nothing, whether or not that was noted; what is recorded later may use it.
HOLDS_BROKEN = """
WITH held AS (
    SELECT hold.id, hold.account_id, hold.amount, hold.ended_at, hold.until, (draw ->> 0)::bigint AS lot_id,
           (draw ->> 1)::bigint AS part
    FROM ledger_hold hold CROSS JOIN jsonb_array_elements(hold.draws) draw
)
SELECT (SELECT count(*) FROM ledger_hold hold LEFT JOIN ledger_entry entry ON entry.id = hold.entry_id
        WHERE hold.ending = 'redeemed'
          AND (entry.kind, entry.source_id) IS DISTINCT FROM ('redeem', hold.account_id))
     + (SELECT count(*) FROM (SELECT FROM ledger_hold WHERE entry_id IS NOT NULL
                              GROUP BY entry_id HAVING count(*) > 1) twice)
     + (SELECT count(*) FROM (SELECT id FROM held GROUP BY id, amount HAVING sum(part) <> amount) uneven)
     + (SELECT count(*) FROM held LEFT JOIN ledger_lot lot ON lot.entry_id = held.lot_id
        WHERE lot.account_id IS DISTINCT FROM held.account_id
          AND (held.ended_at IS NULL OR NOT EXISTS (SELECT FROM ledger_lotmove WHERE lot_id = held.lot_id)))
     + (SELECT count(*) FROM (
            SELECT lot.entry_id FROM held JOIN ledger_lot lot ON lot.entry_id = held.lot_id
            WHERE held.ended_at IS NULL AND held.until > (SELECT max(recorded_at) FROM ledger_entry)
            GROUP BY lot.entry_id, lot.remaining HAVING sum(held.part) > lot.remaining) promised_twice)
"""

# Each lot is where its last move brought it, and each move began where the one before it ended.
MOVES_LOST = """
WITH step AS (
    SELECT lot_id, source_id, target_id, lag(target_id) OVER lot AS before, lead(id) OVER lot IS NULL AS is_last
    FROM ledger_lotmove WINDOW lot AS (PARTITION BY lot_id ORDER BY id)
)
SELECT count(*) FROM step
JOIN ledger_lot lot ON lot.entry_id = step.lot_id
JOIN ledger_entry entry ON entry.id = step.lot_id
WHERE step.source_id <> coalesce(step.before, entry.target_id)
   OR (step.is_last AND step.target_id <> lot.account_id)
"""

# What one holder handed to another came, and who was merged away has nothing.
HANDED_OVER = """
SELECT (SELECT count(*) FROM (
            SELECT key FROM ledger_entry WHERE kind IN ('merge_out', 'merge_in')
            GROUP BY key HAVING count(*) <> 2 OR min(amount) <> max(amount)
                OR count(*) FILTER (WHERE kind = 'merge_out') <> 1) uneven)
     + (SELECT count(*) FROM ledger_account account
        LEFT JOIN ledger_account keeper ON keeper.id = account.merged_into
        WHERE account.merged_into IS NOT NULL
          AND (keeper.id IS NULL OR keeper.merged_into IS NOT NULL OR keeper.unit_id <> account.unit_id
               OR account.balance <> 0 OR account.debt <> 0
               OR EXISTS (SELECT FROM ledger_lot WHERE account_id = account.id AND remaining > 0)
               OR EXISTS (SELECT FROM ledger_debt WHERE account_id = account.id AND remaining > 0)
               OR EXISTS (SELECT FROM ledger_hold WHERE account_id = account.id AND ended_at IS NULL)))
"""
