"""Tills report late: a receipt that waits and the sale that its till recorded find each other."""

from datetime import datetime

from regulars.core.receipts import MATCHES_WITHIN
from regulars.core.refusals import Refusal
from regulars.platform.rows import fetch
from regulars.receipts.confirm import confirm_by_till

# By the receipts' unique key: the few that wait, each looked up among all sales.
MATCHED = """
SELECT receipt.id FROM receipts_receipt AS receipt
JOIN sales_sale AS sale ON sale.external_id = receipt.number AND sale.store_id = receipt.store_id
WHERE receipt.state = 'awaiting' AND receipt.lapses_at > %(at)s AND receipt.corrects_id IS NULL
  AND sale.total_minor = receipt.total_minor
  AND (receipt.kind = 'open'
       OR sale.occurred_at BETWEEN receipt.occurred_at - %(within)s AND receipt.occurred_at + %(within)s)
  AND (sale.member_id IS NULL OR sale.member_id = receipt.member_id)
ORDER BY receipt.id LIMIT %(limit)s
"""


def match_receipts(*, at: datetime, limit: int = 200) -> int:
    """Confirm the receipts whose own till has recorded the same sale; how many.

    Each is a transaction of its own. One that cannot be (too late to be attached, a member who is blocked) waits on,
    for people to see.
    """
    confirmed = 0
    for (receipt_id,) in fetch(MATCHED, {"at": at, "within": MATCHES_WITHIN, "limit": limit}):
        try:
            confirm_by_till(receipt_id, at=at)
        except Refusal:
            continue
        confirmed += 1
    return confirmed
