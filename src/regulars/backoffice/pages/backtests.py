"""Try a draft on the sales of the past: start, watch, stop, read, take home."""

from collections.abc import Iterable
from datetime import date

import msgspec
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.backtests import show_result
from regulars.backoffice.forms.backtest import BacktestForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.backoffice.wording import name_of
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.jobs.tasks import defer_backtest
from regulars.members.rows import read_members
from regulars.programs.versions import Version, list_versions, read_draft
from regulars.reports.backtest.order import Side
from regulars.reports.backtest.result import Result
from regulars.reports.backtest.runs import (
    Backtest,
    UnknownBacktest,
    ask_backtest,
    list_backtests,
    read_backtest,
    stop_backtest,
)
from regulars.reports.backtest.sheets import sheet_names, write_sheet
from regulars.reports.figures import newest_day
from regulars.reports.models import BacktestRun
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

STATES = {
    "draft": gettext_lazy("Draft"),
    "scheduled": gettext_lazy("Scheduled"),
    "live": gettext_lazy("Live"),
    "past": gettext_lazy("Past"),
}
VERSIONS = 30


@needs(Right.RUN_BACKTESTS)
def backtests(request: HttpRequest) -> HttpResponse:
    """The form on top, the earlier ones below it."""
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    versions = list_versions(at=office.now)[:VERSIONS]
    newest = newest_day()
    form = None
    if newest is not None:
        form = _form(request, versions, newest)
        if request.method == "POST" and form.is_valid():
            try:
                run = _ask(form, versions, office)
            except Refusal as refusal:
                show_in(form, refusal, office)
            else:
                defer_backtest(run, schema=connection.schema_name)  # type: ignore[attr-defined]
                return redirect("backtest", run)
    runs = list_backtests()
    context = {"form": form, "runs": runs, "names": name_actors({run.created_by for run in runs}), "newest": newest}
    return render(request, "backoffice/backtests.html", context)


@needs(Right.RUN_BACKTESTS)
def backtest(request: HttpRequest, run: int) -> HttpResponse:
    """While it runs, the part that tells how far it is asks again by itself."""
    found = _find(run)
    if request.headers.get("HX-Request"):
        answer = render(request, "backoffice/parts/backtest_progress.html", {"run": found})
        if not found.is_open:
            answer["HX-Refresh"] = "true"
        return answer
    shown = None
    if found.result is not None:
        people = {each.id: name_of(each) for each in read_members(_movers(found.result))}
        shown = show_result(found.result, _documents(run), people)
    context = {
        "run": found,
        "shown": shown,
        "result": found.result,
        "sheets": sheet_names(found.result) if found.result else [],
        "names": name_actors({found.created_by}),
        "publish_url": _publish_url(found, office_of(request)) if shown else "",
    }
    return render(request, "backoffice/backtest.html", context)


@require_POST
@needs(Right.RUN_BACKTESTS)
def stop(request: HttpRequest, run: int) -> HttpResponse:
    office = office_of(request)
    try:
        stop_backtest(run, at=office.now, by=office.actor)
    except UnknownBacktest:
        raise Http404 from None
    messages.info(request, _("It stops within a second. Nothing was moved by it."))
    return redirect("backtest", run)


@needs(Right.RUN_BACKTESTS)
def export(request: HttpRequest, run: int, sheet: str) -> HttpResponse:
    """One sheet as CSV, or everything as JSON."""
    found = _find(run)
    if found.result is None:
        raise Http404
    if sheet == "json":
        return _file(msgspec.json.format(msgspec.json.encode(found.result)), f"backtest-{run}.json", "application/json")
    if sheet not in sheet_names(found.result):
        raise Http404
    text = "\N{BYTE ORDER MARK}" + write_sheet(found.result, sheet)
    return _file(text.encode(), f"backtest-{run}-{sheet}.csv", "text/csv; charset=utf-8")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _find(run: int) -> Backtest:
    try:
        return read_backtest(run)
    except UnknownBacktest:
        raise Http404 from None


def _form(request: HttpRequest, versions: Iterable[Version], newest: date) -> BacktestForm:
    programs = [(str(each.number), name_of_version(each)) for each in versions]
    live = next((str(each.number) for each in versions if each.state == "live"), "")
    first = programs[0][0] if programs else ""
    initial = {"draft": first, "against": live if live != first else "", "last": newest}
    return BacktestForm(request.POST or None, programs=programs, newest=newest, initial=initial)


def _ask(form: BacktestForm, versions: Iterable[Version], office: Office) -> int:
    typed = form.cleaned_data
    known = {str(each.number): Side(label=name_of_version(each), document=each.document) for each in versions}
    return ask_backtest(
        known[typed["draft"]],
        known.get(typed["against"]),
        since=typed["since"],
        last=typed["last"],
        at=office.now,
        by=office.actor,
    )


def name_of_version(version: Version) -> str:
    """ "Draft (version 4)", "Live (version 3): Summer"."""
    said = _("%(state)s (version %(n)s)") % {"state": STATES[version.state], "n": version.number}
    return f"{said}: {version.note}" if version.note else said


def _documents(run: int) -> list[ProgramDocument]:
    """What was tried; its units are named by it."""
    [sides] = BacktestRun.objects.filter(pk=run).values_list("draft", "against")
    return [msgspec.convert(side, type=ProgramDocument, str_keys=True) for side in sides if side is not None]


def _publish_url(run: Backtest, office: Office) -> str:
    """Where the draft is published that was tried; nowhere if it is the draft no more."""
    draft = read_draft(at=office.now)
    return reverse("draft") if draft is not None and name_of_version(draft) == run.draft else ""


def _movers(result: Result) -> list[int]:
    compared = result.comparison
    return [each.member_id for each in (*compared.winners, *compared.losers)] if compared else []
