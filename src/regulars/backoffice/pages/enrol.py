"""A new member at the counter, and changes to one: the form, and one call."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.member import EnrolForm, ProfileForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.members.change import MemberChanges, change_member
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.identity import Duplicate
from regulars.members.models import Member
from regulars.staff.rights import Right


@needs(Right.CHANGE_MEMBERS)
def enrol(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = EnrolForm(request.POST or None)
    holder = None
    if request.method == "POST" and form.is_valid():
        try:
            enrolled = enrol_member(_new_member(form, office), at=office.now)
        except Refusal as refusal:
            show_in(form, refusal)
            holder = _holder(refusal)
        else:
            messages.success(request, _("Enrolled."))
            return redirect("member", enrolled.member_id)
    return render(request, "backoffice/enrol.html", {"form": form, "holder": holder})


@needs(Right.CHANGE_MEMBERS)
def edit_member(request: HttpRequest, member_id: int) -> HttpResponse:
    office = office_of(request)
    member = get_object_or_404(Member, pk=member_id)
    held = dict(member.identifiers.values_list("kind", "value"))
    now = {"first_name": member.first_name, "last_name": member.last_name, "birth_on": member.birth_on, **held}
    form = ProfileForm(request.POST or None, initial=now)
    holder = None
    if request.method == "POST" and form.is_valid():
        changes: dict[str, Any] = {name: form.cleaned_data[name] or None for name in form.changed_data}
        try:
            change_member(member_id=member_id, changes=MemberChanges(**changes), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
            holder = _holder(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("member", member_id)
    return render(request, "backoffice/edit_member.html", {"form": form, "member": member, "holder": holder})


def _new_member(form: EnrolForm, office: Office) -> NewMember:
    typed = form.cleaned_data
    return NewMember(
        first_name=typed["first_name"],
        last_name=typed["last_name"],
        birth_on=typed["birth_on"],
        cards=(typed["card"],) if typed["card"] else (),
        joined_at=None if typed["is_guest"] else office.now,
        phone=typed["phone"] or None,
        email=typed["email"] or None,
        external_id=typed["external_id"] or None,
        by=office.actor,
    )


def _holder(refusal: Refusal) -> int | None:
    """The member to open instead, when somebody has the identifier already."""
    return refusal.member_id if isinstance(refusal, Duplicate) else None
