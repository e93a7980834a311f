"""The program proves itself: what was scheduled is what decides, and everybody can hold what it gives."""

from regulars.ledger.verify import Check

PROGRAM_CHECKS = (
    Check(
        "D1-versions",
        "Each version that was scheduled says what it said then.",
        """
        SELECT count(*) FROM programs_programversion
        WHERE starts_at IS NOT NULL AND mark IS DISTINCT FROM md5(document::text)
        """,
    ),
    Check(
        "D2-units",
        "Each unit and stamp card of a scheduled version is counted in the ledger.",
        """
        SELECT count(*) FROM programs_programversion AS version
        CROSS JOIN LATERAL jsonb_array_elements(
            coalesce(version.document->'units', '[{"code": "points"}]')
            || coalesce(version.document->'stamp_cards', '[]')
        ) AS part
        LEFT JOIN ledger_unit AS unit ON unit.code = part->>'code'
        WHERE version.starts_at IS NOT NULL AND unit.id IS NULL
        """,
    ),
    Check(
        "D3-accounts",
        "Whoever has an account has one of each unit.",
        """
        SELECT count(*) FROM (
            SELECT holder_id FROM ledger_account WHERE side = 'member' GROUP BY holder_id
            HAVING count(*) <> (SELECT count(*) FROM ledger_unit)
        ) AS holder
        """,
    ),
)
