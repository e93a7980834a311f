"""The draft: what it changes and for how many, what must be put right first, and the date it starts on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.forms.program.schedule import ScheduleForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.program.desk import ChangedMeanwhile, Desk
from regulars.backoffice.program.difference import show_changes
from regulars.backoffice.program.faults import faults_in, with_places
from regulars.backoffice.program.pieces import print_of
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.refusals import words
from regulars.backoffice.wording import exact
from regulars.core.refusals import Refusal
from regulars.programs.versions import Version, discard_draft, save_draft, schedule_draft
from regulars.reports.known_shop import read_known_shop
from regulars.reports.program_change import count_touched
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def draft(request: HttpRequest) -> HttpResponse:
    """Read the changes; whoever may publish says when they start."""
    office = office_of(request)
    desk = Desk(office)
    if desk.draft is None:
        return render(request, "backoffice/program/no_draft.html", {"work": desk})
    posted = request.method == "POST" and office.can(Right.PUBLISH_PROGRAM)
    form = ScheduleForm(request.POST if posted else None, office=office, initial={"note": desk.draft.note})
    if form.is_bound and form.is_valid():
        try:
            published = _publish(request, form, office, desk.draft)
        except Refusal as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, say_published(published, office))
            return redirect("version", published.number)
    return render(request, "backoffice/program/draft.html", _context(desk, form, is_counting="touched" in request.GET))


@needs_program(Right.CHANGE_RULES)
def discard(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    desk = Desk(office)
    if desk.draft is None:
        return redirect("draft")
    if request.method == "POST":
        discard_draft(at=office.now, by=office.actor)
        messages.success(request, _("The draft is gone."))
        return redirect("program")
    return render(request, "backoffice/program/discard.html", {"work": desk})


def say_published(published: Version, office: Office) -> str:
    """What was agreed, with its moment."""
    if published.state == "scheduled" and published.starts_at:
        at = exact(published.starts_at, office.zone)
        return _("Version %(number)s starts on %(at)s.") % {"number": published.number, "at": at}
    return _("Version %(number)s is live: sales earn by it from now on.") % {"number": published.number}


def _publish(request: HttpRequest, form: ScheduleForm, office: Office, shown: Version) -> Version:
    """Schedule what was read: a draft that somebody changed meanwhile is read again first."""
    if print_of(shown.document) != request.POST.get("seen", ""):
        raise ChangedMeanwhile()
    if form.cleaned_data["note"] != shown.note:
        save_draft(shown.document, at=office.now, by=office.actor, note=form.cleaned_data["note"])
    return schedule_draft(starts_at=form.moment(), at=office.now, by=office.actor)


def _context(desk: Desk, form: ScheduleForm, *, is_counting: bool) -> dict[str, Any]:
    """Counting the members takes a moment: the page asks for it once it stands."""
    assert desk.draft is not None
    document, at = desk.draft.document, desk.office.now
    found = with_places(faults_in(document, desk.office, shop=read_known_shop(document)), document)
    touched = (
        [count_touched(change, desk.base.document, document, at=at).words for change in desk.changes]
        if is_counting
        else None
    )
    return {
        "work": desk,
        "form": form,
        "faults": [fault for fault in found if not fault["is_warning"]],
        "warnings": [fault for fault in found if fault["is_warning"]],
        "parts": show_changes(desk.changes, with_links=True, touched=touched),
        "touched": is_counting,
        "seen": print_of(document),
    }
