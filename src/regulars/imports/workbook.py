"""A workbook is read as the text its cells show; one that would unpack to more than we hold is refused unopened."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from regulars.core.refusals import Refusal
from regulars.imports.records import Record

MOST_UNPACKED = 128 * 2**20
MOST_PARTS = 2_000
CHUNK = 2**16


class NotATable(Refusal):
    """The file is no table that can be read: a CSV file or an XLSX workbook is."""

    code = "not_a_table"


class WorkbookTooLarge(Refusal):
    """The workbook is larger than this when it is unpacked: save its sheet as a CSV file."""

    code = "workbook_too_large"

    def __init__(self, *, most_megabytes: int) -> None:
        self.most_megabytes = most_megabytes


def read_workbook(file: BinaryIO) -> Iterator[Record]:
    """Yield the rows of a workbook's first sheet that are not empty, as text. Refuses: NotATable, WorkbookTooLarge.

    Formulas are not evaluated: what the workbook kept as their last result is read.
    """
    measure(file)
    try:
        file.seek(0)
        book = CalamineWorkbook.from_filelike(file)
        sheet = book.get_sheet_by_index(0)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [say_cell(value) for value in row]
            if any(cells):
                yield number, cells
    except CalamineError:
        raise NotATable() from None


def measure(file: BinaryIO) -> int:
    """Unpack a workbook without keeping it; how many bytes it has. What its own index says of that is not believed.

    Refuses: NotATable, WorkbookTooLarge.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise WorkbookTooLarge(most_megabytes=MOST_UNPACKED // 2**20)
            for part in parts:
                unpacked += _measure_part(file, part, most=MOST_UNPACKED - unpacked)
    except (zipfile.BadZipFile, zlib.error, ValueError):
        raise NotATable() from None
    return unpacked


def say_cell(value: object) -> str:
    """Return a cell as it would stand in a CSV file: whole numbers without decimals, days as 2026-03-31."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _measure_part(file: BinaryIO, part: zipfile.ZipInfo, *, most: int) -> int:
    """Unpack one part of the package; how many bytes it has. Refuses: WorkbookTooLarge."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotATable()
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        return _bounded(left, most)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = 0
    while left > 0 and not unpacker.eof and (packed := file.read(min(CHUNK, left))):
        left -= len(packed)
        while packed:
            unpacked = _bounded(unpacked + len(unpacker.decompress(packed, CHUNK * 16)), most)
            packed = unpacker.unconsumed_tail
    return unpacked


def _bounded(size: int, most: int) -> int:
    if size > most:
        raise WorkbookTooLarge(most_megabytes=MOST_UNPACKED // 2**20)
    return size
