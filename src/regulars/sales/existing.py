"""Receipts that are here already: a retry gets its first answer."""

from collections.abc import Callable, Sequence

import msgspec

from regulars.core.facts import Facts
from regulars.ledger.wallet import Balance
from regulars.platform.rows import Asked, encode_rows
from regulars.sales.answers import Brought
from regulars.sales.till_batch import Checked

SELECT = """
SELECT sale.store_id, sale.external_id, sale.id, sale.fingerprint, sale.member_id, sale.version_id,
       sale.points_minor, sale.facts::text, sale.brought::text, sale.balances::text
FROM json_to_recordset(%(receipts)s::json) AS r(store_id bigint, external_id text)
CROSS JOIN LATERAL (
    SELECT * FROM sales_sale WHERE external_id = r.external_id AND store_id = r.store_id LIMIT 1
) sale
"""


class Existing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recorded receipt, with what its answer is worked out from; `units_minor` was paid with units."""

    id: int
    fingerprint: str
    member_id: int | None
    version_id: int | None
    units_minor: int
    facts: Facts
    brought: Brought
    balances: tuple[Balance, ...]


def ask_existing(seen: Sequence[Checked]) -> Callable[[], dict[tuple[int, str], Existing]]:
    """Send, inside a `together` block and after the members' locks, which of these receipts are recorded already."""
    receipts = [{"store_id": each.store.id, "external_id": each.sale.external_id} for each in seen]
    asked = Asked(SELECT, {"receipts": encode_rows(receipts)})
    return lambda: {
        (store_id, external_id): Existing(
            id=sale_id,
            fingerprint=mark,
            member_id=member_id,
            version_id=version_id,
            units_minor=units_minor,
            facts=msgspec.json.decode(facts, type=Facts),
            brought=msgspec.json.decode(brought, type=Brought),
            balances=msgspec.json.decode(balances, type=tuple[Balance, ...]),
        )
        for (
            store_id,
            external_id,
            sale_id,
            mark,
            member_id,
            version_id,
            units_minor,
            facts,
            brought,
            balances,
        ) in asked.rows()
    }
