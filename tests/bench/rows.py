"""What a run measured, as rows: printed as a table, and kept as bench/results.json."""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

RESULTS = Path("bench") / "results.json"


class Row(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`ratio` is value / reference of the same run, and `target` is about it, or about the value where there is none.

    `is_at_most`: a ratio that must not be larger, instead of smaller. `p50`, `p95` and `p99` are milliseconds, with
    targets of their own.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    target: float
    p50: float | None = None
    p50_target: float | None = None
    p95: float | None = None
    p99: float | None = None
    p99_target: float | None = None
    is_at_most: bool = False
    is_reached: bool = False
    note: str = ""


def judged(row: Row) -> Row:
    """Work out the ratio, and say whether everything the row promises is reached."""
    if row.reference:
        row.ratio = round(row.value / row.reference, 3)
    if row.name == "statements_per_batch":
        main = row.value == row.reference
    elif row.ratio is None:
        main = row.value <= row.target  # a time
    elif row.is_at_most:
        main = row.ratio <= row.target
    else:
        main = row.ratio >= row.target
    slow = (row.p50_target is not None and (row.p50 or 0) > row.p50_target) or (
        row.p99_target is not None and (row.p99 or 0) > row.p99_target
    )
    row.is_reached = main and not slow
    return row


def write_results(rows: Sequence[Row]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    kept = [{"reference": None, "ratio": None, **msgspec.to_builtins(row)} for row in rows]
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


def print_table(rows: Sequence[Row], console: Console) -> None:
    table = Table(title="Measured in one run on this machine")
    for heading, side in (("what", "left"), ("value", "right"), ("reference", "right"), ("ratio", "right"),
                          ("to reach", "left"), ("p50 ms", "right"), ("p99 ms", "right"), ("", "left")):  # fmt: skip
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:,.1f} {row.unit}" if row.value < 100 else f"{row.value:,.0f} {row.unit}",
            "" if row.reference is None else f"{row.reference:,.0f}",
            "" if row.ratio is None else f"{row.ratio:.2f} x",
            wanted(row),
            "" if row.p50 is None else f"{row.p50:.1f}",
            "" if row.p99 is None else f"{row.p99:.1f}",
            "[green]reached[/]" if row.is_reached else "[red]missed[/]",
        )
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"  {row.name}: {row.note}", highlight=False)


def wanted(row: Row) -> str:
    parts = []
    if row.name == "statements_per_batch":
        parts.append("the same")
    elif row.ratio is not None:
        parts.append(f"{'<=' if row.is_at_most else '>='} {row.target:g} x")
    elif row.name != "http_open_300":
        parts.append(f"<= {row.target:g} {row.unit}")
    if row.p50_target is not None:
        parts.append(f"p50 <= {row.p50_target:g} ms")
    if row.p99_target is not None:
        parts.append(f"p99 <= {row.p99_target:g} ms")
    return ", ".join(parts)
