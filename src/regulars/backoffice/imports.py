"""An import as its page shows it: how far it is, what became of its lines, and what it comes to."""

from collections.abc import Mapping

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.office import Office
from regulars.core.program.units import Unit
from regulars.imports.models import ImportRun
from regulars.imports.progress import all_lines, done_lines

SUBJECTS: Mapping[str, Promise] = {
    "members": gettext_lazy("Members"),
    "adjustments": gettext_lazy("Adjustments of points or stamps"),
    "balances": gettext_lazy("Balances from another system"),
    "levels": gettext_lazy("Levels from another system"),
    "sales": gettext_lazy("Open sales from another system"),
}
ABOUT: Mapping[str, Promise] = {
    "members": gettext_lazy("People with what finds them, their cards, birthdays, tags and your own fields."),
    "adjustments": gettext_lazy("Points or stamps to add to members, or to take where there is a minus."),
    "levels": gettext_lazy("The tier members have elsewhere, at least until a day."),
    "balances": gettext_lazy("What members hold elsewhere, lot by lot, each with the day it ends."),
    "sales": gettext_lazy("Orders and layaways that are not finished: their points wait until the sale is confirmed."),
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
MONEY = "money"
"""Among the sums of an import the one that is no unit's."""


class Tile(msgspec.Struct, frozen=True):
    title: str
    number: int
    about: str
    is_bad: bool = False


def tiles(run: ImportRun) -> list[Tile]:
    """What became of the lines, or would."""
    is_past = run.step in (ImportRun.Step.WRITE, ImportRun.Step.UNDO)
    shown = [
        Tile(str(title), run.counts.get(name, 0), str(past if is_past else future), name == "failed")
        for name, title, future, past in (OUTCOMES if run.subject == "members" else BOOKED)
    ]
    if run.alike and run.step != ImportRun.Step.UNDO:
        shown.append(
            Tile(_("Maybe known"), run.alike, _("have a member's or a line's name and birth date"), is_bad=True)
        )
    if run.step == ImportRun.Step.UNDO:
        shown += [
            Tile(str(title), run.counts[name], str(about), name != "undone")
            for name, title, about in UNDOS
            if run.counts.get(name)
        ]
    return shown


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
        for code in sorted({*run.sums, *run.missed} - {MONEY})
    ]


def money_of(run: ImportRun) -> tuple[int, int] | None:
    """Return what the open sales of a file come to, in minor units: what is brought, and what fails of it."""
    if MONEY not in run.sums and MONEY not in run.missed:
        return None
    return run.sums.get(MONEY, 0), run.missed.get(MONEY, 0)


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
