"""What goes out as a file: the same rows in CSV and XLSX, and nothing in them that a spreadsheet would run."""

import csv
import io
import re
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from regulars.platform import sheets
from regulars.platform.sheets import neutral, open_sheet

ROWS = [
    ["=1+1", 5, Decimal("12.50"), date(2026, 3, 1), datetime(2026, 3, 1, 9, 30, tzinfo=UTC), True, None],
    ["Zoë ☕", -7, Decimal("-0.01"), None, None, False, "x"],
]
HEADING = ["text", "number", "money", "day", "moment", "yes", "empty"]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "\N{MINUS SIGN}", "@", "\t", "\r", "\0"])
def test_text_that_would_be_a_formula_is_text(beginning):
    assert neutral(f"{beginning}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize(
    ("cell", "said"),
    [("Ann", "Ann"), (-5, "-5"), (Decimal("-1.20"), "-1.20"), (None, ""), (True, "yes"), ("a\0b\x07c\nd", "abc\nd")],
)
def test_everything_else_stays_what_it_is(cell, said):
    assert neutral(cell) == said


def written(form: str, rows: list[list[object]] = ROWS) -> bytes:
    out = io.BytesIO()
    sheet = open_sheet(form, out, heading=HEADING, name="Members: [new]")  # type: ignore[arg-type]
    for row in rows:
        sheet.write([row])  # type: ignore[list-item]
    sheet.close()
    return out.getvalue()


def test_csv_is_read_by_spreadsheets():
    content = written("csv")
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == 3
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        HEADING,
        ["'=1+1", "5", "12.50", "2026-03-01", "2026-03-01 09:30:00+00:00", "yes", ""],
        ["Zoë ☕", "-7", "-0.01", "", "", "no", "x"],
    ]


def test_xlsx_is_typed_and_has_no_formula():
    book = zipfile.ZipFile(io.BytesIO(written("xlsx")))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet and "Zoë ☕" in sheet
    assert re.findall(r'<c r="B\d"><v>(.*?)</v>', sheet) == ["5", "-7"]
    assert re.findall(r'<c r="C\d"><v>(.*?)</v>', sheet) == ["12.50", "-0.01"]
    assert '<sheet name="Members new"' in book.read("xl/workbook.xml").decode()


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(sheets, "SHEET_ROWS", 3)
    book = zipfile.ZipFile(io.BytesIO(written("xlsx", [["a"], ["b"], ["c"]])))
    first, second = (book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2))
    assert (first.count("<row"), second.count("<row")) == (3, 2)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(form, tmp_path):
    tracemalloc.start()
    with (tmp_path / "out").open("wb") as out:
        sheet = open_sheet(form, out, heading=HEADING)
        for start in range(0, 20_000, 1_000):
            sheet.write([[f"name {start + n}", n, None, None, None, True, "x"] for n in range(1_000)])
        sheet.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000
