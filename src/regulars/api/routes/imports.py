"""Files that are brought in: sent, looked at line by line, brought in in the background, and taken back as a whole."""

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.bodies import InvalidRequest
from regulars.api.callers import ApiRequest, Call, ScopeMissing
from regulars.api.leave import write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, Id, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.cells import DateOrder
from regulars.core.importing import Mode, Terms
from regulars.imports.ask import (
    UnknownImport,
    ask_check,
    ask_undo,
    ask_write,
    choose,
    go_on,
    read_import,
    stop_import,
    take_in,
)
from regulars.imports.models import ImportResult, ImportRun
from regulars.imports.progress import done_lines
from regulars.imports.subjects import open_subject, reading_of
from regulars.jobs.imports import defer_import
from regulars.sales.refusals import WrongStore
from regulars.staff.models import Scope

Kind = Literal["members", "adjustments", "balances", "levels", "sales"]

Cursor = Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)]

BESIDES: dict[str, Scope] = {
    "adjustments": Scope.POINTS_ADJUST,
    "balances": Scope.POINTS_ADJUST,
    "levels": Scope.POINTS_ADJUST,
    "sales": Scope.SALES_WRITE,
}
"""What a kind needs besides `members:write`."""

LARGEST = 8 * 1_048_576
MOST = 100
UNKNOWN_AMOUNT = 2**53
"""How much it is where nothing was looked at yet: more than any threshold."""


class ImportIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`content` is a CSV file or an XLSX workbook. `columns` say what a heading means, by the codes that
    `GET /imports/fields` lists; "" is not read, and headings that are not named are guessed. With `dry_run` the file is
    only looked at: bring it in with `POST /imports/{id}/start`.
    """

    kind: Kind
    content: Annotated[
        str, Meta(min_length=1, max_length=LARGEST, description="The file, in base64; up to 8 MB of it.")
    ]
    name: Annotated[str, Meta(min_length=1, max_length=200, description="The file's name.")] = "file.csv"
    columns: dict[str, str] = {}
    mode: Mode = Mode.CREATE_AND_UPDATE
    match_by: Annotated[
        tuple[Literal["external_id", "card", "phone", "email"], ...],
        Meta(min_length=1, max_length=4, description="What members are found by; the first that finds one counts."),
    ] = ("external_id", "card", "phone", "email")
    joins: Annotated[bool, Meta(description="Whoever is new has joined; otherwise they are guests.")] = True
    dates: Annotated[DateOrder, Meta(description="How days are written that are not 2026-03-31.")] = (
        DateOrder.YEAR_FIRST
    )
    note: Annotated[str, Meta(max_length=200, description="For the team.")] = ""
    dry_run: bool = True


class Column(msgspec.Struct, frozen=True):
    """What a column means; `field` is empty where it is not read."""

    heading: str
    field: str


class ImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is. `step`: new, check (it is only looked at), write or undo. `state`: waiting, running,
    stopped, failed or done. Of `lines` so many are `done`.

    `counts` are lines by outcome: created, updated, unchanged, failed; and of an undo undone, in_use, changed, spent,
    gone. `alike` of the new ones may be known already, by name and birth date. `sums` are amounts by unit, and of open
    sales `money` in minor units.
    """

    id: Id
    kind: str
    name: str
    step: str
    state: str
    lines: int
    done: int
    counts: dict[str, int]
    alike: int
    sums: dict[str, int]
    columns: list[Column]
    fault: str
    created_at: datetime
    finished_at: datetime | None


class ImportsOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    imports: list[ImportOut]
    next: str | None


class LineFault(msgspec.Struct, frozen=True):
    """What is wrong with a line, by its column's field; empty: the line as a whole."""

    field: str
    code: str
    facts: dict[str, Any]


class LineOut(msgspec.Struct, frozen=True):
    """A line of the file, counted from 1; what its cells say is not repeated here."""

    line: int
    faults: list[LineFault]


class LinesOut(msgspec.Struct, frozen=True):
    """In the file's order; send `next` as `cursor` for the page that follows, null when there is none."""

    errors: list[LineOut]
    next: str | None


class FieldOut(msgspec.Struct, frozen=True):
    """What a column may mean. `is_clearable`: a cell may say [clear]."""

    field: str
    label: str
    about: str
    sample: str
    is_clearable: bool


class FieldsOut(msgspec.Struct, frozen=True):
    kind: str
    fields: list[FieldOut]


class NothingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


@creates(
    "/imports",
    scope=Scope.MEMBERS_WRITE,
    takes=ImportIn,
    summary="Bring a file in",
    largest=LARGEST,
    may_need_leave=True,
)
async def create_import(data: JSONBody[ImportIn], request: ApiRequest) -> Reply[ImportOut]:
    """It is done in the background: ask `GET /imports/{id}` how far it is. One import runs at a time."""
    call = request.auth
    _check_kind(data.kind, call)
    content = _read_content(data.content)

    def create(at: datetime, by: Actor) -> ImportOut:
        terms = Terms(mode=data.mode, order=data.match_by, joins=data.joins)
        run = take_in(BytesIO(content), name=data.name, subject=data.kind, terms=terms, note=data.note, at=at, by=by)
        reading = msgspec.structs.replace(reading_of(run), dates=data.dates)
        choose(run.pk, fields=_fields(run, data.columns), terms=terms, reading=reading, at=at, by=by)
        ask_check(run.pk, at=at, by=by, for_real=not data.dry_run)
        defer_import(run.pk, schema=call.schema)
        return _told(read_import(run.pk))

    if data.dry_run or data.kind == "members":
        return await do_write(request, lambda at: create(at, call.by))
    return await write_with_leave(request, Action.MASS_ADJUST, create, weigh=lambda _at: Weight(amount=UNKNOWN_AMOUNT))


@reads("/imports", scope=Scope.MEMBERS_READ, summary="List imports")
async def read_imports(request: ApiRequest, cursor: Cursor = None) -> Reply[ImportsOut]:
    """A hundred at a time."""
    number = None if cursor is None else read_id(cursor)

    def read(at: datetime) -> ImportsOut:
        runs = ImportRun.objects.order_by("-pk")
        page = list((runs if number is None else runs.filter(pk__lt=number))[: MOST + 1])
        return ImportsOut([_told(run) for run in page[:MOST]], str(page[MOST - 1].pk) if len(page) > MOST else None)

    return await do_read(request, read)


@reads("/imports/fields", scope=Scope.MEMBERS_READ, summary="List what the columns of a kind may mean")
async def read_import_fields(
    request: ApiRequest, kind: Annotated[Kind, QueryParameter(required=True)]
) -> Reply[FieldsOut]:
    """The shop's own attributes of members are among them."""

    def read(at: datetime) -> FieldsOut:
        subject = open_subject(ImportRun(subject=kind, created_by=request.auth.by.tag), at=at, by=request.auth.by)
        return FieldsOut(
            kind,
            [
                FieldOut(each.code, str(each.label), str(each.about), each.sample, each.is_clearable)
                for each in subject.fields()
            ],
        )

    return await do_read(request, read)


@reads("/imports/{import_id:str}", scope=Scope.MEMBERS_READ, summary="Read how far an import is")
async def read_one_import(request: ApiRequest, import_id: FromPath[str]) -> Reply[ImportOut]:
    """Ask every few seconds until its state is done, stopped or failed."""
    number = read_id(import_id, otherwise=UnknownImport)
    return await do_read(request, lambda at: _told(read_import(number)))


@reads("/imports/{import_id:str}/errors", scope=Scope.MEMBERS_READ, summary="List the lines of an import that failed")
async def read_import_errors(request: ApiRequest, import_id: FromPath[str], cursor: Cursor = None) -> Reply[LinesOut]:
    """A hundred lines at a time, with every fault of each."""
    number = read_id(import_id, otherwise=UnknownImport)
    after = 0 if cursor is None else read_id(cursor)

    def read(at: datetime) -> LinesOut:
        run = read_import(number)
        failed = ImportResult.objects.filter(run=run, outcome="failed", line__gt=after)
        rows = list(failed.order_by("line").values_list("line", "faults")[: MOST + 1])
        errors = [LineOut(line, msgspec.convert(faults or [], list[LineFault])) for line, faults in rows[:MOST]]
        return LinesOut(errors, str(errors[-1].line) if len(rows) > MOST else None)

    return await do_read(request, read)


@creates(
    "/imports/{import_id:str}/start",
    scope=Scope.MEMBERS_WRITE,
    takes=NothingIn,
    summary="Bring in what was looked at",
    may_need_leave=True,
)
async def start_import(data: JSONBody[NothingIn], request: ApiRequest, import_id: FromPath[str]) -> Reply[ImportOut]:
    """The lines that failed stay out, and every other comes in."""
    number, call = read_id(import_id, otherwise=UnknownImport), request.auth

    def start(at: datetime, by: Actor) -> ImportOut:
        return _step(number, call, lambda: ask_write(number, at=at, by=by))

    def weigh(at: datetime) -> Weight:
        run = read_import(number)
        return Weight(amount=0 if run.subject == "members" else run.counts.get("created", 0))

    return await write_with_leave(request, Action.MASS_ADJUST, start, weigh=weigh)


@creates(
    "/imports/{import_id:str}/undo", scope=Scope.MEMBERS_WRITE, takes=NothingIn, summary="Take a whole import back"
)
async def undo_import(data: JSONBody[NothingIn], request: ApiRequest, import_id: FromPath[str]) -> Reply[ImportOut]:
    """What happened since stays, and is counted."""
    number, call = read_id(import_id, otherwise=UnknownImport), request.auth
    return await do_write(
        request, lambda at: _step(number, call, lambda: ask_undo(number, at=at, by=call.by)), status=201
    )


@creates("/imports/{import_id:str}/resume", scope=Scope.MEMBERS_WRITE, takes=NothingIn, summary="Let an import go on")
async def resume_import(data: JSONBody[NothingIn], request: ApiRequest, import_id: FromPath[str]) -> Reply[ImportOut]:
    """One that was stopped, or has failed, goes on behind the last line that is done."""
    number, call = read_id(import_id, otherwise=UnknownImport), request.auth
    return await do_write(request, lambda at: _step(number, call, lambda: go_on(number, at=at, by=call.by)))


@creates("/imports/{import_id:str}/stop", scope=Scope.MEMBERS_WRITE, takes=NothingIn, summary="Stop an import")
async def stop_one_import(data: JSONBody[NothingIn], request: ApiRequest, import_id: FromPath[str]) -> Reply[ImportOut]:
    """It stops after the lines it is at; one that does not run stays as it is."""
    number, call = read_id(import_id, otherwise=UnknownImport), request.auth

    def stop(at: datetime) -> ImportOut:
        _check_kind(read_import(number).subject, call)
        stop_import(number, at=at, by=call.by)
        return _told(read_import(number))

    return await do_write(request, stop)


def _step(number: int, call: Call, ask: Callable[[], object]) -> ImportOut:
    """Ask for one step of an import, and have it done."""
    _check_kind(read_import(number).subject, call)
    ask()
    defer_import(number, schema=call.schema)
    return _told(read_import(number))


def _check_kind(kind: str, call: Call) -> None:
    """An import is the whole shop's, and may move balances or sales. Refuses: ScopeMissing, WrongStore."""
    needed = BESIDES.get(kind)
    if needed is not None and needed not in call.holder.scopes:
        raise ScopeMissing(needed=needed, held=sorted(call.holder.scopes))
    if call.only_store is not None:
        raise WrongStore(allowed=call.only_store)


def _read_content(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidRequest(where="content", problem="Expected base64") from None


def _fields(run: ImportRun, columns: dict[str, str]) -> list[str]:
    """What the columns mean: as they are guessed, but for those that are named."""
    fields = list(run.fields)
    for heading, field in columns.items():
        if heading not in run.headings:
            raise InvalidRequest(where="columns", problem=f"The file has no column {heading[:60]!r}")
        fields = ["" if field and other == field else other for other in fields]
        fields[run.headings.index(heading)] = field
    return fields


def _told(run: ImportRun) -> ImportOut:
    return ImportOut(
        id=str(run.pk),
        kind=run.subject,
        name=run.file_name,
        step=run.step,
        state=run.state,
        lines=run.total,
        done=done_lines(run),
        counts=run.counts,
        alike=run.alike,
        sums=run.sums,
        columns=[Column(heading, field) for heading, field in zip(run.headings, run.fields, strict=True)],
        fault=run.fault,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )
