"""What waits for a second person, and what became of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.approvals import NEEDS, tell_approval
from regulars.backoffice.effects.foresee import foresee_kept
from regulars.backoffice.effects.line import Effect, read_effect
from regulars.backoffice.effects.say import show_effect
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import words
from regulars.backoffice.wording import name_of
from regulars.core.refusals import Refusal
from regulars.members.rows import read_member
from regulars.staff.approvals import approve, can_decide, open_approvals, reject, withdraw
from regulars.staff.models import Approval, ApprovalState
from regulars.staff.rights import Right


class EffectChanged(Refusal):
    """What it would do has changed since the page was opened."""

    code = "effect_changed"


STATES = ("waiting", "mine", "all")


@needs(None)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what they asked for, and everything in their reach."""
    office = office_of(request)
    may_decide = office.can(Right.APPROVE)
    states = STATES if may_decide else ("mine",)
    asked = request.GET.get("show", "")
    shown = asked if asked in states else states[0]
    rows = Approval.objects.select_related("asked_by", "approver", "store")
    rows = rows.filter(asked_by=office.person) if shown == "mine" else office.reach_for(Right.APPROVE).within(rows)
    if shown == "waiting":
        rows = rows.filter(pk__in=open_approvals(at=office.now).values("pk")).exclude(asked_by=office.person)
    page = page_by_id(rows, before=request.GET.get("before", ""))
    context = {
        "page": page,
        "told": [tell_approval(each, office) for each in page.rows],
        "shown": shown,
        "states": [(code, said) for code, said in _states() if code in states],
    }
    return render(request, "backoffice/team/approvals.html", context)


@needs(None)
def approval(request: HttpRequest, approval_id: int) -> HttpResponse:
    """One of them: decided here, and carried out from here by whoever asked."""
    office, found = office_of(request), _find(request, approval_id)
    fault = ""
    if request.method == "POST":
        try:
            said = _act(request, found, office)
        except Refusal as refusal:
            fault = words(refusal, office)
        else:
            messages.success(request, said)
            return redirect("approval", approval_id)
    told = tell_approval(found, office)
    is_mine = found.asked_by_id == office.person.pk
    decides = told.state == ApprovalState.WAITING and can_decide(found, office.person)
    carries_out = is_mine and told.state == ApprovalState.APPROVED
    # Whoever waits has a page that asks again by itself: what would be now is worked out for those who act on it.
    now = _effect_now(found, office) if decides or carries_out else None
    context: dict[str, Any] = {
        "told": told,
        "member": _name(found),
        "approval": found,
        "fault": fault,
        "effect": show_effect(read_effect(found.effect), now, office) if found.deed else None,
        "seen": now.mark if now else "",
        "need": NEEDS[found.need],
        "is_mine": is_mine,
        "can_decide": decides,
        "can_do": carries_out,
        "typed": [(name, each) for name, values in found.form.items() for each in values],
    }
    return render(request, "backoffice/team/approval.html", context)


def _act(request: HttpRequest, found: Approval, office: Office) -> str:
    match request.POST.get("do"):
        case "approve":
            now = _effect_now(found, office)
            if request.POST.get("seen", "") != (now.mark if now else ""):
                raise EffectChanged()
            approve(approval_id=found.pk, approver=office.person, at=office.now)
            return _("Approved: %(name)s can do it within five minutes.") % {"name": found.asked_by}
        case "reject":
            reject(approval_id=found.pk, note=request.POST.get("note", ""), approver=office.person, at=office.now)
            return _("Rejected. %(name)s reads why.") % {"name": found.asked_by}
        case "withdraw":
            withdraw(approval_id=found.pk, person=office.person, at=office.now)
            return _("Withdrawn: nothing was changed.")
        case _:
            raise Http404


def _effect_now(found: Approval, office: Office) -> Effect | None:
    return foresee_kept(found.deed, at=office.now)


def _find(request: HttpRequest, approval_id: int) -> Approval:
    """Whoever asked sees it, and those who may approve in its store; for others there is no such thing."""
    office = office_of(request)
    found = Approval.objects.select_related("asked_by", "approver", "store").filter(pk=approval_id).first()
    if found is None:
        raise Http404
    may_decide = office.can(Right.APPROVE) and office.reach_for(Right.APPROVE).covers(found.store_id)
    if found.asked_by_id != office.person.pk and not may_decide:
        raise Http404
    return found


def _name(found: Approval) -> str:
    """Whom it is done to; a member who may not be seen, or is gone, is a number."""
    member = read_member(found.member_id) if found.member_id else None
    return name_of(member) if member else f"#{found.member_id}"


def _states() -> list[tuple[str, str]]:
    return [("waiting", _("Wait for you")), ("mine", _("Asked by you")), ("all", _("All"))]
