"""The member page: who it is, what they hold and why, and everything that happened, without a second click."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.activity import name_actors
from regulars.backoffice.timeline import SHOWS, show_timeline
from regulars.core.terms import worth_minor
from regulars.ledger.statement import FullBalance, balances_of, next_expiries
from regulars.staff.rights import Right


@needs(Right.SEE_MEMBERS)
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    office, found = office_of(request), find_or_404(member_id)
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    timeline = show_timeline(member_id, show=show, before=request.GET.get("before", ""), office=office)
    actors = {moment.entry.actor for moment in timeline.moments if moment.entry}
    actors |= {str(moment.event["actor"]) for moment in timeline.moments if moment.event}
    context: dict[str, Any] = {"member": found, "timeline": timeline, "show": show, "names": name_actors(actors)}
    if request.headers.get("HX-Request"):
        return render(request, "backoffice/parts/timeline.html", context)
    balances = balances_of([member_id], at=office.now)[member_id]
    expiries = next_expiries(member_id, at=office.now, limit=24)
    context["balances"] = [
        {
            "balance": balance,
            "taken": taken_back(balance),
            "worth": _worth(balance, office),
            "expiries": [expiry for unit, expiry in expiries if unit == balance.unit][:5],
        }
        for balance in balances
    ]
    return render(request, "backoffice/member.html", context)


def taken_back(balance: FullBalance) -> int:
    """What left the balance otherwise: taken back by refunds, deducted by the team, written off."""
    return balance.earned - balance.spent - balance.expired - balance.available - balance.pending


def _worth(balance: FullBalance, office: Office) -> int | None:
    if office.book is None or balance.unit != "points" or balance.available <= 0:
        return None
    return worth_minor(balance.available, office.book.terms)
