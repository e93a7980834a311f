"""The team's notes about a member: written on the member page, kept on top, or removed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.member import NoteForm
from regulars.backoffice.keyset import read_id_key
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.refusals import Refusal
from regulars.members.notes import NoteRow, pin_note, read_notes, remove_note, write_note
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

ON_MEMBER_PAGE = 3
ON_A_PAGE = 20


@needs(Right.SEE_MEMBERS)
def notes(request: HttpRequest, member_id: int) -> HttpResponse:
    """All notes of a member, and the writing of another."""
    office, member = office_of(request), find_or_404(member_id)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and not office.can(Right.CHANGE_MEMBERS):
        return redirect("notes", member.id)
    if request.method == "POST" and form.is_valid():
        try:
            write_note(member_id=member.id, **form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("The note is kept."))
            return redirect("member", member.id)
    before = read_id_key(request.GET.get("before", ""))
    found = read_notes(member.id, before_id=before, limit=ON_A_PAGE + 1)
    context = {
        "form": form,
        "member": member,
        "older": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        "is_first": before is None,
        **named(found[:ON_A_PAGE]),
    }
    return render(request, "backoffice/notes.html", context)


@needs(Right.CHANGE_MEMBERS)
def change_note(request: HttpRequest, member_id: int, note_id: int) -> HttpResponse:
    """Keep a note on top, let it go down, or remove it."""
    office, member = office_of(request), find_or_404(member_id)
    if request.method == "POST":
        deed: dict[str, Any] = {"member_id": member.id, "note_id": note_id, "at": office.now, "by": office.actor}
        try:
            if request.POST.get("to") == "remove":
                remove_note(**deed)
                messages.success(request, _("The note is removed."))
            else:
                pin_note(**deed, is_pinned=request.POST.get("to") == "pin")
        except Refusal as refusal:
            messages.error(request, words(refusal, office))
    return redirect("notes", member.id)


def member_notes(member_id: int) -> dict[str, Any]:
    """The notes that the member page shows."""
    found = read_notes(member_id, limit=ON_MEMBER_PAGE + 1)
    return {**named(found[:ON_MEMBER_PAGE]), "has_more_notes": len(found) > ON_MEMBER_PAGE}


def named(found: list[NoteRow]) -> dict[str, Any]:
    """Notes, and the names of who wrote them."""
    return {"notes": found, "writers": name_actors({note.written_by for note in found})}
