"""A file of lines is read record by record, in little memory; a bad record never takes its neighbours with it."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO

import msgspec

from regulars.core.cells import DateOrder
from regulars.core.refusals import Refusal

LONGEST_RECORD = 64 * 1024
"""Characters: a longer one is no line of a table, but a quote that nobody closed."""

BREAKS = ("\n", "\r")


class Reading(msgspec.Struct, frozen=True):
    """How a file is read: what its bytes mean, what stands between its cells, and how it writes days."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    dates: DateOrder = DateOrder.YEAR_FIRST


class UnreadableLine(Refusal):
    """The line is no record: `why` is too_long, a quote that is never closed, or text after a quote."""

    code = "unreadable_line"

    def __init__(self, *, why: str) -> None:
        self.why = why


type Record = tuple[int, list[str] | UnreadableLine]
"""The number of a record's first line, counted from 1, and its cells; or why it has none."""


def read_records(file: BinaryIO, reading: Reading) -> Iterator[Record]:
    """Yield every record of a CSV file, its heading first; empty lines are left out.

    Where a record cannot be read, its first line is told as unreadable, and reading goes on with the next line.
    """
    lines = _Lines(TextIOWrapper(file, reading.encoding, errors=_on_errors(reading.encoding), newline=""))
    while not lines.is_over:
        try:
            for cells in csv.reader(lines, delimiter=reading.delimiter, strict=True):
                start = lines.take_record()
                if any(cells):
                    yield start, cells
        except (csv.Error, _Runaway) as fault:
            is_short = isinstance(fault, csv.Error)
            yield lines.give_up_first(), UnreadableLine(why="quotes" if is_short or lines.has_more else "too_long")


def _on_errors(encoding: str) -> str:
    """Bytes that mean nothing become marks that no text has: the cells that hold them are refused one by one."""
    return "replace" if encoding.startswith("utf-16") else "surrogateescape"


class _Runaway(Exception):
    """The record that is being read is longer than any record."""


class _Lines:
    """The lines of a file, which remember the record they are part of, to give its later lines again."""

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text
        self.is_over = False
        self.has_more = False
        self._record: list[str] = []
        self._size = 0
        self._number = 1
        self._again: deque[str] = deque()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self.text.readline(LONGEST_RECORD + 1)
        if not line:
            self.is_over = not self._record
            raise StopIteration
        self._record.append(line)
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            if not line.endswith(BREAKS):
                self._skip_rest()
            raise _Runaway
        return line

    def take_record(self) -> int:
        """End the record that was read; the number of its first line."""
        start = self._number
        self._number += len(self._record)
        self._record.clear()
        self._size = 0
        return start

    def give_up_first(self) -> int:
        """Leave out the first line of the record, and have the others read again; the number of that line."""
        start = self._number
        self._number += 1
        self.has_more = len(self._record) > 1
        self._again.extendleft(reversed(self._record[1:]))
        self._record.clear()
        self._size = 0
        return start

    def _skip_rest(self) -> None:
        """Read on to the end of a line that is too long already, and forget it."""
        while (rest := self.text.readline(LONGEST_RECORD)) and not rest.endswith(BREAKS):
            continue


def fit(cells: Sequence[str], width: int) -> bool:
    """Tell whether a record has a cell for each heading; further cells may be there if they are blank."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))
