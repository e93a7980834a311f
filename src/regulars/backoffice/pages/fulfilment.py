"""Rewards that are sent: what was ordered, what is under way, and the next step of each with one press."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.gifts import tell_gifts
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import words
from regulars.backoffice.wording import name_of
from regulars.core.refusals import Refusal
from regulars.members.rows import read_members
from regulars.rewards.fulfil import fulfil_reward
from regulars.rewards.issued import Issued, list_to_send
from regulars.rewards.models import Fulfilment
from regulars.staff.rights import Right

SIZE = 50
NEXT = {Fulfilment.ORDERED: Fulfilment.SENT, Fulfilment.SENT: Fulfilment.DELIVERED}
STATES = ((Fulfilment.ORDERED, gettext_lazy("To send")), (Fulfilment.SENT, gettext_lazy("On the way")))


@needs(Right.FULFIL_REWARDS)
def fulfilment(request: HttpRequest) -> HttpResponse:
    """Oldest first: who waits longest is served first."""
    office = office_of(request)
    state = Fulfilment.SENT if request.GET.get("state") == Fulfilment.SENT else Fulfilment.ORDERED
    after = request.GET.get("before", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = list_to_send(fulfilment=state, after=start, limit=SIZE + 1)
    people = _names(rows[:SIZE])
    gifts = [{"gift": gift, "name": people.get(gift.member_id, "")} for gift in tell_gifts(rows[:SIZE], office)]
    page = {"older": str(rows[SIZE - 1].id) if len(rows) > SIZE else "", "is_first": not start}
    context = {"gifts": gifts, "state": state, "states": STATES, "page": page, "next": NEXT[state]}
    return render(request, "backoffice/fulfilment.html", context)


@require_POST
@needs(Right.FULFIL_REWARDS)
def step(request: HttpRequest, issued_id: int) -> HttpResponse:
    """One press, since the step before is one press away; both stay in the reward's history."""
    office = office_of(request)
    if request.POST.get("to") not in Fulfilment.values:
        raise Http404
    to = Fulfilment(request.POST["to"])
    try:
        done = fulfil_reward(
            issued_id=issued_id, to=to, at=office.now, by=office.actor, note=request.POST.get("note", "")
        )
    except Refusal as refusal:
        messages.error(request, words(refusal))
    else:
        said = {"ordered": _("To be sent again."), "sent": _("Sent."), "delivered": _("Delivered.")}
        messages.success(request, f"{done.name}: {said.get(to.value, '')}")
    seen = request.POST.get("state", "")
    return redirect(reverse("fulfilment") + (f"?state={seen}" if seen in Fulfilment.values else ""))


def _names(rows: Sequence[Issued]) -> dict[int, str]:
    return {member.id: name_of(member) for member in read_members(list({row.member_id for row in rows}))}
