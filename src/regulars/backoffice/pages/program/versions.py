"""Every version of the program: what it said, what changed with it, and taking a scheduled one back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.program.overview import ROOMS
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.difference import show_changes
from regulars.backoffice.program.pieces import pieces_of
from regulars.backoffice.program.preview import preview_of
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.refusals import words
from regulars.core.difference import compare
from regulars.core.refusals import Refusal
from regulars.programs.versions import DraftExists, Version, save_draft, unschedule
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right, require


@needs_program(Right.SEE_RULES)
def versions(request: HttpRequest) -> HttpResponse:
    desk = Desk(office_of(request))
    names = name_actors({version.scheduled_by for version in desk.versions if version.scheduled_by})
    return render(request, "backoffice/program/versions.html", {"work": desk, "names": names})


@needs_program(Right.SEE_RULES)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: its changes against the one before, and everything it says."""
    office = office_of(request)
    desk = Desk(office)
    found = next((each for each in desk.versions if each.number == number), None)
    if found is None:
        raise Http404
    if found.state == "draft":
        return redirect("draft")
    refused = ""
    if request.method == "POST":
        try:
            return _act(request, found, desk, office)
        except Refusal as refusal:
            refused = words(refusal)
    started = [each for each in desk.versions if each.starts_at is not None]
    before = next(iter(started[started.index(found) + 1 :]), None)
    context = {
        "work": desk,
        "version": found,
        "before": before,
        "parts": _changes(before, found, office),
        "rooms": _rooms(found, office),
        "refused": refused,
    }
    return render(request, "backoffice/program/version.html", context)


def _changes(before: Version | None, found: Version, office: Office) -> list[dict[str, Any]]:
    if before is None:
        return []
    changes = compare(before.document, found.document, currency=office.currency, zone=office.zone)
    return show_changes(changes, with_links=False)


def _act(request: HttpRequest, found: Version, desk: Desk, office: Office) -> HttpResponse:
    if request.POST.get("do") == "unschedule":
        require(office.person, Right.PUBLISH_PROGRAM)
        unschedule(found.number, at=office.now, by=office.actor)
        messages.success(request, _("It is the draft again; it does not start by itself any more."))
    else:
        require(office.person, Right.CHANGE_RULES)
        if desk.draft is not None:
            raise DraftExists(number=desk.draft.number)
        save_draft(found.document, at=office.now, by=office.actor)
        messages.success(request, _("The draft says what version %(number)s said.") % {"number": found.number})
    return redirect("draft")


def _rooms(found: Version, office: Office) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "rows": [
                {"piece": piece, "preview": preview_of(piece, found.document, office)}
                for piece in pieces_of(found.document, kind)
            ],
        }
        for _address, kind, _slug, title, _none, _new in ROOMS
    ]
