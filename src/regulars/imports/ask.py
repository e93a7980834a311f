"""What people ask of an import: take a file in, say what its columns mean, look, bring in, stop, go on, take back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor, actor_of
from regulars.core.column_names import guess_columns
from regulars.core.importing import Terms
from regulars.core.refusals import Refusal
from regulars.files.keep import FileGone, keep_file, open_file, remove_files
from regulars.files.models import KeptFile, Purpose
from regulars.imports.lines import Subject
from regulars.imports.models import ImportLine, ImportResult, ImportRun
from regulars.imports.opening import Opened, look_again, look_into
from regulars.imports.records import Reading
from regulars.imports.subjects import SUBJECTS, builtins, open_subject, reading_of
from regulars.platform.rows import fetch

OPEN = (ImportRun.State.WAITING, ImportRun.State.RUNNING)
BEHIND_ALL = 2**62


class UnknownImport(Refusal):
    """There is no such import."""

    code = "unknown_import"


class ImportRunning(Refusal):
    """An import is running already: wait for it, or stop it."""

    code = "import_running"

    def __init__(self, *, run: int) -> None:
        self.run = run


class ImportNotReady(Refusal):
    """This import cannot be asked for this now: it is brought in once it was checked, and undone once it was."""

    code = "import_not_ready"

    def __init__(self, *, step: str, state: str) -> None:
        self.step = step
        self.state = state


class InvalidColumns(Refusal):
    """Each column means one field that there is, or nothing, and no two of them the same; `field` says which."""

    code = "invalid_columns"

    def __init__(self, *, field: str) -> None:
        self.field = field


@transaction.atomic
def take_in(
    content: IO[bytes],
    *,
    name: str,
    subject: str,
    at: datetime,
    by: Actor,
    terms: Terms | None = None,
    note: str = "",
) -> ImportRun:
    """Keep a file, look at its headings, and guess what they mean, or remember it from the last file with the same.

    Nothing is read further. Refuses: EmptyFile, FileTooLarge, WrongFileType, NotATable, WorkbookTooLarge,
    InvalidHeadings.
    """
    assert subject in SUBJECTS, "screens offer only the kinds there are"
    kept = keep_file(content, name=name, purpose=Purpose.IMPORT, at=at, by=by)
    try:
        with open_file(kept) as file:
            opened = look_into(file)
    except Refusal:
        remove_files([kept])
        raise
    run = ImportRun(
        subject=subject,
        file=kept,
        file_name=kept.name,
        headings=opened.headings,
        terms=builtins(terms or Terms()),
        reading=builtins(opened.reading),
        note=" ".join(note.split())[:200],
        created_at=at,
        created_by=by.tag,
    )
    run.fields = _propose(run, at=at, by=by)
    run.save()
    record_event(action="import.taken_in", about="import", about_id=run.pk, facts={"subject": subject}, at=at, by=by)
    return run


@transaction.atomic
def choose(
    run_id: int,
    *,
    fields: Sequence[str],
    terms: Terms,
    reading: Reading,
    at: datetime,
    by: Actor,
) -> ImportRun:
    """Say what each column means and how the file is brought in; what was checked before is forgotten.

    Refuses: UnknownImport, ImportNotReady, InvalidColumns, ColumnNeeded, FileGone, InvalidHeadings, NotATable.
    """
    run = _lock(run_id)
    if run.state in OPEN or run.step in (ImportRun.Step.WRITE, ImportRun.Step.UNDO):
        raise ImportNotReady(step=run.step, state=run.state)
    run.terms, run.reading = builtins(terms), builtins(reading)
    if run.file is not None and reading_of(run) != msgspec.convert(ImportRun.objects.get(pk=run_id).reading, Reading):
        with open_file(run.file) as file:
            opened = look_again(file, reading)
        if opened.headings != run.headings:
            run.headings, fields = opened.headings, [""] * len(opened.headings)
            run.fields = fields
            fields = _propose(run, at=at, by=by)
    _check_fields(open_subject(run, at=at, by=by), fields, width=len(run.headings))
    run.fields = list(fields)
    run.step, run.state, run.is_staged = ImportRun.Step.NEW, ImportRun.State.DONE, False
    run.total, run.position, run.alike, run.began_at = 0, 0, 0, None
    run.counts, run.sums, run.missed = {}, {}, {}
    run.save()
    ImportLine.objects.filter(run=run).delete()
    ImportResult.objects.filter(run=run).delete()
    return run


@transaction.atomic
def ask_check(run_id: int, *, at: datetime, by: Actor, for_real: bool = False) -> ImportRun:
    """Have a file looked at line by line: what would become of each. Nothing is brought in; with `for_real` it is, when
    all of it was looked at (`go_for_real`).

    Refuses: UnknownImport, ImportNotReady, ImportRunning.
    """
    allowed = {("new", "done"), ("check", "failed"), ("check", "stopped")}
    run = _ask(run_id, ImportRun.Step.CHECK, allowed=allowed, at=at, by=by)
    run.is_for_real = for_real
    run.save(update_fields=["is_for_real"])
    return run


def ask_write(run_id: int, *, at: datetime, by: Actor) -> ImportRun:
    """Have a file brought in that was checked. Refuses: UnknownImport, ImportNotReady, ImportRunning."""
    return _ask(run_id, ImportRun.Step.WRITE, allowed={("check", "done")}, at=at, by=by)


def go_for_real(run_id: int, *, at: datetime) -> bool:
    """Have a file brought in that was looked at, where somebody has asked for both at once; whether it is.

    Where another import runs by now it waits for somebody to ask.
    """
    run = read_import(run_id)
    if not run.is_for_real or (run.step, run.state) != (ImportRun.Step.CHECK, ImportRun.State.DONE):
        return False
    try:
        ask_write(run_id, at=at, by=who_asked(run))
    except (ImportRunning, ImportNotReady):
        return False
    return True


def ask_undo(run_id: int, *, at: datetime, by: Actor) -> ImportRun:
    """Have all that an import did undone, also where it was stopped in the middle.

    Refuses: UnknownImport, ImportNotReady, ImportRunning.
    """
    allowed = {("write", "done"), ("write", "stopped"), ("write", "failed")}
    return _ask(run_id, ImportRun.Step.UNDO, allowed=allowed, at=at, by=by)


@transaction.atomic
def go_on(run_id: int, *, at: datetime, by: Actor) -> ImportRun:
    """Have a step go on that was stopped or has failed, behind the last line that is done. Who asked for it, and who
    let them, stay those of the step.

    Refuses: UnknownImport, ImportNotReady, ImportRunning.
    """
    run = _lock(run_id)
    if run.state not in (ImportRun.State.STOPPED, ImportRun.State.FAILED):
        raise ImportNotReady(step=run.step, state=run.state)
    _check_alone(run_id)
    run.state, run.is_stop_asked, run.fault = ImportRun.State.WAITING, False, ""
    run.save()
    record_event(action="import.resumed", about="import", about_id=run_id, facts={"step": run.step}, at=at, by=by)
    return run


@transaction.atomic
def stop_import(run_id: int, *, at: datetime, by: Actor) -> None:
    """Stop a step: one that waits at once, one that runs after the batch it is at. Refuses: UnknownImport."""
    run = _lock(run_id)
    if run.state not in OPEN or run.is_stop_asked:
        return
    run.is_stop_asked = True
    if run.state == ImportRun.State.WAITING:
        run.state, run.finished_at = ImportRun.State.STOPPED, at
    run.save()
    record_event(action="import.stopped", about="import", about_id=run_id, facts={"step": run.step}, at=at, by=by)


@transaction.atomic
def discard(run_id: int, *, at: datetime, by: Actor) -> None:
    """Forget a file that was not brought in. Refuses: UnknownImport, ImportNotReady."""
    run = _lock(run_id)
    if run.state in OPEN or run.step in (ImportRun.Step.WRITE, ImportRun.Step.UNDO):
        raise ImportNotReady(step=run.step, state=run.state)
    kept = run.file
    run.delete()
    ImportLine.objects.filter(run_id=run_id).delete()
    ImportResult.objects.filter(run_id=run_id).delete()
    if kept is not None:
        remove_files([kept])
    record_event(action="import.discarded", about="import", about_id=run_id, at=at, by=by)


def read_import(run_id: int) -> ImportRun:
    """Refuses: UnknownImport."""
    run = ImportRun.objects.select_related("file").filter(pk=run_id).first()
    if run is None:
        raise UnknownImport()
    return run


def who_asked(run: ImportRun) -> Actor:
    """Who has asked for the step that an import is at, with who let them."""
    return actor_of(run.asked_by or run.created_by, approver=run.approved_by or None)


def look(run: ImportRun) -> Opened:
    """Return the first lines of a run's file, as it is read now. Refuses: FileGone, NotATable, InvalidHeadings."""
    if run.file is None:
        raise FileGone()
    with open_file(run.file) as file:
        return look_again(file, reading_of(run))


def _ask(run_id: int, step: ImportRun.Step, *, allowed: set[tuple[str, str]], at: datetime, by: Actor) -> ImportRun:
    with transaction.atomic():
        run = _lock(run_id)
        if (run.step, run.state) not in allowed:
            raise ImportNotReady(step=run.step, state=run.state)
        _check_alone(run_id)
        subject = open_subject(run, at=at, by=by)
        _check_fields(subject, run.fields, width=len(run.headings))
        run.step, run.state = step, ImportRun.State.WAITING
        run.is_stop_asked, run.fault, run.began_at, run.finished_at = False, "", at, None
        run.asked_by, run.approved_by = by.tag, by.approver or ""
        run.position = BEHIND_ALL if step is ImportRun.Step.UNDO else 0
        if step is not ImportRun.Step.UNDO:
            run.counts, run.sums, run.missed = {}, {}, {}
            ImportResult.objects.filter(run=run).delete()
        if step is ImportRun.Step.CHECK:
            run.alike = 0
        run.held_before, run.held_after = {}, {}
        kept: KeptFile | None = run.file
        if step is ImportRun.Step.WRITE and kept is not None:
            # All that is needed was read from it, and it is full of personal data.
            run.file = None
            remove_files([kept])
        run.save()
        record_event(
            action=f"import.{step.value}_asked",
            about="import",
            about_id=run_id,
            facts={"subject": run.subject},
            at=at,
            by=by,
        )
    return run


def _lock(run_id: int) -> ImportRun:
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("file").filter(pk=run_id).first()
    if run is None:
        raise UnknownImport()
    return run


def _check_alone(run_id: int) -> None:
    # Two people who ask at the same moment: the second sees the first one's.
    fetch("SELECT id FROM programs_program ORDER BY id FOR NO KEY UPDATE", {})
    if running := ImportRun.objects.filter(state__in=OPEN).exclude(pk=run_id).first():
        raise ImportRunning(run=running.pk)


def _propose(run: ImportRun, *, at: datetime, by: Actor) -> list[str]:
    earlier = (
        ImportRun.objects.filter(subject=run.subject, headings=run.headings)
        .exclude(step=ImportRun.Step.NEW)
        .exclude(pk=run.pk)
        .order_by("-pk")
        .first()
    )
    labels: Mapping[str, str] = {field.code: str(field.label) for field in open_subject(run, at=at, by=by).fields()}
    if earlier is not None:
        return [code if code in labels else "" for code in earlier.fields]
    return guess_columns(run.headings, labels)


def _check_fields(subject: Subject, fields: Sequence[str], *, width: int) -> None:
    known = {field.code for field in subject.fields()}
    chosen = [code for code in fields if code]
    for place, code in enumerate(chosen):
        if code not in known or code in chosen[:place]:
            raise InvalidColumns(field=code)
    if len(fields) != width:
        raise InvalidColumns(field="")
    subject.check_fields(chosen)
