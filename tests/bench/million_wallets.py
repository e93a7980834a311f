"""A night with a million members: each holds points that ended yesterday, and a level whose term is over.

Rows as the ledger and the tiers keep them, written by SQL beside `million_members`. Needs the owner's role.
"""

from datetime import datetime, timedelta

from django.db import connection

from regulars.core.program.document import ProgramDocument
from regulars.core.program.tier_sets import Level, Metric, TierSet
from tests.bench.program import BASE, POINTS

STATUS = TierSet(
    code="status",
    name="Status",
    metric=Metric(of="spend"),
    levels=(Level(code="silver", name="Silver", threshold=100_000), Level(code="gold", name="Gold", threshold=250_000)),
)
WITH_LEVELS = ProgramDocument(units=(POINTS,), rules=(BASE,), tier_sets=(STATUS,))

ACCOUNTS = """
INSERT INTO ledger_account (unit_id, side, holder_id, balance, debt, earned, spent, expired)
SELECT (SELECT id FROM ledger_unit WHERE code = 'points'), 'member', member.id, 50, 0, 50, 0, 0
FROM members_member AS member WHERE member.joined_at IS NOT NULL
ON CONFLICT DO NOTHING
"""

ENTRIES = """
INSERT INTO ledger_entry (source_id, target_id, amount, kind, key, occurred_at, recorded_at, actor, reason, comment,
                          why)
SELECT (SELECT id FROM ledger_account WHERE side = 'issued'
        AND unit_id = (SELECT id FROM ledger_unit WHERE code = 'points')),
       account.id, 50, 'earn', 'bench/' || account.id, %(earned_at)s, %(earned_at)s, 'system', '', '', '{}'
FROM ledger_account AS account WHERE account.side = 'member'
"""

LOTS = """
INSERT INTO ledger_lot (entry_id, account_id, amount, remaining, available_at, expires_at, dies_idle)
SELECT entry.id, entry.target_id, 50, 50, entry.occurred_at, %(ended_at)s, false
FROM ledger_entry AS entry WHERE entry.key LIKE 'bench/%%'
"""

STANDINGS = """
INSERT INTO tiers_standing (member_id, tier_set, level, reached, entered_at, since, kept_until, review_at)
SELECT id, 'status', 'gold', 'gold', %(earned_at)s, %(earned_at)s, %(ended_at)s, %(ended_at)s
FROM members_member WHERE joined_at IS NOT NULL
"""


def fill_wallets(*, at: datetime) -> int:
    """Give every member who joined 50 points and a level, both over since yesterday; return how many there are."""
    moments = {"earned_at": at - timedelta(days=400), "ended_at": at - timedelta(days=1)}
    with connection.cursor() as cursor:
        for statement in (ACCOUNTS, ENTRIES, LOTS, STANDINGS):
            cursor.execute(statement, moments)
            members: int = cursor.rowcount
        cursor.execute("VACUUM ANALYZE")
    return members
