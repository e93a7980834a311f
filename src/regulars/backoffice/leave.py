"""Leave for what a page is about to write: given at once, or asked for on a page of its own.

    deed = Adjust(member=member_id, unit="points", amount=50)
    ask = ask_for_member(Action.ADJUST_POINTS, member_id, request, deed=deed, amount=50)
    done = with_leave(request, ask, lambda by: adjust_points(…, by=by))

What was typed travels with the question and is sent again when somebody has let it through; `needs` shows the question.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.effects.deeds import Deed
from regulars.backoffice.effects.foresee import foresee_kept
from regulars.backoffice.effects.line import Effect, keep_effect
from regulars.backoffice.effects.say import show_effect
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import words
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.staff.approvals import ApprovalNeeded, Ask, approve_by_pin, ask_for_approval, ask_leave, need_for
from regulars.staff.approvers import approvers_for
from regulars.staff.models import Approval, Need

OURS = ("leave-approver", "leave-pin", "leave-ask", "csrfmiddlewaretoken")
"""What the page of the question adds to the form."""


class LeaveFirst(Exception):
    """The page cannot go on: `needs` answers with the question, or with what was asked."""

    def __init__(self, ask: Ask, need: str, *, fault: str = "", asked: Approval | None = None) -> None:
        super().__init__(need)
        self.ask = ask
        self.need = need
        self.fault = fault
        self.asked = asked


def typed(request: HttpRequest) -> dict[str, Any]:
    """Everything that was sent, where to, and the form's key: what leave is asked for."""
    fields = {name: request.POST.getlist(name) for name in sorted(request.POST) if name not in OURS}
    return {"path": request.get_full_path(), **fields}


def ask_for_member(
    action: Action,
    member_id: int,
    request: HttpRequest,
    *,
    deed: Deed,
    amount: int | None = None,
    unit: Unit | None = None,
) -> Ask:
    """Ask to do what was typed to a member: the `deed`; `amount` is of the `unit` where there is one."""
    weight = Weight(amount=None if amount is None else abs(amount))
    if unit is not None:
        weight = msgspec.structs.replace(weight, unit=unit.code, steps=10**unit.decimals)
    return Ask(
        action=action,
        payload=typed(request),
        weight=weight,
        about="member",
        about_id=member_id,
        member_id=member_id,
        deed=deed.kept(),
    )


def with_leave[T](request: HttpRequest, ask: Ask, do: Callable[[Actor], T]) -> T:
    """Do it, as whoever asks, with their approver where one was needed; leave and effect in one transaction.

    Raises LeaveFirst, which no page catches; refusals of `do` pass through and use nothing up.
    """
    office = office_of(request)
    try:
        if request.POST.get("leave-pin"):
            _take_pin(request, ask)
        with transaction.atomic():
            return do(ask_leave(ask, person=office.person, at=office.now))
    except ApprovalNeeded as needed:
        asked = None
        if "leave-ask" in request.POST:
            form = typed(request)
            path = form.pop("path")
            effect = keep_effect(_foresee(ask, office))
            asked = ask_for_approval(ask, person=office.person, path=path, form=form, effect=effect, at=office.now)
        raise LeaveFirst(ask, needed.need, asked=asked) from None


def answer_leave_first(request: HttpRequest, first: LeaveFirst) -> HttpResponse:
    """The question, with what was typed; or the page of what was asked."""
    if first.asked is not None:
        return redirect("approval", first.asked.pk)
    office = office_of(request)
    context: dict[str, Any] = {
        "ask": first.ask,
        "is_second": first.need == Need.SECOND,
        "fault": first.fault,
        "effect": show_effect(_foresee(first.ask, office), None, office),
        "approvers": approvers_for(first.ask, person=office.person, need=first.need),
        "typed": [(name, value) for name in request.POST if name not in OURS for value in request.POST.getlist(name)],
    }
    return render(request, "backoffice/approval_needed.html", context)


def _foresee(ask: Ask, office: Office) -> Effect:
    return foresee_kept(ask.deed, at=office.now) or Effect()


def _take_pin(request: HttpRequest, ask: Ask) -> None:
    office, chosen = office_of(request), request.POST.get("leave-approver", "")
    need = need_for(ask, person=office.person) or Need.PIN
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        raise LeaveFirst(ask, need, fault=_("Choose who approves."))
    pin = request.POST["leave-pin"][:16]
    try:
        effect = keep_effect(_foresee(ask, office))
        approve_by_pin(ask, person=office.person, approver_id=int(chosen), pin=pin, effect=effect, at=office.now)
    except Refusal as refusal:
        raise LeaveFirst(ask, need, fault=words(refusal, office)) from None
