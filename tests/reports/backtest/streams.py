"""The grocer's baskets as recorded sales, straight from the files: a back-test without a database."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.core.program.document import ProgramDocument
from regulars.demo.journey import Product, read_baskets
from regulars.demo.program import TIME_ZONE, ZONE
from regulars.demo.receipts import receipt
from regulars.reports.backtest.order import Order, Part, Side
from regulars.reports.backtest.recorded import Recorded, Store
from regulars.reports.backtest.result import Result
from regulars.reports.backtest.run import Sums
from regulars.reports.backtest.worker import replay_part

BEGAN = datetime(2016, 12, 1, tzinfo=UTC)


def recorded_baskets(file: Path, products: dict[int, Product], *, weeks: int) -> Iterator[Recorded]:
    """Yield every basket of the files as it would lie in the database."""
    stores: dict[str, Store] = {}
    for number, basket in enumerate(read_baskets(file), 1):
        sale = receipt(basket, products, weeks=weeks, zone=ZONE)
        store = stores.setdefault(sale.store, Store(sale.store, ZoneInfo(TIME_ZONE), frozenset()))
        yield Recorded(
            id=number,
            member_id=basket.household_id,
            joined_at=BEGAN,
            store=store,
            occurred_at=sale.occurred_at,
            total_minor=sale.total_minor,
            tenders=sale.tenders,
            lines=list(sale.lines),
        )


def replay(
    sales: Iterator[Recorded], *, starts_at: datetime, ends_at: datetime, **documents: ProgramDocument
) -> Mapping[str, Result]:
    """Replay sales in the order of time by each of these programs; return what each alone says."""
    order = Order(
        schema="",
        time_zone=TIME_ZONE,
        currency="USD",
        starts_at=starts_at,
        ends_at=ends_at,
        newest_sale=0,
        sides=tuple(Side(label=label, document=document) for label, document in documents.items()),
    )
    part = Part(sides=tuple(range(len(documents))), sales=0)
    counts = replay_part(order, part, 0, sales, tell=lambda sales: None)
    results = {}
    for place, side in enumerate(order.sides):
        alone = Sums(Order(**{name: getattr(order, name) for name in order.__struct_fields__} | {"sides": (side,)}))
        own = type(counts)(
            part=0,
            sales=counts.sales,
            total_minor=counts.total_minor,
            sides={0: counts.sides[place]},
            members={0: counts.members[place]},
        )
        alone.take(own)
        results[side.label] = alone.result(seconds=0)
    return results
