"""Sales through `record_sales` in this process: one at a time, in batches, all at one store, all by one member."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice

from django.db import connection

from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.sales.record import record_sales

Batches = Sequence[Sequence[NewSale]]
AHEAD = 20
"""Batches made ahead for each flusher: making sales is the tills' work, and is not measured."""


class Flushers:
    """Threads with a connection each, which record batches side by side, as several web processes do."""

    def __init__(self, schema: str, size: int) -> None:
        self.size = size
        self._schema = schema
        self._threads = ThreadPoolExecutor(size)

    def sales_per_second(self, stream: Iterator[NewSale], *, batch: int, seconds: float) -> float:
        """Record sales for so long, `batch` to a commit."""
        recorded, spent = 0, 0.0
        while spent < seconds:
            shares = [[list(islice(stream, batch)) for _ in range(AHEAD)] for _ in range(self.size)]
            started = time.perf_counter()
            recorded += sum(self._threads.map(self._record, shares))
            spent += time.perf_counter() - started
        return recorded / spent

    def _record(self, batches: Batches) -> int:
        if connection.schema_name != self._schema:
            connection.set_schema(self._schema)
        try:
            for sales in batches:
                outcomes = record_sales(sales, at=datetime.now(UTC))
                assert not any(isinstance(outcome, Refusal) for outcome in outcomes), outcomes[0]
        except Exception:
            connection.close()  # whatever was disturbed, the next try begins anew
            raise
        return sum(map(len, batches))

    def end(self) -> None:
        together = threading.Barrier(self.size)
        list(self._threads.map(lambda _: hang_up(together), range(self.size)))
        self._threads.shutdown()


def hang_up(together: threading.Barrier) -> None:
    together.wait(10)  # each thread closes its own
    connection.close()


def find_best(schema: str, make: Callable[[], Iterator[NewSale]], *, sizes: Sequence[int], seconds: float) -> int:
    """Find how many flushers record the most, as pgbench is given its best number of clients."""
    seen = {}
    for size in sizes:
        flushers = Flushers(schema, size)
        flushers.sales_per_second(make(), batch=100, seconds=seconds / 4)
        seen[size] = flushers.sales_per_second(make(), batch=100, seconds=seconds)
        flushers.end()
    return max(seen, key=lambda size: seen[size])


def record_history(stream: Iterator[NewSale], *, count: int) -> None:
    """Give a shop some past: in tables that are all but empty, nothing costs what it does in a real shop."""
    for _ in range(count // 1000):
        record_sales(list(islice(stream, 1000)), at=datetime.now(UTC))


def count_statements(stream: Iterator[NewSale], *, batch: int) -> int:
    """Count what crosses to the server for one batch, BEGIN and COMMIT apart."""
    count = 0

    def counting(execute, sql, params, many, context):
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    sales = list(islice(stream, batch))
    with connection.execute_wrapper(counting):
        record_sales(sales, at=datetime.now(UTC))
    return count
