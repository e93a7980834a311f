"""The year's baskets go through the verb that serves tills, in the order of time; what is recorded is passed over."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import batched

from regulars.core.refusals import Refusal
from regulars.demo.journey import Basket, Product
from regulars.demo.program import ZONE
from regulars.demo.receipts import receipt
from regulars.platform.rows import fetch
from regulars.sales.record import record_sales

SALES_AT_ONCE = 1_000

FIND = """
SELECT 1 FROM sales_sale JOIN stores_store AS store ON store.id = sales_sale.store_id
WHERE sales_sale.external_id = %(external_id)s AND store.code = %(store)s
"""


class SaleRefused(Refusal):
    """A sale of the files was refused: for what somebody changed since (a blocked member), or by a bug."""

    code = "sale_refused"

    def __init__(self, *, sale: str, why: str) -> None:
        self.sale = sale
        self.why = why


def sell(
    baskets: Iterable[Basket], products: dict[int, Product], *, weeks: int, at: datetime, at_once: int = SALES_AT_ONCE
) -> Iterator[tuple[int, bool]]:
    """Record every basket; yield how many went by, and whether they were new or here from an earlier run.

    Each batch is one commit, and batches are recorded in their order: where the last basket of a batch is here, all
    before it are. The batch that an interruption fell into is sent again, and natural keys make that safe.
    Refuses: SaleRefused.
    """
    is_new = False
    for batch in batched(baskets, at_once):
        is_new = is_new or not is_recorded(batch[-1].id, batch[-1].store_id)
        if is_new:
            sales = [receipt(basket, products, weeks=weeks, zone=ZONE) for basket in batch]
            for sale, outcome in zip(sales, record_sales(sales, at=at, is_history=True), strict=True):
                if isinstance(outcome, Refusal):
                    raise SaleRefused(sale=sale.external_id, why=outcome.code)
        yield len(batch), is_new


def is_recorded(basket_id: int, store_id: int) -> bool:
    """Tell whether this basket is a sale already."""
    return bool(fetch(FIND, {"external_id": str(basket_id), "store": str(store_id)}))
