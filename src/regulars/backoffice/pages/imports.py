"""Files that are brought in: chosen, looked at, brought in, and taken back; no step acts before it shows its effect."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.contrib import messages
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.effects.deeds import BringIn
from regulars.backoffice.forms.imports import ColumnsForm, FileForm
from regulars.backoffice.import_lines import READERS, SHOWN, all_lines_of
from regulars.backoffice.imports import (
    ABOUT,
    SUBJECTS,
    money_of,
    say_state,
    sums_of,
    tiles,
)
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.leave import typed, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.importing import Terms
from regulars.core.refusals import Refusal
from regulars.imports.ask import (
    UnknownImport,
    ask_check,
    ask_undo,
    ask_write,
    choose,
    discard,
    go_on,
    look,
    read_import,
    stop_import,
    take_in,
)
from regulars.imports.lines import Field
from regulars.imports.models import ImportRun
from regulars.imports.progress import all_lines, done_lines
from regulars.imports.subjects import open_subject
from regulars.jobs.imports import defer_import
from regulars.platform.sheets import CONTENT_TYPES, Format, open_sheet
from regulars.staff.actors import name_actors
from regulars.staff.approvals import Ask
from regulars.staff.rights import Right

RIGHTS = {
    "members": Right.IMPORT_LISTS,
    "adjustments": Right.ADJUST_POINTS,
    "balances": Right.ADJUST_POINTS,
    "levels": Right.CHANGE_TIERS,
    "sales": Right.ENTER_RECEIPTS,
}
"""What a kind of import needs besides the right to import at all."""


@needs(Right.IMPORT_LISTS)
def imports(request: HttpRequest) -> HttpResponse:
    """A new file on top, the earlier ones below it."""
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    subjects = [(code, title) for code, title in SUBJECTS.items() if _may(code, office)]
    form = FileForm(request.POST or None, request.FILES or None, subjects=subjects)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            run = take_in(
                told["file"],
                name=told["file"].name or "file.csv",
                subject=told["subject"],
                note=told["note"],
                terms=Terms(),
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            form.add_error("file", words(refusal, office))
        else:
            return redirect("import", run.pk)
    theirs = ImportRun.objects.filter(subject__in=[code for code, _title in subjects])
    page = page_by_id(theirs, before=request.GET.get("before", ""))
    context = {
        "form": form,
        "page": page,
        "runs": [{"run": run, "state": say_state(run), "subject": SUBJECTS[run.subject]} for run in page.rows],
        "names": name_actors({run.created_by for run in page.rows}),
        "subjects": [(code, title, ABOUT[code]) for code, title in subjects],
    }
    return render(request, "backoffice/imports.html", context)


@needs(Right.IMPORT_LISTS)
def template(request: HttpRequest, subject: str, form: str) -> HttpResponse:
    """An empty file with every column, and one line that shows what stands in them."""
    office = office_of(request)
    if subject not in SUBJECTS or form not in CONTENT_TYPES or office.book is None or not _may(subject, office):
        raise Http404
    kind: Format = "xlsx" if form == "xlsx" else "csv"
    fields = _fields(ImportRun(subject=subject, created_by=office.actor.tag), office)
    out = BytesIO()
    sheet = open_sheet(kind, out, heading=[str(field.label) for field in fields], name=subject)
    sheet.write([[field.sample for field in fields]])
    sheet.close()
    out.seek(0)
    return _file(out, f"{subject}-template.{kind}", kind)


@needs(Right.IMPORT_LISTS)
def one_import(request: HttpRequest, run_id: int) -> HttpResponse:
    """One import, as far as it is. While it works, the part that tells how far asks again by itself."""
    office, run = office_of(request), _find(run_id, office_of(request))
    is_open = run.state in (ImportRun.State.WAITING, ImportRun.State.RUNNING)
    if request.headers.get("HX-Request"):
        answer = render(request, "backoffice/parts/import_progress.html", _progress(run))
        if not is_open:
            answer["HX-Refresh"] = "true"
        return answer
    is_told = not is_open and run.step != ImportRun.Step.NEW
    lists = _lists(request, run, office) if is_told else []
    context = _progress(run) | {
        "tiles": tiles(run) if is_told else [],
        "lists": lists,
        "sums": sums_of(run, office),
        "worth": money_of(run),
        "subject": SUBJECTS[run.subject],
        "names": name_actors({run.created_by}),
        "can_undo": run.step == ImportRun.Step.WRITE and not is_open and run.forgotten_at is None,
        "bringable": run.counts.get("created", 0) + run.counts.get("updated", 0),
    }
    return render(request, "backoffice/import.html", context)


@needs(Right.IMPORT_LISTS)
def columns(request: HttpRequest, run_id: int) -> HttpResponse:
    """What each column means, with the file's first lines beside it; saying so has the file looked at."""
    office, run = office_of(request), _find(run_id, office_of(request))
    if run.step in (ImportRun.Step.WRITE, ImportRun.Step.UNDO):
        return redirect("import", run.pk)
    try:
        opened = look(run)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
        return redirect("imports")
    known = _fields(run, office)
    form = ColumnsForm(request.POST or None, run=run, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            choose(
                run.pk,
                fields=form.chosen(),
                terms=form.terms(),
                reading=form.reading(),
                at=office.now,
                by=office.actor,
            )
            if "again" in request.POST:
                return redirect("import_columns", run.pk)
            ask_check(run.pk, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            _defer(run)
            return redirect("import", run.pk)
    samples = [
        {"field": form[f"column_{place}"], "samples": [row[place] for row in opened.samples if place < len(row)]}
        for place in range(len(run.headings))
    ]
    context = {"run": run, "form": form, "columns": samples, "known": known, "subject": SUBJECTS[run.subject]}
    return render(request, "backoffice/import_columns.html", context)


@require_POST
@needs(Right.IMPORT_LISTS)
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    """Bring it in; what moves amounts may need leave, which is for exactly what the check has shown."""
    run = _find(run_id, office_of(request))
    if run.subject == "members":
        return _do(request, run_id, ask_write, works=True)
    shown = {"fields": run.fields, "terms": run.terms, "counts": run.counts, "sums": run.sums}
    ask = Ask(
        action=Action.MASS_ADJUST,
        payload=typed(request) | shown,
        weight=Weight(amount=run.counts.get("created", 0)),
        about="import",
        about_id=run_id,
        deed=BringIn(run=run_id).kept(),
    )

    def write(run_id: int, *, at: datetime, by: Actor) -> Any:
        return with_leave(request, ask, lambda actor: ask_write(run_id, at=at, by=actor))

    return _do(request, run_id, write, works=True)


@require_POST
@needs(Right.IMPORT_LISTS)
def resume(request: HttpRequest, run_id: int) -> HttpResponse:
    return _do(request, run_id, go_on, works=True)


@require_POST
@needs(Right.IMPORT_LISTS)
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    return _do(request, run_id, stop_import, said=_("It stops after the lines it is at."))


@needs(Right.IMPORT_LISTS)
def undo(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask once more, with what it will do; then take the whole import back."""
    run = _find(run_id, office_of(request))
    if request.method == "POST":
        return _do(request, run_id, ask_undo, works=True)
    context = {"run": run, "subject": SUBJECTS[run.subject], "counts": run.counts}
    return render(request, "backoffice/undo_import.html", context)


@require_POST
@needs(Right.IMPORT_LISTS)
def throw_away(request: HttpRequest, run_id: int) -> HttpResponse:
    answer = _do(request, run_id, discard, said=_("The file is forgotten. Nothing was brought in."))
    return redirect("imports") if not ImportRun.objects.filter(pk=run_id).exists() else answer


@needs(Right.IMPORT_LISTS)
def lines(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """All lines to look at, as CSV: why stands before the cells, to be mended and brought in again."""
    office, run = office_of(request), _find(run_id, office_of(request))
    if kind not in READERS:
        raise Http404
    out = TemporaryFile()  # noqa: SIM115  # the answer closes it
    sheet = open_sheet("csv", out, heading=[_("Line"), _("What is wrong"), *run.headings])
    sheet.write(all_lines_of(kind, run, office))
    sheet.close()
    out.seek(0)
    return _file(out, f"import-{run.pk}-{kind}.csv", "csv")


def _lists(request: HttpRequest, run: ImportRun, office: Office) -> list[dict[str, Any]]:
    """The lists of lines to look at that are not empty, each from where somebody has paged to."""
    kinds = ["stayed"] if run.step == ImportRun.Step.UNDO else ["errors", "alike"]
    told = []
    for kind in kinds:
        after = _number(request.GET.get(f"after_{kind}", ""))
        if found := READERS[kind](run, office, after=after, limit=SHOWN + 1):
            rows = found[:SHOWN]
            told.append({"kind": kind, "rows": rows, "more": rows[-1].line if len(found) > SHOWN else None})
    return told


def _file(out: BinaryIO, name: str, form: Format) -> HttpResponse:
    return FileResponse(out, as_attachment=True, filename=name, content_type=CONTENT_TYPES[form])  # type: ignore[return-value]


def _do(
    request: HttpRequest, run_id: int, verb: Callable[..., Any], *, works: bool = False, said: str = ""
) -> HttpResponse:
    """Do one thing with an import, and say what came of it."""
    office, run = office_of(request), _find(run_id, office_of(request))
    try:
        verb(run_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        if works:
            _defer(run)
        if said:
            messages.info(request, said)
    return redirect("import", run_id)


def _defer(run: ImportRun) -> None:
    defer_import(run.pk, schema=connection.schema_name)  # type: ignore[attr-defined]


def _find(run_id: int, office: Office) -> ImportRun:
    """An import of a kind that this person may bring in; nobody else learns that there is one."""
    try:
        run = read_import(run_id)
    except UnknownImport:
        raise Http404 from None
    if not _may(run.subject, office):
        raise Http404
    return run


def _may(subject: str, office: Office) -> bool:
    """Open sales may be any store's: whoever brings them in works in all of them."""
    right = RIGHTS[subject]
    return office.can(right) and (subject != "sales" or office.reach_for(right).everything)


def _fields(run: ImportRun, office: Office) -> list[Field]:
    return list(open_subject(run, at=office.now, by=office.actor).fields())


def _progress(run: ImportRun) -> dict[str, Any]:
    total = all_lines(run)
    done = done_lines(run)
    return {
        "run": run,
        "is_open": run.state in (ImportRun.State.WAITING, ImportRun.State.RUNNING),
        "state": say_state(run),
        "done": done,
        "total": total,
        "percent": 100 * done // total if total and run.is_staged else 0,
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
