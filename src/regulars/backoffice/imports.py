"""An import as its page shows it: how far it is, what became of its lines, and in words why some failed."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.office import Office
from regulars.backoffice.refusals import say_fault
from regulars.core.program.units import Unit
from regulars.imports.models import ImportResult, ImportRun
from regulars.platform.rows import fetch

SUBJECTS: Mapping[str, Promise] = {
    "members": gettext_lazy("Members"),
    "adjustments": gettext_lazy("Adjustments of points or stamps"),
    "balances": gettext_lazy("Balances from another system"),
    "levels": gettext_lazy("Levels from another system"),
}
ABOUT: Mapping[str, Promise] = {
    "members": gettext_lazy("People with what finds them, their cards, birthdays, tags and your own fields."),
    "adjustments": gettext_lazy("Points or stamps to add to members, or to take where there is a minus."),
    "levels": gettext_lazy("The tier members have elsewhere, at least until a day."),
    "balances": gettext_lazy("What members hold elsewhere, lot by lot, each with the day it ends."),
}
STEPS = {
    ("new", "done"): gettext_lazy("Not looked at yet"),
    ("check", "done"): gettext_lazy("Looked at"),
    ("write", "done"): gettext_lazy("Brought in"),
    ("undo", "done"): gettext_lazy("Taken back"),
}
BOOKED = (
    ("created", gettext_lazy("Booked"), gettext_lazy("would be booked"), gettext_lazy("were booked")),
    ("unchanged", gettext_lazy("Unchanged"), gettext_lazy("say what is so"), gettext_lazy("said what is so")),
    ("failed", gettext_lazy("Failed"), gettext_lazy("have an error"), gettext_lazy("had an error")),
)
"""What becomes of lines that are no members."""
OUTCOMES = (
    ("created", gettext_lazy("New"), gettext_lazy("would be added"), gettext_lazy("were added")),
    ("updated", gettext_lazy("Updated"), gettext_lazy("would change"), gettext_lazy("were changed")),
    ("unchanged", gettext_lazy("Unchanged"), gettext_lazy("say what is known"), gettext_lazy("said what is known")),
    ("failed", gettext_lazy("Failed"), gettext_lazy("have an error"), gettext_lazy("had an error")),
)
UNDOS = (
    ("undone", gettext_lazy("Undone"), gettext_lazy("as before")),
    ("in_use", gettext_lazy("Kept"), gettext_lazy("something happened to them since")),
    ("changed", gettext_lazy("Kept in part"), gettext_lazy("somebody changed them since")),
    ("spent", gettext_lazy("Kept"), gettext_lazy("spent already")),
    ("gone", gettext_lazy("Gone"), gettext_lazy("merged or erased since")),
    ("broken", gettext_lazy("Not undone"), gettext_lazy("a fault of ours: the worker's log has more")),
)
FAILURES = 50

FAILED = """
SELECT result.line, result.faults::text, line.values::text
FROM imports_importresult AS result
JOIN imports_importline AS line ON line.run_id = result.run_id AND line.line = result.line
WHERE result.run_id = %(run)s AND result.outcome = 'failed' AND result.line > %(after)s
ORDER BY result.line LIMIT %(limit)s
"""


class Tile(msgspec.Struct, frozen=True):
    title: str
    number: int
    about: str
    is_bad: bool = False


class Failure(msgspec.Struct, frozen=True):
    """A line that failed: each sentence says what is wrong with it, `cells` is the line as far as it is known."""

    line: int
    sentences: tuple[str, ...]
    cells: tuple[str, ...]


def done_lines(run: ImportRun) -> int:
    if run.step == ImportRun.Step.UNDO:
        return sum(run.counts.get(name, 0) for name, _, _ in UNDOS)
    return sum(run.counts.get(name, 0) for name, *_ in OUTCOMES)


def all_lines(run: ImportRun) -> int:
    if run.step == ImportRun.Step.UNDO:
        return int(run.counts.get("created", 0) + run.counts.get("updated", 0))
    return run.total


def tiles(run: ImportRun) -> list[Tile]:
    """What became of the lines, or would."""
    is_past = run.step in (ImportRun.Step.WRITE, ImportRun.Step.UNDO)
    shown = [
        Tile(str(title), run.counts.get(name, 0), str(past if is_past else future), name == "failed")
        for name, title, future, past in (OUTCOMES if run.subject == "members" else BOOKED)
    ]
    if run.step == ImportRun.Step.UNDO:
        shown += [
            Tile(str(title), run.counts[name], str(about), name != "undone")
            for name, title, about in UNDOS
            if run.counts.get(name)
        ]
    return shown


def read_failures(run: ImportRun, office: Office, *, after: int = 0, limit: int = FAILURES) -> list[Failure]:
    """Return the lines that failed behind line `after`, in their order."""
    rows = fetch(FAILED, {"run": run.pk, "after": after, "limit": limit})
    places = {code: place for place, code in enumerate(run.fields) if code}
    headings = {code: run.headings[place] for code, place in places.items()}
    return [
        Failure(
            line=line,
            sentences=tuple(_sentence(fault, headings, office) for fault in msgspec.json.decode(faults)),
            cells=_cells(msgspec.json.decode(values), places, width=len(run.headings)),
        )
        for line, faults, values in rows
    ]


def all_failures(run: ImportRun, office: Office) -> Iterator[list[str | int]]:
    """Yield a sheet of all lines that failed: number, why, and the cells, to be mended and brought in again."""
    after = 0
    while failures := read_failures(run, office, after=after, limit=2_000):
        for failure in failures:
            yield [failure.line, " ".join(failure.sentences), *failure.cells]
        after = failures[-1].line


def count_failures(run: ImportRun) -> int:
    return ImportResult.objects.filter(run=run, outcome="failed").count()


def _sentence(fault: Mapping[str, Any], headings: Mapping[str, str], office: Office) -> str:
    said = say_fault(fault["code"], fault["facts"], office)
    heading = headings.get(fault["field"])
    return f"{heading}: {said}" if heading else said


def _cells(values: Any, places: Mapping[str, int], *, width: int) -> tuple[str, ...]:
    """The cells as they came, where the line could not be read; otherwise what was read, in its columns."""
    if isinstance(values, list):
        return tuple(str(cell) for cell in values)
    cells = [""] * width
    for code, value in values.items():
        if code in places:
            cells[places[code]] = _cell(value)
    return tuple(cells)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "[clear]"
        case list():
            return ";".join(map(str, value))
        case _:
            return str(value)


class Sum(msgspec.Struct, frozen=True):
    """One unit's amounts: what the file brings and what fails of it, and what all members held before and after."""

    unit: Unit
    brought: int
    missed: int
    before: int | None
    after: int | None

    @property
    def in_file(self) -> int:
        return self.brought + self.missed

    @property
    def otherwise(self) -> int:
        """What moved meanwhile and not by this import: tills sell on."""
        return 0 if self.before is None or self.after is None else self.after - self.before - self.brought


def sums_of(run: ImportRun, office: Office) -> list[Sum]:
    is_written = run.step == ImportRun.Step.WRITE
    return [
        Sum(
            office.unit(code),
            run.sums.get(code, 0),
            run.missed.get(code, 0),
            run.held_before.get(code) if is_written else None,
            run.held_after.get(code) if is_written else None,
        )
        for code in sorted({*run.sums, *run.missed})
    ]


def say_state(run: ImportRun) -> str:
    """ "Brought in", "Looking at it, 40 %"."""
    if run.state == ImportRun.State.DONE:
        return str(STEPS[run.step, run.state])
    if run.state == ImportRun.State.STOPPED:
        return _("Stopped")
    if run.state == ImportRun.State.FAILED:
        return _("Failed")
    doing = {"check": _("Looking at it"), "write": _("Bringing it in"), "undo": _("Taking it back")}[run.step]
    total = all_lines(run)
    return f"{doing}, {100 * done_lines(run) // total} %" if total and run.is_staged else doing
