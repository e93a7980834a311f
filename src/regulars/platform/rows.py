"""Sets of rows cross to PostgreSQL as one JSON parameter: `json_to_recordset` takes half the time of typed arrays.

Measured with 5,000 rows of seven columns: 3.3 µs a row, against 7.3 µs through lists and `unnest`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

_encoder = msgspec.json.Encoder()


def encode_rows(rows: Sequence[Any]) -> str:
    """Encode structs or dicts as the parameter of `json_to_recordset(%s::json)`."""
    return _encoder.encode(rows).decode()


def fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement in the merchant's schema and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(sql: str, params: dict[str, Any]) -> int:
    """Run one statement in the merchant's schema and return how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def take_ids(**wanted: int) -> list[list[int]]:
    """Take new ids of several tables with one statement: take_ids(sales_sale=2, ledger_entry=5)."""
    columns = ", ".join(
        f"ARRAY(SELECT nextval('{table}_id_seq') FROM generate_series(1, %({table})s))" for table in wanted
    )
    [row] = fetch(f"SELECT {columns}", wanted)
    return list(row)
