"""Lists that somebody takes home: how far each is, and the file when it is there; only for who asked for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.office import Office, office_of
from regulars.jobs.tasks import defer_export
from regulars.platform.sheets import CONTENT_TYPES, Format
from regulars.reports.exports.runs import (
    KEPT_DAYS,
    ListExport,
    UnknownExport,
    ask_export,
    fetch_export,
    list_exports,
    read_export,
    stop_export,
    write_export,
)
from regulars.reports.exports.source import AT_ONCE
from regulars.staff.rights import Right


@needs(Right.EXPORT_LISTS)
def exports(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    context = {"exports": list_exports(by=office.actor), "days": KEPT_DAYS}
    return render(request, "backoffice/exports.html", context)


@needs(Right.EXPORT_LISTS)
def export(request: HttpRequest, export_id: int) -> HttpResponse:
    """While it runs, the part that tells how far it is asks again by itself."""
    found = _find(export_id, office_of(request))
    context = {"export": found, "days": KEPT_DAYS}
    if request.headers.get("HX-Request"):
        return render(request, "backoffice/parts/export_state.html", context)
    return render(request, "backoffice/export.html", context)


@require_POST
@needs(Right.EXPORT_LISTS)
def stop(request: HttpRequest, export_id: int) -> HttpResponse:
    office = office_of(request)
    try:
        stop_export(export_id, at=office.now, by=office.actor)
    except UnknownExport:
        raise Http404 from None
    messages.info(request, _("It stops within a second, and leaves no file."))
    return redirect("export", export_id)


@needs(Right.EXPORT_LISTS)
def fetch(request: HttpRequest, export_id: int) -> HttpResponse:
    office = office_of(request)
    found = _find(export_id, office)
    try:
        content = fetch_export(export_id, at=office.now, by=office.actor)
    except UnknownExport:
        raise Http404 from None
    # A file of a million rows goes out as it is read.
    return FileResponse(  # type: ignore[return-value]
        content, as_attachment=True, filename=found.file_name, content_type=CONTENT_TYPES[found.form]
    )


def start_export(
    source: str,
    *,
    title: str,
    asked: Mapping[str, Any],
    columns: Sequence[tuple[str, str]],
    form: Format,
    office: Office,
) -> int:
    """Write a short list at once, and have a long one written by a job; the export's id.

    Refuses: UnknownSource, TooManyExports.
    """
    number = ask_export(source, title=title, asked=asked, columns=columns, form=form, at=office.now, by=office.actor)
    if read_export(number, by=office.actor).total <= AT_ONCE:
        write_export(number, now=timezone.now)
    else:
        defer_export(number, schema=connection.schema_name)  # type: ignore[attr-defined]
    return number


def _find(export_id: int, office: Office) -> ListExport:
    try:
        return read_export(export_id, by=office.actor)
    except UnknownExport:
        raise Http404 from None
