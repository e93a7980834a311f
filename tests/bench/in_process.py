"""Sales through `record_sales` in this process: one at a time, in batches, all at one store, all by one member."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from django.db import connection

from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.sales.record import record_sales


def sales_per_second(stream: Iterator[NewSale], *, batch: int, seconds: float) -> float:
    """Record sales for so long, `batch` to a commit. Making the sales is not measured: tills do that."""
    recorded, spent = 0, 0.0
    while spent < seconds:
        sales = list(islice(stream, batch))
        at = datetime.now(UTC)
        started = time.perf_counter()
        outcomes = record_sales(sales, at=at)
        spent += time.perf_counter() - started
        recorded += len(outcomes)
        assert not any(isinstance(outcome, Refusal) for outcome in outcomes), outcomes[0]
    return recorded / spent


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
