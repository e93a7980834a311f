"""Files on their way in, in the words of the people who bring them."""

from io import BytesIO

from regulars.core.actor import SYSTEM
from regulars.core.importing import Mode, Terms
from regulars.imports.ask import ask_check, ask_undo, ask_write, read_import, take_in
from regulars.imports.models import ImportResult, ImportRun
from regulars.imports.run import run_import
from tests.shop import NOON


def a_file(text: str | bytes, *, subject: str = "members", name: str = "file.csv", at=NOON, **terms) -> ImportRun:
    """A file that was taken in, its columns as they were guessed."""
    content = text.encode() if isinstance(text, str) else text
    return take_in(BytesIO(content), name=name, subject=subject, terms=Terms(**terms), at=at, by=SYSTEM)


def check(run: ImportRun, *, at=NOON) -> ImportRun:
    ask_check(run.pk, at=at, by=SYSTEM)
    return work(run, at=at)


def write(run: ImportRun, *, at=NOON) -> ImportRun:
    ask_write(run.pk, at=at, by=SYSTEM)
    return work(run, at=at)


def undo(run: ImportRun, *, at=NOON) -> ImportRun:
    ask_undo(run.pk, at=at, by=SYSTEM)
    return work(run, at=at)


def work(run: ImportRun, *, at=NOON) -> ImportRun:
    """Let the worker do what the run waits for."""
    for _ in run_import(run.pk, now=lambda: at):
        pass
    return read_import(run.pk)


def bring(text: str | bytes, *, subject: str = "members", at=NOON, name: str = "file.csv", **terms) -> ImportRun:
    """A file that was taken in, checked and brought in."""
    run = a_file(text, subject=subject, at=at, name=name, **terms)
    check(run, at=at)
    return write(run, at=at)


def faults(run: ImportRun) -> list[tuple[int, str, str]]:
    """The lines that failed: number, field and code of the first fault."""
    found = ImportResult.objects.filter(run=run, outcome="failed").order_by("line")
    return [(each.line, each.faults[0]["field"], each.faults[0]["code"]) for each in found]


__all__ = ["Mode", "a_file", "bring", "check", "faults", "undo", "work", "write"]
