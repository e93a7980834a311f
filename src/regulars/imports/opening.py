"""A file is looked at before it is read: what it is, what its bytes mean, and what its columns are called."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from regulars.core.refusals import Refusal
from regulars.imports.records import Reading, Record, read_records
from regulars.imports.workbook import NotATable, read_workbook

SAMPLE_BYTES = 2**20
SAMPLES = 5
DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 200
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
GZIP = b"\x1f\x8b"
PACKED = b"PK\x03\x04"


class InvalidHeadings(Refusal):
    """The first line names each column once, and has at most 200 columns; `column` counts from 1."""

    code = "invalid_headings"

    def __init__(self, *, why: str, column: int = 0) -> None:
        self.why = why
        self.column = column


class Opened(msgspec.Struct, frozen=True):
    """What a file looks like: its headings, how it is read, and its first lines."""

    headings: list[str]
    reading: Reading
    samples: list[list[str]]


def look_into(file: BinaryIO) -> Opened:
    """Look at a file, and guess how it is to be read. Refuses: NotATable, WorkbookTooLarge, InvalidHeadings."""
    return look_again(file, guess_reading(file))


def look_again(file: BinaryIO, reading: Reading) -> Opened:
    """Look at a file as somebody says it is to be read. Refuses: NotATable, WorkbookTooLarge, InvalidHeadings."""
    records = open_records(file, reading)
    headings = next((cells for _, cells in records), None)
    if not isinstance(headings, list):
        raise InvalidHeadings(why="unreadable")
    headings = _check_headings([heading.strip() for heading in headings])
    samples = [cells[: len(headings)] for _, cells in islice(records, SAMPLES) if isinstance(cells, list)]
    return Opened(headings=headings, reading=reading, samples=samples)


def open_records(file: BinaryIO, reading: Reading) -> Iterator[Record]:
    """Return the records of a file, its headings first. Refuses: NotATable, WorkbookTooLarge."""
    file.seek(0)
    first = file.read(len(PACKED))
    file.seek(0)
    if first.startswith(GZIP):
        raise NotATable()
    return read_workbook(file) if first == PACKED else read_records(file, reading)


def guess_reading(file: BinaryIO) -> Reading:
    """Guess by the first megabyte what a file's bytes mean and what stands between its cells."""
    file.seek(0)
    sample = file.read(SAMPLE_BYTES)
    bytewise = "utf-8-sig" if _is_utf8(sample) else "cp1252"
    encoding = "utf-16" if sample.startswith(UTF_16) else bytewise
    text = sample.decode(encoding, errors="replace")
    return Reading(encoding=encoding, delimiter=_guess_delimiter(text))


def _is_utf8(sample: bytes) -> bool:
    """A line beyond ASCII that is UTF-8 cannot be so by chance; where there is none, any other bytes are not."""
    others = False
    lines = sample.splitlines()
    for line in lines if len(sample) < SAMPLE_BYTES else lines[:-1]:
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError:
                others = True
            else:
                return True
    return not others


def _guess_delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([heading], delimiter=delimiter), [])))


def _check_headings(headings: list[str]) -> list[str]:
    while headings and not headings[-1]:
        headings.pop()
    if not 1 <= len(headings) <= MOST_COLUMNS:
        raise InvalidHeadings(why="number")
    for place, heading in enumerate(headings):
        if not heading.isprintable() or len(heading) > 200:
            raise InvalidHeadings(why="text", column=place + 1)
        if heading and heading in headings[:place]:
            raise InvalidHeadings(why="twice", column=place + 1)
    return headings
