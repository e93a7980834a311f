"""Let what waits be spent earlier: the balance before and after, and a reason."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.customer import ReasonForm
from regulars.backoffice.holdings import Waiting, find_waiting
from regulars.backoffice.levels import last_day
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.ledger.lots import load_promises
from regulars.ledger.statement import balance_of
from regulars.points.pending import release_early
from regulars.staff.rights import Right


@needs(Right.RELEASE_PENDING)
def release(request: HttpRequest, member_id: int, lot_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    waiting = next((each for each in find_waiting(member_id, at=office.now) if each.id == lot_id), None)
    if waiting is None:
        raise Http404
    unit = office.unit(waiting.unit)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = release_early(
                member_id=member_id,
                lots=[lot_id],
                reason=form.cleaned_data["reason"],
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            after = next((each.available for each in done.balances if each.unit == waiting.unit), 0)
            messages.success(request, _("Released: %(after)s can be spent now.") % {"after": say_amount(after, unit)})
            return redirect("member", member_id)
    before = balance_of(member_id, at=office.now, unit=waiting.unit).available
    context = {
        "member": member,
        "form": form,
        "waiting": waiting,
        "unit": unit,
        "before": before,
        "after": before + waiting.amount,
        "follows": _follows(waiting, office),
    }
    return render(request, "backoffice/release_pending.html", context)


def _follows(waiting: Waiting, office: Office) -> str:
    """Until when it can be spent then."""
    promise = load_promises([waiting.id]).get(waiting.id)
    if promise is not None and promise.expiry is not None:
        return _("Their life is counted from today on.")
    if waiting.expires_at is None:
        return _("They never expire.")
    return _("They can be spent until %(day)s, as before.") % {"day": last_day(waiting.expires_at, office)}
