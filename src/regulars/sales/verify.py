"""Receipts and ledger agree: the invariants of sales, and with the ledger's the whole proof."""

from collections.abc import Iterator

from regulars.ledger.proofs import KIN
from regulars.ledger.verify import LEDGER_CHECKS, Check, CheckResult, run_checks
from regulars.points.verify import POINTS_CHECKS
from regulars.programs.verify import PROGRAM_CHECKS
from regulars.rewards.verify import REWARD_CHECKS
from regulars.tiers.verify import TIER_CHECKS

SALES_CHECKS = (
    Check(
        "I6-receipts",
        "One sale for each receipt of a store, and one refund for each number of a sale.",
        """
        SELECT (SELECT count(*) FROM (
                    SELECT FROM sales_sale GROUP BY store_id, external_id HAVING count(*) > 1) sold_twice)
             + (SELECT count(*) FROM (
                    SELECT FROM sales_refund GROUP BY sale_id, external_id HAVING count(*) > 1) returned_twice)
        """,
    ),
    Check(
        "S1-lines",
        "Each line has its sale, and a sale's lines add up to its total.",
        """
        SELECT count(*) FROM (SELECT sale_id, sum(amount_minor) AS amount FROM sales_line GROUP BY sale_id) line
        LEFT JOIN sales_sale sale ON sale.id = line.sale_id
        WHERE sale.total_minor IS DISTINCT FROM line.amount
        """,
    ),
    Check(
        "S2-refunds",
        "What came back of a sale is the sum of its refunds that were not undone.",
        """
        SELECT count(*) FROM sales_sale sale
        FULL JOIN (SELECT sale_id, sum(amount_minor) AS amount FROM sales_refund WHERE undone_at IS NULL
                   GROUP BY sale_id) refund
            ON refund.sale_id = sale.id
        WHERE sale.refunded_minor IS DISTINCT FROM coalesce(refund.amount, 0)
        """,
    ),
    Check(
        "S3-points-paid",
        "A sale was paid with points exactly where the ledger has its redemption.",
        """
        SELECT count(*) FROM sales_sale sale
        FULL JOIN (SELECT split_part(key, '/', 2)::bigint AS sale_id FROM ledger_entry
                   WHERE kind = 'redeem' AND key LIKE 'sale/%%' AND key NOT LIKE 'sale/%%/refund/%%'
                   GROUP BY 1) entry ON entry.sale_id = sale.id
        WHERE (sale.points_minor > 0) IS DISTINCT FROM (entry.sale_id IS NOT NULL)
        """,
    ),
    Check(
        "S4-holder",
        "The points of a sale belong to the sale's member, or to somebody who was one with them.",
        f"""
        WITH RECURSIVE {KIN}
        SELECT count(*) FROM ledger_entry entry
        JOIN ledger_account account ON account.id IN (entry.source_id, entry.target_id) AND account.side = 'member'
        LEFT JOIN sales_sale sale ON sale.id = split_part(entry.key, '/', 2)::bigint
        WHERE entry.key LIKE 'sale/%%' AND sale.member_id IS DISTINCT FROM account.holder_id
          AND NOT EXISTS (SELECT FROM kin WHERE kin.a = sale.member_id AND kin.b = account.holder_id)
        """,  # noqa: S608 our own text
    ),
    Check(
        "I12-events",
        "Each sale and each refund left one event.",
        """
        SELECT (SELECT count(*) FROM sales_sale sale
                FULL JOIN (SELECT about_id, count(*) AS events FROM audit_event
                           WHERE about = 'sale' AND action = 'sale.recorded' GROUP BY about_id) event
                    ON event.about_id = sale.id
                WHERE event.events IS DISTINCT FROM 1 OR sale.id IS NULL)
             + (SELECT count(*) FROM (SELECT sale_id, count(*) AS refunds FROM sales_refund GROUP BY 1) refund
                FULL JOIN (SELECT about_id, count(*) AS events FROM audit_event
                           WHERE about = 'sale' AND action = 'sale.refunded' GROUP BY about_id) event
                    ON event.about_id = refund.sale_id
                WHERE event.events IS DISTINCT FROM refund.refunds)
        """,
    ),
)


PROOF = (*LEDGER_CHECKS, *PROGRAM_CHECKS, *REWARD_CHECKS, *TIER_CHECKS, *POINTS_CHECKS, *SALES_CHECKS)


def verify() -> Iterator[CheckResult]:
    """Check every invariant of the merchant whose schema is set; results come one by one."""
    return run_checks(PROOF)
