"""Rewards, cards and ledger agree: what was given, what it cost, and what became of it."""

from regulars.ledger.proofs import KIN
from regulars.ledger.verify import Check

REWARD_CHECKS = (
    Check(
        "R1-reasons",
        "Each reason has brought one reward that was not withdrawn.",
        """
        SELECT count(*) FROM (SELECT FROM rewards_issuedreward WHERE status <> 'withdrawn'
                              GROUP BY key HAVING count(*) > 1) twice
        """,
    ),
    Check(
        "R2-states",
        "A reward is what its last step made of it, and used, withdrawn and removed exclude each other.",
        """
        SELECT count(*) FROM rewards_issuedreward issued
        LEFT JOIN LATERAL (
            SELECT name FROM rewards_step step
            WHERE step.issued_id = issued.id AND name NOT IN ('given', 'sent')
            ORDER BY step.id DESC LIMIT 1
        ) last ON true
        WHERE NOT CASE coalesce(last.name, 'issued')
                WHEN 'issued' THEN issued.status = 'outstanding'
                                   OR (issued.status = 'used' AND issued.ended_at = issued.issued_at)
                WHEN 'delivered' THEN issued.status = 'used'
                WHEN 'restored' THEN issued.status = 'outstanding'
                WHEN 'ordered' THEN issued.status IN ('outstanding', 'used')
                ELSE issued.status = last.name
            END
        """,
    ),
    Check(
        "R3-prices",
        "Each claim cost its member what it says, in one entry, and each such entry has its claim.",
        f"""
        WITH RECURSIVE {KIN}
        SELECT count(*) FROM (
            SELECT key || '/' || price_unit AS key, member_id, price_unit, price_amount
            FROM rewards_issuedreward WHERE cause = 'claim' AND price_amount > 0
        ) claim
        FULL JOIN (
            SELECT entry.key, entry.amount, account.holder_id, unit.code
            FROM ledger_entry entry
            JOIN ledger_account account ON account.id = entry.source_id
            JOIN ledger_unit unit ON unit.id = account.unit_id
            WHERE entry.kind = 'redeem' AND entry.key LIKE 'claim/%%'
        ) paid ON paid.key = claim.key
        WHERE (claim.price_unit, claim.price_amount) IS DISTINCT FROM (paid.code, paid.amount)
           OR (claim.member_id <> paid.holder_id
               AND NOT EXISTS (SELECT FROM kin WHERE kin.a = claim.member_id AND kin.b = paid.holder_id))
        """,  # noqa: S608 our own text
    ),
    Check(
        "R4-given-back",
        "A price was given back only of rewards that were removed.",
        """
        SELECT count(*) FROM ledger_entry entry
        LEFT JOIN rewards_issuedreward issued
            ON issued.cause = 'claim' AND entry.key = issued.key || '/' || issued.price_unit || '/removed'
        WHERE entry.kind = 'reverse' AND entry.key LIKE 'claim/%%' AND issued.status IS DISTINCT FROM 'removed'
        """,
    ),
    Check(
        "R5-paid",
        "What is used when it is given was paid, once, and nothing else was.",
        f"""
        WITH RECURSIVE {KIN}
        SELECT count(*) FROM (
            SELECT issued.key, issued.member_id FROM rewards_issuedreward issued
            WHERE issued.status = 'used' AND issued.ended_at = issued.issued_at
              AND NOT EXISTS (SELECT FROM rewards_step step WHERE step.issued_id = issued.id AND step.name <> 'given')
        ) given
        FULL JOIN (
            SELECT regexp_replace(entry.key, '/pays/[^/]*$', '') AS key, account.holder_id
            FROM ledger_entry entry JOIN ledger_account account ON account.id = entry.target_id
            WHERE entry.kind = 'earn' AND entry.why::jsonb ->> 'type' = 'rewarded'
        ) paid ON paid.key = given.key
        WHERE given.key IS NULL OR paid.key IS NULL
           OR (given.member_id <> paid.holder_id
               AND NOT EXISTS (SELECT FROM kin WHERE kin.a = given.member_id AND kin.b = paid.holder_id))
        """,  # noqa: S608 our own text
    ),
    Check(
        "R6-cards",
        "Each full stamp card was paid for with its stamps, in one entry that stands, and no other card was.",
        """
        WITH cards AS (
            SELECT split_part(tally.holder, '/', 2) AS member, card.key AS card, (card.value ->> 0)::int - 1 AS filled
            FROM programs_tally tally CROSS JOIN LATERAL jsonb_each(tally.counts::jsonb -> 'cards') card
            WHERE tally.holder LIKE 'member/%%'
        ), fillings AS (
            SELECT split_part(entry.key, '/', 2) AS member, split_part(entry.key, '/', 3) AS card,
                   count(*) AS entries, count(DISTINCT split_part(entry.key, '/', 4)) AS numbers,
                   max(split_part(entry.key, '/', 4)::int) AS highest
            FROM ledger_entry entry
            WHERE entry.kind = 'redeem' AND entry.key LIKE 'card/%%'
              AND (SELECT sum(amount) FROM ledger_allocation WHERE debit_id = entry.id) > 0
            GROUP BY 1, 2
        )
        SELECT count(*) FROM cards FULL JOIN fillings USING (member, card)
        WHERE (coalesce(cards.filled, 0), coalesce(cards.filled, 0), coalesce(cards.filled, 0))
            IS DISTINCT FROM (coalesce(entries, 0), coalesce(numbers, 0), coalesce(highest, 0))
        """,
    ),
    Check(
        "R7-marks",
        "Each full card and no blank one has brought its reward.",
        """
        SELECT count(*) FROM (
            SELECT DISTINCT split_part(entry.key, '/', 2) AS member, split_part(entry.key, '/', 3) AS card,
                   split_part(entry.key, '/', 4) AS number, entry.amount::text AS stamp
            FROM ledger_entry entry
            WHERE entry.kind = 'redeem' AND entry.key LIKE 'card/%%'
              AND (SELECT sum(amount) FROM ledger_allocation WHERE debit_id = entry.id) > 0
        ) filled
        LEFT JOIN rewards_issuedreward issued
            ON issued.key = 'card/' || member || '/' || card || '/' || number || '/' || stamp
           AND issued.status <> 'withdrawn'
        WHERE issued.id IS NULL
        """,
    ),
)
