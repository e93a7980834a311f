"""The program as a file: any version is exported, and a file becomes the draft once its faults are mended."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.forms.program.file import FileForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.difference import show_changes
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.refusals import words
from regulars.core.difference import compare
from regulars.core.program_file.reading import FileRead, check_file
from regulars.core.program_file.writing import write_file
from regulars.core.refusals import Refusal
from regulars.programs.soundness import read_shop
from regulars.programs.versions import UnknownVersion, read_version, save_draft
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def export_program(request: HttpRequest, number: int) -> HttpResponse:
    """A version as YAML, to keep, to send, to bring back."""
    office = office_of(request)
    try:
        version = read_version(number, at=office.now)
    except UnknownVersion:
        raise Http404 from None
    title = f"{office.shop}, version {number}"
    text = write_file(version.document, currency=office.currency, zone=office.zone, title=title)
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="program-{number}.yaml"'
    return answer


@needs_program(Right.CHANGE_RULES)
def import_program(request: HttpRequest) -> HttpResponse:
    """Read a file; what it changes is shown before it becomes the draft."""
    office = office_of(request)
    desk = Desk(office)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"work": desk}
    if request.method == "POST" and form.is_valid():
        read = _read(form.said(), office)
        form = FileForm(initial={"text": form.said()})
        context["faults"] = [fault for fault in read.faults if read.document is None or not fault.is_warning]
        if read.document is not None:
            if "sure" in request.POST:
                try:
                    save_draft(read.document, at=office.now, by=office.actor)
                except Refusal as refusal:
                    context["refused"] = words(refusal)
                else:
                    messages.success(request, _("The file is the draft now."))
                    return redirect("draft")
            changes = compare(desk.document, read.document, currency=office.currency, zone=office.zone)
            context |= {"is_read": True, "parts": show_changes(changes, with_links=False)}
    return render(request, "backoffice/program/import.html", context | {"form": form})


def _read(text: str, office: Office) -> FileRead:
    return check_file(text, currency=office.currency, zone=office.zone, shop=read_shop())
