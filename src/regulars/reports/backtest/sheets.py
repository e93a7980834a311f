"""A result as sheets of rows, for files and for the screen: every number of it, with the names of the columns."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

import msgspec

from regulars.platform.sheets import neutral
from regulars.reports.backtest.result import Result, SideResult

SHEETS = ("totals", "months", "due", "rules", "caps", "conditions", "cards", "rewards", "levels", "moves")
"""Those that both sides have."""

MEMBERS = "members"
"""Who gains and who loses most."""


def sheet_names(result: Result) -> list[str]:
    """Return the names of the sheets that have rows."""
    names = [name for name in SHEETS if any(getattr(side, name) for side in _sides(result))]
    return [*names, MEMBERS] if result.comparison else names


def write_sheet(result: Result, name: str) -> str:
    """Return one sheet as CSV. Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows(
        [neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows_of(result, name)
    )
    return out.getvalue()


def rows_of(result: Result, name: str) -> Iterator[list[object]]:
    """Yield the sheet's heading, then its rows; which of the two programs a row is about stands in front."""
    if name == MEMBERS:
        yield from _members(result)
        return
    is_headed = False
    for side in _sides(result):
        rows: Iterable[msgspec.Struct] = getattr(side, name)
        for row in rows:
            if not is_headed:
                is_headed = True
                yield ["program", *row.__struct_fields__]
            yield [side.label, *msgspec.structs.astuple(row)]


def _members(result: Result) -> Iterator[list[object]]:
    yield ["member_id", "against_minor", "draft_minor", "change_minor", "against_units", "draft_units", "change_units"]
    if result.comparison:
        for each in (*result.comparison.winners, *reversed(result.comparison.losers)):
            yield [
                each.member_id,
                each.against_minor,
                each.draft_minor,
                each.draft_minor - each.against_minor,
                each.against_units,
                each.draft_units,
                each.draft_units - each.against_units,
            ]


def _sides(result: Result) -> list[SideResult]:
    return [side for side in (result.draft, result.against) if side is not None]
