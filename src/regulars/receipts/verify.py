"""Receipts and ledger agree: what waits is promised, and what was decided is promised no more."""

from regulars.ledger.verify import Check

RECEIPT_CHECKS = (
    Check(
        "H1-promises",
        "What a receipt promises is in the ledger, and withdrawn once the receipt is decided.",
        """
        WITH promised AS (
            SELECT 'receipt/' || receipt.id || '/' || (part ->> 0) AS key, (part ->> 1)::bigint AS amount, receipt.state
            FROM receipts_receipt receipt CROSS JOIN jsonb_array_elements(receipt.promised) part
        )
        SELECT count(*) FROM promised
        FULL JOIN (SELECT key, amount FROM ledger_entry WHERE kind = 'promise') given ON given.key = promised.key
        LEFT JOIN ledger_entry over ON over.kind = 'withdraw' AND over.key = coalesce(promised.key, given.key)
        WHERE promised.amount IS DISTINCT FROM given.amount OR (over.id IS NULL) <> (promised.state = 'awaiting')
           OR over.amount <> given.amount
        """,
    ),
    Check(
        "H2-sales",
        "A receipt that was confirmed has its sale, of its store and its member, and no two receipts have the same.",
        """
        SELECT (SELECT count(*) FROM receipts_receipt receipt LEFT JOIN sales_sale sale ON sale.id = receipt.sale_id
                WHERE receipt.state = 'confirmed'
                  AND (sale.store_id, sale.external_id, sale.member_id)
                      IS DISTINCT FROM (receipt.store_id, receipt.number, receipt.member_id))
             + (SELECT count(*) FROM (SELECT FROM receipts_receipt WHERE sale_id IS NOT NULL
                                      GROUP BY sale_id HAVING count(*) > 1) twice)
        """,
    ),
)
