"""Regulated fields of a member: what is kept, opened with a press that is written down, and who looked before."""

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.attributes import show_values
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.attributes import ask_for, typed_values
from regulars.backoffice.office import office_of
from regulars.backoffice.pages.enrol import keep_files, show_refusal
from regulars.backoffice.sending import send_file
from regulars.core.refusals import Refusal
from regulars.files.keep import FileGone
from regulars.members.attributes import change_values, load_definitions, read_values
from regulars.members.regulated import held_regulated, look_at_file, look_at_regulated, looks_at
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.SEE_REGULATED)
def regulated(request: HttpRequest, member_id: int) -> HttpResponse:
    """Nothing is shown before it is asked for: a press, not the opening of the page, is the look."""
    office, member, definitions = office_of(request), find_or_404(member_id), load_definitions()
    shown = None
    if request.method == "POST":
        values = look_at_regulated(member_id=member.id, definitions=definitions, at=office.now, by=office.actor)
        shown = show_values(member.id, [each for each in definitions if each.is_regulated], values)
    looks = looks_at(member.id)
    context = {
        "member": member,
        "held": held_regulated(member.id, definitions),
        "is_asked": any(each.is_regulated for each in definitions.live),
        "shown": shown,
        "looks": looks,
        "labels": {each.code: each.label for each in definitions},
        "names": name_actors({look.by for look in looks}),
    }
    return render(request, "backoffice/regulated.html", context)


@needs(Right.SEE_REGULATED)
def regulated_file(request: HttpRequest, member_id: int, file_id: int) -> HttpResponse:
    """A regulated file; opening it is a look of its own."""
    office, member = office_of(request), find_or_404(member_id)
    try:
        kept = look_at_file(
            member_id=member.id, file_id=file_id, definitions=load_definitions(), at=office.now, by=office.actor
        )
        return send_file(kept)
    except FileGone:
        raise Http404 from None


@needs(Right.CHANGE_REGULATED)
def change_regulated(request: HttpRequest, member_id: int) -> HttpResponse:
    """What is kept is shown for changing it to those who may see it; others write over it without seeing it."""
    office, member, definitions = office_of(request), find_or_404(member_id), load_definitions()
    asked = [each for each in definitions.live if each.is_regulated]
    may_see = office.can(Right.SEE_REGULATED)
    form = Form(request.POST or None, request.FILES or None)
    known = {}
    if may_see and request.method == "POST":
        known = read_values([member.id], definitions, with_regulated=True)[member.id]
    elif may_see:
        known = look_at_regulated(member_id=member.id, definitions=definitions, at=office.now, by=office.actor)
    ask_for(form, asked, known)
    if not may_see:
        for field in form.fields.values():
            field.required = False
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                typed = typed_values(form, asked)
                change_values(member_id=member.id, values=typed, at=office.now, by=office.actor)
                keep_files(form, asked, member.id, office)
        except Refusal as refusal:
            show_refusal(form, refusal, office)
        else:
            messages.success(request, _("Saved."))
            return redirect("member", member.id)
    return render(request, "backoffice/change_regulated.html", {"member": member, "form": form, "may_see": may_see})
