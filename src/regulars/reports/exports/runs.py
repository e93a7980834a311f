"""Exports that people ask for: each is written by a job, kept for a week, and read by the person who asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from time import monotonic
from typing import Any, BinaryIO, Literal, cast

import msgspec
from django.db import OperationalError, transaction

from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.refusals import Refusal
from regulars.files.keep import FileGone, keep_file, open_file, remove_files
from regulars.files.models import KeptFile, Purpose
from regulars.platform.sheets import Format, open_sheet
from regulars.reports.exports.source import find_source
from regulars.reports.models import Export

KEPT_DAYS = 7
"""Personal data in files is not kept longer than it takes to fetch it."""

TELLS_SECONDS = 1.0
OPEN = (Export.State.WAITING, Export.State.RUNNING)
MOST_OPEN = 5

State = Literal["waiting", "running", "done", "stopped", "failed", "forgotten"]


class UnknownExport(Refusal):
    """This person has no such export (any more)."""

    code = "unknown_export"


class TooManyExports(Refusal):
    """Somebody has so many exports running that the next one waits until one is done."""

    code = "too_many_exports"

    def __init__(self) -> None:
        self.most = MOST_OPEN


class ListExport(msgspec.Struct, frozen=True, kw_only=True):
    """An export as its asker sees it; `file_bytes` when it can be fetched."""

    id: int
    source: str
    title: str
    form: Format
    state: State
    is_stop_asked: bool
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None
    file_bytes: int | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int:
        return min(100 * self.done // self.total, 100) if self.total else 0

    @property
    def file_name(self) -> str:
        return f"{self.source}-{self.id}.{self.form}"


@transaction.atomic
def ask_export(
    source: str,
    *,
    title: str,
    asked: Mapping[str, Any],
    columns: Sequence[tuple[str, str]],
    form: Format,
    at: datetime,
    by: Actor,
) -> int:
    """Note that somebody wants a list as a file, and return the export's id; `write_export` writes it.

    `columns` are codes with their titles. What is exported stands in the trail: the list, its columns and about how
    many rows. Refuses: UnknownSource, TooManyExports.
    """
    if Export.objects.filter(created_by=by.tag, state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyExports()
    row = Export.objects.create(
        source=source,
        title=title[:128],
        asked=dict(asked),
        columns=[list(pair) for pair in columns],
        form=form,
        total=find_source(source).count(asked, at),
        created_at=at,
        created_by=by.tag,
    )
    facts = {"list": source, "columns": [code for code, _ in columns], "rows": row.total, "form": form}
    record_event(action="export.asked", about="export", about_id=row.pk, facts=facts, at=at, by=by)
    return row.pk


@transaction.atomic
def stop_export(export: int, *, at: datetime, by: Actor) -> None:
    """Stop an export: one that waits at once, one that runs after its batch. Refuses: UnknownExport."""
    row = Export.objects.select_for_update().filter(pk=export, created_by=by.tag).first()
    if row is None:
        raise UnknownExport()
    if row.state not in OPEN or row.is_stop_asked:
        return
    row.is_stop_asked = True
    if row.state == Export.State.WAITING:
        row.state, row.finished_at = Export.State.STOPPED, at
    row.save()
    record_event(action="export.stopped", about="export", about_id=export, at=at, by=by)


def write_export(export: int, *, now: Callable[[], datetime]) -> State:
    """Write an export that waits, or one whose worker died, from its first row on; nothing of a half is kept."""
    row = Export.objects.filter(pk=export, state__in=OPEN).first()
    if row is None:
        return "stopped"
    _keep(export, state="running", started_at=now(), done=0)
    has_failed = True
    try:
        with TemporaryFile() as out:
            done = _write(row, cast("BinaryIO", out), at=now())
            if done is None:
                _keep(export, state="stopped", finished_at=now())
                has_failed = False
                return "stopped"
            out.seek(0)
            with transaction.atomic():
                kept = keep_file(
                    cast("BinaryIO", out),
                    name=f"{row.source}-{row.pk}.{row.form}",
                    purpose=Purpose.EXPORT,
                    at=now(),
                    by=SYSTEM,
                )
                _keep(export, state="done", done=done, total=done, file=kept, finished_at=now())
        has_failed = False
    except OperationalError:
        has_failed = False  # the job is tried again when the database is back
        raise
    finally:
        if has_failed:
            _keep(export, state="failed", finished_at=now())
    return "done"


def read_export(export: int, *, by: Actor) -> ListExport:
    """Refuses: UnknownExport."""
    row = Export.objects.select_related("file").filter(pk=export, created_by=by.tag).first()
    if row is None:
        raise UnknownExport()
    return _read(row)


def list_exports(*, by: Actor, limit: int = 50) -> list[ListExport]:
    """Return somebody's exports, the newest first."""
    rows = Export.objects.select_related("file").filter(created_by=by.tag).order_by("-id")[:limit]
    return [_read(row) for row in rows]


@transaction.atomic
def fetch_export(export: int, *, at: datetime, by: Actor) -> BinaryIO:
    """Open the file of an export that is done, for the person who asked for it. Refuses: UnknownExport."""
    row = Export.objects.select_related("file").filter(pk=export, created_by=by.tag, state="done").first()
    if row is None or row.file is None:
        raise UnknownExport()
    record_event(action="export.fetched", about="export", about_id=export, at=at, by=by)
    try:
        return open_file(row.file)
    except FileGone:
        raise UnknownExport() from None


@transaction.atomic
def forget_exports(*, at: datetime, limit: int = 500) -> int:
    """Remove the files of exports that are older than a week; how many there were."""
    done = Export.objects.filter(state=Export.State.DONE, created_at__lte=at - timedelta(days=KEPT_DAYS))
    old = list(done.order_by("id").values_list("id", "file_id")[:limit])
    Export.objects.filter(pk__in=[pk for pk, _ in old]).update(state=Export.State.FORGOTTEN, file=None)
    remove_files(KeptFile.objects.filter(pk__in=[file for _, file in old if file is not None]))
    return len(old)


def _write(row: Export, out: BinaryIO, *, at: datetime) -> int | None:
    """Write all rows and return how many there were, or None when it was asked to stop."""
    codes = [code for code, _ in row.columns]
    sheet = open_sheet(row.form, out, heading=[title for _, title in row.columns], name=row.title)  # type: ignore[arg-type]
    done, told = 0, monotonic()
    for batch in find_source(row.source).read(row.asked, codes, at):
        sheet.write(batch)
        done += len(batch)
        if monotonic() - told >= TELLS_SECONDS:
            told = monotonic()
            _keep(row.pk, done=done)
            if Export.objects.filter(pk=row.pk, is_stop_asked=True).exists():
                return None
    sheet.close()
    return done


def _keep(export: int, **facts: Any) -> None:
    Export.objects.filter(pk=export).update(**facts)


def _read(row: Export) -> ListExport:
    return ListExport(
        id=row.pk,
        source=row.source,
        title=row.title,
        form=row.form,  # type: ignore[arg-type]
        state="forgotten" if row.state == Export.State.DONE and row.file is None else row.state,  # type: ignore[arg-type]
        is_stop_asked=row.is_stop_asked,
        done=row.done,
        total=row.total,
        created_at=row.created_at,
        finished_at=row.finished_at,
        file_bytes=row.file.size if row.file else None,
    )
