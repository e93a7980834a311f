"""How far an import is: of so many lines so many are done."""

from regulars.core.importing import Outcome
from regulars.imports.models import ImportRun

UNDOS = ("undone", "in_use", "changed", "spent", "gone", "broken")
"""What becomes of a line that is undone; all but the first say why something of it stays."""


def done_lines(run: ImportRun) -> int:
    names = UNDOS if run.step == ImportRun.Step.UNDO else tuple(Outcome)
    return sum(run.counts.get(name, 0) for name in names)


def all_lines(run: ImportRun) -> int:
    if run.step == ImportRun.Step.UNDO:
        return int(run.counts.get("created", 0) + run.counts.get("updated", 0))
    return run.total
