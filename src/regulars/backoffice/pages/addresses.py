"""A member's phone or e-mail is verified at the counter: a code goes out, and the member reads it back."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.address_codes import check_channel, post_address_code
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.member import CodeForm, UndoVerificationForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.refusals import Refusal
from regulars.members.addresses import ADDRESSES, make_address_code, undo_verification, verify_address
from regulars.members.identifiers import also_found_by, drop_identifier
from regulars.members.models import IdentifierKind
from regulars.members.rows import MemberRow
from regulars.staff.rights import Right


@needs(Right.CHANGE_MEMBERS)
def verify(request: HttpRequest, member_id: int, kind: str) -> HttpResponse:
    """Send a code, then take what the member reads out."""
    office, member, which = office_of(request), find_or_404(member_id), _kind(kind)
    form = CodeForm(request.POST if "code" in request.POST else None)
    is_sent = "code" in request.POST
    try:
        if request.method == "POST" and not is_sent:
            check_channel(which)
            with transaction.atomic():
                made = make_address_code(member_id=member.id, kind=which, at=office.now, by=office.actor)
                post_address_code(made, member_id=member.id, office=office)
            is_sent = True
        elif form.is_valid():
            verify_address(
                member_id=member.id, kind=which, code=form.cleaned_data["code"], at=office.now, by=office.actor
            )
            messages.success(request, _("Verified."))
            return redirect("member", member.id)
    except Refusal as refusal:
        if form.is_bound:
            show_in(form, refusal, office)
        else:
            messages.error(request, words(refusal, office))
    context = {"form": form, "member": member, "kind": kind, "value": _value(member, which), "is_sent": is_sent}
    return render(request, "backoffice/verify_address.html", context)


@needs(Right.CHANGE_MEMBERS)
def undo(request: HttpRequest, member_id: int, kind: str) -> HttpResponse:
    office, member, which = office_of(request), find_or_404(member_id), _kind(kind)
    form = UndoVerificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_verification(
                member_id=member.id, kind=which, reason=form.cleaned_data["reason"], at=office.now, by=office.actor
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Not verified any more. The reason is among the notes."))
            return redirect("member", member.id)
    context = {"form": form, "member": member, "kind": kind, "value": _value(member, which)}
    return render(request, "backoffice/undo_verification.html", context)


@needs(Right.CHANGE_MEMBERS)
def drop(request: HttpRequest, member_id: int, identifier_id: int) -> HttpResponse:
    """Something that came with a merged record finds the member no more, after a page that says so."""
    office, member = office_of(request), find_or_404(member_id)
    which = next((each for each in also_found_by(member.id) if each.id == identifier_id), None)
    if which is None:
        raise Http404
    if request.method == "POST":
        try:
            drop_identifier(member_id=member.id, identifier_id=identifier_id, at=office.now, by=office.actor)
            messages.success(request, _("It finds this member no more."))
        except Refusal as refusal:
            messages.error(request, words(refusal, office))
        return redirect("member", member.id)
    return render(request, "backoffice/drop_identifier.html", {"member": member, "which": which})


def _kind(kind: str) -> IdentifierKind:
    if kind not in ADDRESSES:
        raise Http404
    return IdentifierKind(kind)


def _value(member: MemberRow, kind: IdentifierKind) -> str:
    """The address that is meant. Nobody verifies what is not there."""
    value = member.phone if kind is IdentifierKind.PHONE else member.email
    if value is None:
        raise Http404
    return value
