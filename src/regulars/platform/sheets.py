"""Rows go out as CSV or XLSX, one batch after the other and in bounded memory; no cell is ever a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import BinaryIO, Literal, Protocol

import xlsxwriter

Format = Literal["csv", "xlsx"]
Cell = str | int | Decimal | date | datetime | bool | None
"""Moments carry the time zone they are to be read in; decimals are money and the like."""

FORMULA = ("=", "+", "-", "\N{MINUS SIGN}", "@", "\t", "\r", "\0")
"""A spreadsheet takes a cell that begins so for something to work out (OWASP: CSV injection)."""

SHEET_ROWS = 1_048_576
LONGEST_CELL = 32_767
"""What XLSX can hold."""

CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Sheet(Protocol):
    """What rows are written to; `close` finishes the file."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None: ...
    def close(self) -> None: ...


def open_sheet(form: Format, out: BinaryIO, *, heading: Sequence[str], name: str = "") -> Sheet:
    """Begin a file with a row of headings."""
    return CsvSheet(out, heading) if form == "csv" else XlsxSheet(out, heading, name=name)


class CsvSheet:
    """UTF-8 with a byte order mark, which spreadsheets need to see that it is; lines end as RFC 4180 says."""

    def __init__(self, out: BinaryIO, heading: Sequence[str]) -> None:
        self._out = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._out, lineterminator="\r\n")
        self.write([heading])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([neutral(cell) for cell in row] for row in rows)

    def close(self) -> None:
        self._out.flush()
        self._out.detach()


class XlsxSheet:
    """Typed cells: text is text, whatever it begins with. Rows beyond what one sheet holds go on in the next."""

    def __init__(self, out: BinaryIO, heading: Sequence[str], *, name: str = "") -> None:
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True, "remove_timezone": True})
        self._heading, self._name = heading, "".join(c for c in name if c not in "[]:*?/\\'")[:24]
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = 0
        self._begin()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row == SHEET_ROWS:
                self._begin()
            for column, cell in enumerate(row):
                self._put(column, cell)
            self._row += 1

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}".strip()
        self._sheet = self._book.add_worksheet(name or None)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, max(len(self._heading) - 1, 0), 18)
        for column, title in enumerate(self._heading):
            self._sheet.write_string(0, column, title, self._bold)
        self._row = 1

    def _put(self, column: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case bool():
                self._sheet.write_boolean(self._row, column, cell)
            case int() if abs(cell) >= 10**15:  # a spreadsheet's numbers have 15 digits
                self._sheet.write_string(self._row, column, str(cell))
            case int() | Decimal():
                self._sheet.write_number(self._row, column, cell)
            case datetime():
                self._sheet.write_datetime(self._row, column, cell.replace(tzinfo=None), self._moment)
            case date():
                self._sheet.write_datetime(self._row, column, cell, self._day)
            case str():
                self._sheet.write_string(self._row, column, _visible(cell)[:LONGEST_CELL])


def neutral(cell: Cell) -> str:
    """Return a cell as text that a spreadsheet shows and never works out: an apostrophe stands before it if need be."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case str():
            return ("'" if cell.startswith(FORMULA) else "") + _visible(cell)
        case _:
            return str(cell)


def _visible(text: str) -> str:
    return "".join(c for c in text if c >= " " or c in "\t\n") if not text.isprintable() else text
