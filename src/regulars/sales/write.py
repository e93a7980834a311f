"""The rows of a batch of sales, and the one statement that writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from regulars.core.sale import NewSale, Tender
from regulars.ledger.wallet import Balance
from regulars.platform.rows import encode_rows, run

_encode = msgspec.json.Encoder().encode


class SaleRow(msgspec.Struct, kw_only=True, gc=False):
    id: int
    store_id: int
    external_id: str
    till: str
    member_id: int | None
    occurred_at: datetime
    total_minor: int
    points_minor: int
    tenders: tuple[Tender, ...]
    rule_versions: list[int]
    fingerprint: str
    balances: tuple[Balance, ...]


class LineRow(msgspec.Struct, gc=False):
    """Short names: there are ten lines to a sale, and each name crosses to the server with every one."""

    s: int
    p: int
    k: str
    c: str
    b: str
    q: int
    a: int


# In the order of the receipts' unique index: two processes with the same receipts wait for each other in one order.
WRITE = """
WITH line AS (
    INSERT INTO sales_line (sale_id, position, sku, category, brand, quantity_milli, amount_minor)
    SELECT s, p, k, c, b, q, a
    FROM json_to_recordset(%(lines)s::json) AS r(s bigint, p smallint, k text, c text, b text, q bigint, a bigint)
)
INSERT INTO sales_sale (id, store_id, external_id, till, member_id, occurred_at, recorded_at, total_minor, points_minor,
                        refunded_minor, tenders, rule_versions, fingerprint, balances)
SELECT id, store_id, external_id, till, member_id, occurred_at, %(at)s, total_minor, points_minor,
       0, tenders, rule_versions, fingerprint, balances
FROM json_to_recordset(%(sales)s::json) AS r(
    id bigint, store_id bigint, external_id text, till text, member_id bigint, occurred_at timestamptz,
    total_minor bigint, points_minor bigint, tenders jsonb, rule_versions bigint[], fingerprint text, balances jsonb)
ORDER BY external_id COLLATE "C", store_id
"""


def write_sales(rows: Sequence[SaleRow], sales: Sequence[NewSale], *, at: datetime) -> None:
    """Write sales with their lines."""
    lines = [
        LineRow(row.id, position, line.sku, line.category, line.brand, line.quantity_milli, line.amount_minor)
        for row, sale in zip(rows, sales, strict=True)
        for position, line in enumerate(sale.lines, 1)
    ]
    run(WRITE, {"at": at, "sales": encode_rows(rows), "lines": encode_rows(lines)})


def fingerprint(sale: NewSale) -> str:
    """Return a hash of what a till said, so that a retry is told from another sale under the same number."""
    said = (
        sale.occurred_at.astimezone(UTC),
        sale.till,
        sale.total_minor,
        sale.lines,
        sale.tenders,
        sale.member,
        sale.currency,
    )
    return blake2b(_encode(said), digest_size=16).hexdigest()
