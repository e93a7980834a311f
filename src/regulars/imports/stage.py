"""A file is read once, line by line, into the database by COPY: what follows works on sound lines, in batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched, islice
from typing import Any

import msgspec
from django.db import connection, transaction

from regulars.core.cells import CLEAR, read_text
from regulars.core.importing import RepeatedLine
from regulars.core.refusals import Refusal
from regulars.files.keep import FileGone, open_file
from regulars.imports.lines import Fault, Field, Subject, fault_of
from regulars.imports.models import ImportLine, ImportRun
from regulars.imports.opening import open_records
from regulars.imports.records import Record, UnreadableLine, fit
from regulars.imports.subjects import reading_of
from regulars.platform.rows import run as execute

AT_ONCE = 20_000
MOST_KEPT = 4_000
"""Characters of a line that cannot be read: enough to find it again in the file."""

COPY = "COPY imports_importline (run_id, line, values, faults) FROM STDIN"

# The first line that says a value counts; each later one is told which that is.
REPEATED = """
WITH later AS (
    SELECT line, min(first) AS first
    FROM (
        SELECT line.line, min(line.line) OVER (PARTITION BY each.value) AS first
        FROM imports_importline AS line CROSS JOIN LATERAL ({values}) AS each(value)
        WHERE line.run_id = %(run)s AND line.faults IS NULL
    ) AS claim
    WHERE line > first GROUP BY line
)
UPDATE imports_importline AS line
SET faults = jsonb_build_array(jsonb_build_object(
    'field', %(kind)s::text, 'code', %(code)s::text,
    'facts', jsonb_build_object('kind', %(kind)s::text, 'line', later.first)))
FROM later WHERE line.run_id = %(run)s AND line.line = later.line
"""


class RaggedLine(Refusal):
    """The line has another number of cells than there are headings."""

    code = "ragged_line"

    def __init__(self, *, cells: int, wanted: int) -> None:
        self.cells = cells
        self.wanted = wanted


class RepeatedHeading(Refusal):
    """The headings come again in the middle of the file."""

    code = "repeated_heading"


class CannotClear(Refusal):
    """This field cannot be emptied by a file."""

    code = "cannot_clear"


type Stopped = Callable[[int], bool]
"""Told how many lines are read, it says whether somebody wants it stopped."""


def stage_file(run: ImportRun, subject: Subject, *, is_stopped: Stopped) -> int | None:
    """Read the run's file into lines; how many there are, or None where it was stopped. Starts over where it was cut
    off. Refuses: FileGone, NotATable, WorkbookTooLarge.
    """
    ImportLine.objects.filter(run=run).delete()
    if run.file is None:
        raise FileGone()
    read = 0
    with open_file(run.file) as file:
        records = open_records(file, reading_of(run))
        next(records, None)  # the headings, which the run knows
        lines = _read(records, run, subject)
        while (copied := _copy(islice(lines, AT_ONCE))) > 0:
            read += copied
            if is_stopped(read):
                return None
    with transaction.atomic():
        execute("SET LOCAL work_mem = '32MB'", {})
        # Nobody has counted the lines yet, and the planner believes there are next to none.
        execute("SET LOCAL enable_nestloop = off", {})
        for repeats in subject.repeats:
            execute(
                REPEATED.replace("{values}", repeats.values),
                {"run": run.pk, "kind": repeats.kind, "code": RepeatedLine.code},
            )
        if subject.in_bulk is not None:
            subject.in_bulk.compare_lines()
    return read


def _read(records: Iterable[Record], run: ImportRun, subject: Subject) -> Iterator[str]:
    """Return each record as a line of COPY's text; what the database must be asked is asked before it copies."""
    by_code = {field.code: field for field in subject.fields()}
    columns = [(place, by_code[code]) for place, code in enumerate(run.fields) if code in by_code]
    work_out = None if subject.in_bulk is None else subject.in_bulk.work_out
    return _write_lines(records, columns, work_out, run)


def _write_lines(
    records: Iterable[Record],
    columns: Sequence[tuple[int, Field]],
    work_out: Callable[[dict[str, Any]], None] | None,
    run: ImportRun,
) -> Iterator[str]:
    encode = msgspec.json.Encoder().encode
    width, headings, prefix = len(run.headings), run.headings, f"{run.pk}\t"
    for number, cells in records:
        values, faults = read_line(cells, columns, width=width, headings=headings)
        if work_out is not None and faults is None:
            work_out(values)
        told = "\\N" if faults is None else _escape(encode(faults).decode())
        yield f"{prefix}{number}\t{_escape(encode(values).decode())}\t{told}\n"


def read_line(
    cells: list[str] | UnreadableLine, columns: Sequence[tuple[int, Field]], *, width: int, headings: Sequence[str]
) -> tuple[Any, list[Fault] | None]:
    """Return what a record says by field, or its cells as they came and every fault there is."""
    if isinstance(cells, UnreadableLine):
        return [], [fault_of(cells)]
    if not fit(cells, width):
        return _kept(cells), [fault_of(RaggedLine(cells=len(cells), wanted=width))]
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for place, field in columns:
        cell = cells[place].strip()
        if not cell:
            continue
        try:
            if cell != CLEAR:
                values[field.code] = field.read(cell)
            elif field.is_clearable:
                values[field.code] = None
            else:
                raise CannotClear()
        except Refusal as refusal:
            faults.append(fault_of(_why(cell, refusal), field=field.code))
    if cells[0].strip() == headings[0] and [cell.strip() for cell in cells[:width]] == headings:
        return _kept(cells), [fault_of(RepeatedHeading())]
    return (_kept(cells), faults) if faults else (values, None)


def _why(cell: str, refusal: Refusal) -> Refusal:
    """A cell that is no text at all is refused for that, whatever its field makes of it."""
    try:
        read_text(cell)
    except Refusal as better:
        return better
    return refusal


def _kept(cells: Sequence[str]) -> list[str]:
    """The cells as far as they can be kept and shown; a database takes no NUL, and no half of a character."""
    room = MOST_KEPT // max(len(cells), 1)
    return [
        cell[:room].replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
        for cell in cells[:MOST_KEPT]
    ]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\")


def _copy(lines: Iterator[str]) -> int:
    """Copy lines while they are read: the server takes in some while we read the next. How many there were."""
    copied = 0
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for some in batched(lines, 500):
            copy.write("".join(some))
            copied += len(some)
    return copied
