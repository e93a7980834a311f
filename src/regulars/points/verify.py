"""What gave units besides sales agrees with the ledger: members' events and stamp codes."""

from regulars.ledger.proofs import KIN
from regulars.ledger.verify import Check

POINTS_CHECKS = (
    Check(
        "P1-events",
        "Each member's event gave what its entries say, and each such entry has its event.",
        f"""
        WITH RECURSIVE {KIN}
        SELECT count(*) FROM (
            SELECT event.id, event.member_id, part ->> 'unit' AS unit, sum((part ->> 'awarded')::bigint) AS amount
            FROM points_memberevent event CROSS JOIN LATERAL jsonb_array_elements(event.given) part
            GROUP BY 1, 2, 3 HAVING sum((part ->> 'awarded')::bigint) > 0
        ) told
        FULL JOIN (
            SELECT split_part(entry.key, '/', 2)::bigint AS id, account.holder_id AS member_id, unit.code AS unit,
                   sum(entry.amount) AS amount
            FROM ledger_entry entry
            JOIN ledger_account account ON account.id = entry.target_id
            JOIN ledger_unit unit ON unit.id = account.unit_id
            WHERE entry.kind = 'earn' AND entry.key LIKE 'event/%%'
            GROUP BY 1, 2, 3
        ) earned ON earned.id = told.id AND earned.unit = told.unit
        WHERE told.amount IS DISTINCT FROM earned.amount
           OR (told.member_id <> earned.member_id
               AND NOT EXISTS (SELECT FROM kin WHERE kin.a = told.member_id AND kin.b = earned.member_id))
        """,  # noqa: S608 our own text
    ),
    Check(
        "P2-codes",
        "Each stamp code was used by the member whose stamps it gave, once.",
        f"""
        WITH RECURSIVE {KIN}
        SELECT count(*) FROM (
            SELECT 'code/' || id AS key, member_id, card FROM points_stampcode WHERE used_at IS NOT NULL
        ) used
        FULL JOIN (
            SELECT entry.key, account.holder_id, unit.code
            FROM ledger_entry entry
            JOIN ledger_account account ON account.id = entry.target_id
            JOIN ledger_unit unit ON unit.id = account.unit_id
            WHERE entry.kind = 'earn' AND entry.key LIKE 'code/%%'
        ) given ON given.key = used.key
        WHERE used.card IS DISTINCT FROM given.code
           OR (used.member_id <> given.holder_id
               AND NOT EXISTS (SELECT FROM kin WHERE kin.a = used.member_id AND kin.b = given.holder_id))
        """,  # noqa: S608 our own text
    ),
)
