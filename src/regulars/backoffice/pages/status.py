"""Whether a member counts: lock or block them, take them out of the program, let them join or come back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.member import LeaveForm, StatusForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.periods import end_of_day
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.members.models import Status
from regulars.members.status import change_status, join_member, remove_member
from regulars.staff.rights import Right


@needs(Right.BLOCK_MEMBERS)
def member_status(request: HttpRequest, member_id: int) -> HttpResponse:
    office = office_of(request)
    member = find_or_404(member_id).at(office.now)
    form = StatusForm(request.POST or None, initial={"status": member.status})
    form.fields["until"].use(office.now.astimezone(office.zone).date())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            change_status(
                member_id=member.id,
                status=Status(typed["status"]),
                reason=typed["reason"],
                until=end_of_day(typed["until"], office.zone) if typed["until"] else None,
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("The member's status is changed."))
            return redirect("member", member.id)
    return render(request, "backoffice/member_status.html", {"form": form, "member": member})


@needs(Right.BLOCK_MEMBERS)
def leave(request: HttpRequest, member_id: int) -> HttpResponse:
    """Take a member out of the program, after a page that says what stays and what ends."""
    office, member = office_of(request), find_or_404(member_id)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_member(member_id=member.id, reason=form.cleaned_data["reason"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Out of the program. “Let come back” undoes it."))
            return redirect("member", member.id)
    context = {"form": form, "member": member, "held": _held(member.id, office)}
    return render(request, "backoffice/leave.html", context)


@needs(Right.CHANGE_MEMBERS)
def join(request: HttpRequest, member_id: int) -> HttpResponse:
    """A guest joins, or who has left comes back: one press, since nothing is lost by it."""
    office, member = office_of(request), find_or_404(member_id)
    if request.method == "POST":
        join_member(member_id=member.id, at=office.now, by=office.actor)
        comes_back = member.left_at is not None
        messages.success(request, _("Back in the program.") if comes_back else _("Welcome: the guest is a member now."))
    return redirect("member", member.id)


def _held(member_id: int, office: Office) -> list[str]:
    """What the member has and keeps, in words."""
    balances = balances_of([member_id], at=office.now)[member_id]
    return [say_amount(each.available, office.unit(each.unit)) for each in balances if each.available]
