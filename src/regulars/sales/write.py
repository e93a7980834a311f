"""The rows of a batch of sales, and the one statement that writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from regulars.core.facts import Facts
from regulars.core.sale import NewSale, Tender
from regulars.ledger.wallet import Balance
from regulars.platform.rows import encode_rows, run
from regulars.sales.answers import Brought

_encode = msgspec.json.Encoder().encode


class SaleRow(msgspec.Struct, kw_only=True, gc=False):
    id: int
    store_id: int
    external_id: str
    till: str
    cashier: str
    channel: str
    member_id: int | None
    card_id: int | None
    occurred_at: datetime
    total_minor: int
    points_minor: int
    tenders: tuple[Tender, ...]
    version_id: int | None
    facts: Facts
    fingerprint: str
    brought: Brought
    balances: tuple[Balance, ...]


class LineRow(msgspec.Struct, omit_defaults=True, gc=False):
    """Short names: there are ten lines to a sale, and each name crosses to the server with every one."""

    s: int
    p: int
    k: str
    c: str
    b: str
    q: int
    a: int
    l: tuple[str, ...] = ()  # noqa: E741
    t: int = 0
    g: str = "goods"


# In the order of the receipts' unique index: two processes with the same receipts wait for each other in one order.
WRITE = """
WITH line AS (
    INSERT INTO sales_line (sale_id, position, sku, category, brand, quantity_milli, amount_minor, labels, tax_minor,
                            kind)
    SELECT s, p, k, c, b, q, a, coalesce(l, '{}'), coalesce(t, 0), coalesce(g, 'goods')
    FROM json_to_recordset(%(lines)s::json) AS r(
        s bigint, p smallint, k text, c text, b text, q bigint, a bigint, l text[], t bigint, g text)
)
INSERT INTO sales_sale (id, store_id, external_id, till, cashier, channel, member_id, card_id, occurred_at, recorded_at,
                        total_minor, points_minor, refunded_minor, tenders, version_id, facts, fingerprint, brought,
                        balances)
SELECT id, store_id, external_id, till, cashier, channel, member_id, card_id, occurred_at, %(at)s,
       total_minor, points_minor, 0, tenders, version_id, facts, fingerprint, brought, balances
FROM json_to_recordset(%(sales)s::json) AS r(
    id bigint, store_id bigint, external_id text, till text, cashier text, channel text, member_id bigint,
    card_id bigint, occurred_at timestamptz, total_minor bigint, points_minor bigint, tenders jsonb, version_id bigint,
    facts jsonb, fingerprint text, brought jsonb, balances jsonb)
ORDER BY external_id COLLATE "C", store_id
"""


def write_sales(rows: Sequence[SaleRow], sales: Sequence[NewSale], *, at: datetime) -> None:
    """Write sales with their lines."""
    lines = [
        LineRow(
            row.id,
            position,
            line.sku,
            line.category,
            line.brand,
            line.quantity_milli,
            line.amount_minor,
            line.labels,
            line.tax_minor,
            line.kind,
        )
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
        sale.cashier,
        sale.channel,
    )
    return blake2b(_encode(said), digest_size=16).hexdigest()
