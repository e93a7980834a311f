"""The program's document in its versions: a draft is written, scheduled for a moment, lives, and is past.

There is at most one draft. Scheduling opens the units it brings; nothing a member holds changes by it.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import transaction
from django.db.models import Max, QuerySet

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.checking import UNKNOWN_SHOP
from regulars.core.checkout import CLOCK_SKEW
from regulars.core.checks.shop import Shop
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.ledger.accounts import open_unit
from regulars.platform.rows import run
from regulars.programs.book import NoProgram
from regulars.programs.models import Program, ProgramVersion
from regulars.programs.soundness import read_shop, require_soundness

# What `verify` compares with, and what the book knows a document by.
MARK = "UPDATE programs_programversion SET mark = md5(document::text) WHERE id = %(id)s"

State = Literal["draft", "scheduled", "live", "past"]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version as it is at some moment; `starts_at` None is the draft. Actors are tags, as the ledger keeps them."""

    id: int
    number: int
    state: State
    document: ProgramDocument
    note: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    starts_at: datetime | None
    scheduled_by: str


class NoDraft(Refusal):
    """Nobody has begun a draft."""

    code = "no_draft"


class UnknownVersion(Refusal):
    """The program has no version with this number."""

    code = "unknown_version"

    def __init__(self, *, number: int) -> None:
        self.number = number


class VersionHasStarted(Refusal):
    """The version is live or past: sales may have been decided by it, so it stays as it is."""

    code = "version_has_started"

    def __init__(self, *, number: int) -> None:
        self.number = number


class DraftExists(Refusal):
    """There is a draft already: publish or discard it first."""

    code = "draft_exists"

    def __init__(self, *, number: int) -> None:
        self.number = number


class InvalidDocument(Refusal):
    """The document does not say what a program must: a field is missing, unknown or out of its bounds."""

    code = "invalid_document"

    def __init__(self, *, why: str) -> None:
        self.why = why


def read_live(*, at: datetime) -> Version:
    """Return the version that decides a sale at `at`: the newest that had started, or the first there is.

    Refuses: NoDraft when nothing was ever scheduled, which a program that was set up cannot be.
    """
    row = _live(at)
    if row is None:
        raise NoDraft()
    return _version(row, at=at)


def read_draft(*, at: datetime) -> Version | None:
    """Return the draft, or None."""
    row = ProgramVersion.objects.filter(starts_at=None).first()
    return None if row is None else _version(row, at=at)


def read_version(number: int, *, at: datetime) -> Version:
    """Return one version. Refuses: UnknownVersion."""
    return _version(_find(number), at=at)


def list_versions(*, at: datetime) -> list[Version]:
    """Return every version: the draft first, then the newest start first."""
    live = _live(at)
    rows = [*ProgramVersion.objects.filter(starts_at=None), *_scheduled().reverse()]
    return [_told(row, at=at, is_live=row == live) for row in rows]


def list_current(*, at: datetime) -> list[Version]:
    """Return the versions that people work with, in the order of `list_versions`: the draft, those that wait for their
    moment, and the live one; the past is not read.
    """
    live = _live(at)
    waiting = [row for row in _scheduled().filter(starts_at__gt=at).reverse() if row != live]
    rows = [*ProgramVersion.objects.filter(starts_at=None), *waiting, *([live] if live else [])]
    return [_told(row, at=at, is_live=row == live) for row in rows]


@transaction.atomic
def open_draft(*, at: datetime, by: Actor) -> Version:
    """Return the draft; where there is none, begin one as a copy of the version that starts last."""
    program = _lock_program()
    row = ProgramVersion.objects.filter(starts_at=None).first()
    if row is None:
        row = _begin(program, _scheduled().reverse()[0].document, at=at, by=by)
    return _version(row, at=at)


@transaction.atomic
def save_draft(document: ProgramDocument, *, at: datetime, by: Actor, note: str | None = None) -> Version:
    """Keep what somebody works on, without any effect on sales; begins a draft where there is none.

    A draft may have faults that `check_document` tells; it only has to be a document. Refuses: InvalidDocument.
    """
    program = _lock_program()
    stored = _stored(document)
    row = ProgramVersion.objects.filter(starts_at=None).first()
    if row is None:
        row = _begin(program, stored, at=at, by=by)
    elif _read(row) != document:
        row.document, row.changed_at = stored, at
        _record("program.drafted", program, row, at=at, by=by)
    if note is not None:
        row.note = note[:200]
    row.save()
    return _version(row, at=at)


@transaction.atomic
def discard_draft(*, at: datetime, by: Actor) -> None:
    """Throw the draft away. Refuses: NoDraft."""
    program = _lock_program()
    row = _draft()
    _record("program.draft_discarded", program, row, at=at, by=by)
    row.delete()


@transaction.atomic
def schedule_draft(*, starts_at: datetime, at: datetime, by: Actor) -> Version:
    """Let the draft decide sales from `starts_at` on; a moment that has passed means now.

    Opens the ledger's units for the document's units and stamp cards. Refuses: NoDraft, FaultyProgram.
    """
    program = _lock_program()
    return _schedule(program, _draft(), starts_at=max(starts_at, at), shop=read_shop(), at=at, by=by)


def publish_document(document: ProgramDocument, *, at: datetime, by: Actor, note: str = "") -> Version:
    """Let a document decide sales from `at` on, past any draft, which stays. What is live already changes nothing.

    Refuses: InvalidDocument, FaultyProgram.
    """
    return schedule_document(document, starts_at=at, at=at, by=by, note=note)


@transaction.atomic
def schedule_document(
    document: ProgramDocument, *, starts_at: datetime, at: datetime, by: Actor, note: str = ""
) -> Version:
    """Let a document decide sales from `starts_at` on, past any draft, which stays; a moment that has passed means now.

    Where the version that decides then says the same already, nothing changes. Refuses: InvalidDocument,
    FaultyProgram.
    """
    program = _lock_program()
    stored, starts_at = _stored(document), max(starts_at, at)
    then = _scheduled().filter(starts_at__lte=starts_at).last()
    if then is not None and _read(then) == document:
        return _version(then, at=at)
    row = ProgramVersion(number=_next_number(), document=stored, note=note[:200], created_at=at, created_by=by.tag)
    return _schedule(program, row, starts_at=starts_at, shop=read_shop(), at=at, by=by)


@transaction.atomic
def unschedule(number: int, *, at: datetime, by: Actor) -> Version:
    """Make a scheduled version the draft again, until a till whose clock is fast might have sold by it.

    Refuses: UnknownVersion, VersionHasStarted, DraftExists.
    """
    program = _lock_program()
    row = _find(number)
    if row.starts_at is None:
        return _version(row, at=at)
    if row.starts_at <= at + CLOCK_SKEW:
        raise VersionHasStarted(number=number)
    if draft := ProgramVersion.objects.filter(starts_at=None).first():
        raise DraftExists(number=draft.number)
    row.starts_at, row.scheduled_by, row.changed_at = None, "", at
    row.save()
    _record("program.unscheduled", program, row, at=at, by=by)
    return _version(row, at=at)


def begin_versions(program: Program, document: ProgramDocument, *, at: datetime, by: Actor) -> Version:
    """Give a new program its version 1, which covers every sale from before as well."""
    row = ProgramVersion(number=_next_number(), document=_stored(document), created_at=at, created_by=by.tag)
    return _schedule(program, row, starts_at=at, shop=UNKNOWN_SHOP, at=at, by=by)


def _schedule(
    program: Program, row: ProgramVersion, *, starts_at: datetime, shop: Shop, at: datetime, by: Actor
) -> Version:
    document = _read(row)
    require_soundness(document, program, shop=shop)
    row.starts_at, row.scheduled_by, row.changed_at = starts_at, by.tag, at
    row.save()
    run(MARK, {"id": row.pk})
    for unit in document.units:
        open_unit(code=unit.code, name=unit.name.plural)
    for card in document.stamp_cards:
        open_unit(code=card.code, name=card.name[:64])
    _record("program.scheduled", program, row, at=at, by=by, starts_at=starts_at.isoformat())
    return _version(row, at=at)


def _begin(program: Program, document: dict[str, Any], *, at: datetime, by: Actor) -> ProgramVersion:
    row = ProgramVersion.objects.create(
        number=_next_number(), document=document, created_at=at, created_by=by.tag, changed_at=at
    )
    _record("program.drafted", program, row, at=at, by=by)
    return row


def _stored(document: ProgramDocument) -> dict[str, Any]:
    """Return the JSON that is stored, read once more with every bound on: a value made in code was not checked."""
    text = msgspec.json.encode(document)
    try:
        msgspec.json.decode(text, type=ProgramDocument)
    except msgspec.ValidationError as error:
        raise InvalidDocument(why=str(error)) from None
    stored: dict[str, Any] = msgspec.json.decode(text)
    return stored


def _read(row: ProgramVersion) -> ProgramDocument:
    return msgspec.convert(row.document, type=ProgramDocument, str_keys=True)


def _version(row: ProgramVersion, *, at: datetime) -> Version:
    return _told(row, at=at, is_live=row.starts_at is not None and row == _live(at))


def _told(row: ProgramVersion, *, at: datetime, is_live: bool) -> Version:
    state: State
    if row.starts_at is None:
        state = "draft"
    elif is_live:
        state = "live"
    else:
        state = "scheduled" if row.starts_at > at else "past"
    return Version(
        id=row.pk,
        number=row.number,
        state=state,
        document=_read(row),
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        starts_at=row.starts_at,
        scheduled_by=row.scheduled_by,
    )


def _scheduled() -> QuerySet[ProgramVersion]:
    return ProgramVersion.objects.exclude(starts_at=None).order_by("starts_at", "number")


def _live(at: datetime) -> ProgramVersion | None:
    return _scheduled().filter(starts_at__lte=at).last() or _scheduled().first()


def _draft() -> ProgramVersion:
    row = ProgramVersion.objects.filter(starts_at=None).first()
    if row is None:
        raise NoDraft()
    return row


def _find(number: int) -> ProgramVersion:
    row = ProgramVersion.objects.filter(number=number).first()
    if row is None:
        raise UnknownVersion(number=number)
    return row


def _next_number() -> int:
    newest: int | None = ProgramVersion.objects.aggregate(newest=Max("number"))["newest"]
    return (newest or 0) + 1


def _lock_program() -> Program:
    program = Program.objects.select_for_update(no_key=True).order_by("id").first()
    if program is None:
        raise NoProgram()
    return program


def _record(
    action: str, program: Program, row: ProgramVersion, *, at: datetime, by: Actor, starts_at: str | None = None
) -> None:
    facts = {"version": row.number} | ({} if starts_at is None else {"starts_at": starts_at})
    record_event(action=action, about="program", about_id=program.pk, facts=facts, at=at, by=by)
