"""What keeps a person from being erased: the law's holds, and whatever is still open between them and the shop."""

from collections.abc import Sequence
from datetime import datetime

from regulars.platform.rows import fetch

OPEN = """
SELECT 'retention_hold' WHERE EXISTS (
    SELECT FROM consents_retentionhold
    WHERE member_id = ANY(%(members)s::bigint[]) AND lifted_at IS NULL AND (until IS NULL OR until > %(at)s))
UNION ALL SELECT 'open_dispute' WHERE EXISTS (
    SELECT FROM receipts_dispute WHERE member_id = ANY(%(members)s::bigint[]) AND state = 'open')
UNION ALL SELECT 'open_receipt' WHERE EXISTS (
    SELECT FROM receipts_receipt WHERE member_id = ANY(%(members)s::bigint[]) AND state IN ('awaiting', 'draft'))
UNION ALL SELECT 'open_basket' WHERE EXISTS (
    SELECT FROM ledger_account AS account JOIN ledger_hold AS hold ON hold.account_id = account.id
    WHERE account.holder_id = ANY(%(members)s::bigint[]) AND hold.ended_at IS NULL AND hold.until > %(at)s)
UNION ALL SELECT 'reward_on_its_way' WHERE EXISTS (
    SELECT FROM rewards_issuedreward
    WHERE member_id = ANY(%(members)s::bigint[]) AND fulfilment IN ('ordered', 'sent')
      AND status IN ('outstanding', 'used'))
"""

KIN = """
WITH RECURSIVE kin(id) AS (
    SELECT %(member)s::bigint
    UNION SELECT merge.source_id FROM care_merge AS merge JOIN kin ON merge.keeper_id = kin.id
    WHERE merge.undone_at IS NULL
)
SELECT id FROM kin ORDER BY id
"""


def find_blocks(member_ids: Sequence[int], *, at: datetime) -> list[str]:
    """Return the codes of what is in the way; none: they may be erased."""
    return [code for (code,) in fetch(OPEN, {"members": list(member_ids), "at": at})]


def kin_of(member_id: int) -> list[int]:
    """The rows of one person: the member, and everybody who was merged into them."""
    return [row_id for (row_id,) in fetch(KIN, {"member": member_id})]
