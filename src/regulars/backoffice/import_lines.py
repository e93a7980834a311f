"""Lines of an import that somebody should look at: those that failed, those that may be somebody who is there already,
and those an undo could not undo. Each list is read page by page, and downloaded as a whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.office import Office
from regulars.backoffice.refusals import say_fault
from regulars.imports.models import ImportRun
from regulars.platform.rows import fetch

SHOWN = 50
AT_ONCE = 2_000

FAILED = """
SELECT result.line, result.faults::text, line.values::text
FROM imports_importresult AS result
JOIN imports_importline AS line ON line.run_id = result.run_id AND line.line = result.line
WHERE result.run_id = %(run)s AND result.outcome = 'failed' AND result.line > %(after)s
ORDER BY result.line LIMIT %(limit)s
"""

ALIKE = """
SELECT line, like_line, like_member_id, values::text FROM imports_importline
WHERE run_id = %(run)s AND line > %(after)s AND (like_line IS NOT NULL OR like_member_id IS NOT NULL)
ORDER BY line LIMIT %(limit)s
"""

# Of who was erased, and of what came in long ago, there is no line any more.
STAYED = """
SELECT result.line, result.undo, result.member_id, line.values::text
FROM imports_importresult AS result
LEFT JOIN imports_importline AS line ON line.run_id = result.run_id AND line.line = result.line
WHERE result.run_id = %(run)s AND result.undo NOT IN ('', 'undone') AND result.line > %(after)s
ORDER BY result.line LIMIT %(limit)s
"""

REASONS: Mapping[str, Promise] = {
    "in_use": gettext_lazy("Something happened to them since: they bought, earned or were changed."),
    "changed": gettext_lazy("Somebody changed it since; what was changed stays."),
    "spent": gettext_lazy("It was spent since."),
    "gone": gettext_lazy("Merged or erased since."),
    "broken": gettext_lazy("A fault of ours: the worker's log has more."),
}


class SeenLine(msgspec.Struct, frozen=True):
    """A line to look at: `sentences` say why, `cells` is the line as far as it is known; `member_id` is whose it is."""

    line: int
    sentences: tuple[str, ...]
    cells: tuple[str, ...]
    member_id: int | None = None


def read_failures(run: ImportRun, office: Office, *, after: int = 0, limit: int = SHOWN) -> list[SeenLine]:
    """Return the lines that failed behind line `after`, in their order."""
    headings = {code: heading for code, heading in zip(run.fields, run.headings, strict=False) if code}
    return [
        SeenLine(
            line=line,
            sentences=tuple(_say_fault(fault, headings, office) for fault in msgspec.json.decode(faults)),
            cells=_cells(values, run),
        )
        for line, faults, values in _rows(FAILED, run, after=after, limit=limit)
    ]


def read_alike(run: ImportRun, office: Office, *, after: int = 0, limit: int = SHOWN) -> list[SeenLine]:
    """Return the new people behind line `after` who may be a member, or somebody of an earlier line."""
    return [
        SeenLine(
            line=line,
            sentences=(_("A member has the same name and birth date."),)
            if member_id
            else (_("Line %(line)s has the same name and birth date.") % {"line": like_line},),
            cells=_cells(values, run),
            member_id=member_id,
        )
        for line, like_line, member_id, values in _rows(ALIKE, run, after=after, limit=limit)
    ]


def read_stayed(run: ImportRun, office: Office, *, after: int = 0, limit: int = SHOWN) -> list[SeenLine]:
    """Return the lines behind line `after` of which something stays although the import was undone, and why."""
    return [
        SeenLine(line=line, sentences=(str(REASONS[undo]),), cells=_cells(values, run), member_id=member_id)
        for line, undo, member_id, values in _rows(STAYED, run, after=after, limit=limit)
    ]


READERS = {"errors": read_failures, "alike": read_alike, "stayed": read_stayed}


def all_lines_of(kind: str, run: ImportRun, office: Office) -> Iterator[list[str | int]]:
    """Yield a sheet of one of these lists: number, why, and the cells, to be mended and brought in again."""
    after = 0
    while seen := READERS[kind](run, office, after=after, limit=AT_ONCE):
        for each in seen:
            yield [each.line, " ".join(each.sentences), *each.cells]
        after = seen[-1].line


def _rows(sql: str, run: ImportRun, *, after: int, limit: int) -> list[tuple[Any, ...]]:
    return fetch(sql, {"run": run.pk, "after": after, "limit": limit})


def _say_fault(fault: Mapping[str, Any], headings: Mapping[str, str], office: Office) -> str:
    said = say_fault(fault["code"], fault["facts"], office)
    heading = headings.get(fault["field"])
    return f"{heading}: {said}" if heading else said


def _cells(text: str | None, run: ImportRun) -> tuple[str, ...]:
    """The cells as they came, where the line could not be read; otherwise what was read, in its columns."""
    values = msgspec.json.decode(text) if text else {}
    if isinstance(values, list):
        return tuple(str(cell) for cell in values)
    return tuple(_cell(values[code]) if code in values else "" for code in run.fields)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "[clear]"
        case list():
            return ";".join(map(str, value))
        case _:
            return str(value)
