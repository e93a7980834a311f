"""Receipts that are here already: a retry gets its first answer."""

from collections.abc import Callable, Sequence

import msgspec

from regulars.ledger.wallet import Balance
from regulars.platform.rows import Asked, encode_rows
from regulars.sales.till_batch import Checked

SELECT = """
SELECT sale.store_id, sale.external_id, sale.id, sale.fingerprint, sale.member_id, sale.rule_versions,
       sale.points_minor, sale.balances::text
FROM json_to_recordset(%(receipts)s::json) AS r(store_id bigint, external_id text)
CROSS JOIN LATERAL (
    SELECT * FROM sales_sale WHERE external_id = r.external_id AND store_id = r.store_id LIMIT 1
) sale
"""


class Existing(msgspec.Struct, frozen=True, gc=False):
    id: int
    fingerprint: str
    member_id: int | None
    rule_versions: tuple[int, ...]
    points_minor: int
    balances: tuple[Balance, ...]


def ask_existing(seen: Sequence[Checked]) -> Callable[[], dict[tuple[int, str], Existing]]:
    """Send, inside a `together` block and after the members' locks, which of these receipts are recorded already."""
    receipts = [{"store_id": each.store.id, "external_id": each.sale.external_id} for each in seen]
    asked = Asked(SELECT, {"receipts": encode_rows(receipts)})
    return lambda: {
        (store_id, external_id): Existing(
            sale_id,
            mark,
            member_id,
            tuple(versions),
            points_minor,
            msgspec.json.decode(balances, type=tuple[Balance, ...]),
        )
        for store_id, external_id, sale_id, mark, member_id, versions, points_minor, balances in asked.rows()
    }
