"""The package's files in SQL, read apart from the loader: what the loader makes of them is compared with this."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow.parquet as parquet

COLUMNS = ("basket_id", "household_id", "store_id", "product_id", "quantity", "sales_value")

POINTS = """
SELECT sum(cents / 100) FROM (
    SELECT CAST(round(sum(sales_value) * 100) AS INTEGER) AS cents FROM line GROUP BY basket_id
)
"""


@contextmanager
def sheets(file: Path) -> Iterator[sqlite3.Connection]:
    """A table `line` with the transactions of a file."""
    with closing(sqlite3.connect(":memory:")) as sql:
        sql.execute(f"CREATE TABLE line ({', '.join(COLUMNS)})")
        table = parquet.read_table(file, columns=list(COLUMNS))
        rows = zip(*(table[name].to_pylist() for name in COLUMNS), strict=True)
        sql.executemany(f"INSERT INTO line VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        yield sql


def ask(file: Path, question: str) -> int:
    """Answer a question that has one number for an answer."""
    with sheets(file) as sql:
        [(answer,)] = sql.execute(question)
    return answer


def first_baskets(file: Path, target: Path, *, baskets: int) -> Path:
    """Write a smaller file with the first so many baskets; they lie in one piece each."""
    table = parquet.read_table(file)
    places = {}
    for place, basket in enumerate(table["basket_id"].to_pylist()):
        places.setdefault(basket, place)
    end = sorted(places.values())[baskets]
    parquet.write_table(table.slice(0, end), target)
    return target
