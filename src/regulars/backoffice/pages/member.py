"""The member page: who it is, what they hold and why, and everything that happened, without a second click."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regulars.audiences.segments import segments_of
from regulars.audiences.tags import tags_of
from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404, tally_of
from regulars.backoffice.gifts import show_gifts
from regulars.backoffice.holdings import show_holdings
from regulars.backoffice.levels import show_levels
from regulars.backoffice.office import office_of
from regulars.backoffice.panels import show_person
from regulars.backoffice.privacy import certificate_of, show_privacy
from regulars.backoffice.stampcards import show_cards
from regulars.backoffice.timeline import SHOWS, show_timeline
from regulars.care.preview import merges_of
from regulars.ledger.statement import balances_of
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.SEE_MEMBERS)
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    office = office_of(request)
    found = find_or_404(member_id).at(office.now)
    if found.erased_at is not None:
        gone = {"member": found, "erasure_id": certificate_of(member_id)}
        return render(request, "backoffice/erased_member.html", gone)
    if found.merged_into is not None:
        return redirect("member", found.merged_into)
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    timeline = show_timeline(member_id, show=show, before=request.GET.get("before", ""), office=office)
    actors = {moment.entry.actor for moment in timeline.moments if moment.entry}
    actors |= {str(moment.event["actor"]) for moment in timeline.moments if moment.event}
    context: dict[str, Any] = {"member": found, "timeline": timeline, "show": show, "names": name_actors(actors)}
    if request.headers.get("HX-Request"):
        return render(request, "backoffice/parts/timeline.html", context)
    balances = balances_of([member_id], at=office.now)[member_id]
    tally = tally_of(member_id)
    levels = show_levels(member_id, office)
    actors = {change.by for row in levels for change in row.changes if change.by}
    context |= {
        "holdings": show_holdings(member_id, balances, office),
        "levels": levels,
        "stamp_cards": show_cards(tally, balances, office),
        "gifts": show_gifts(member_id, office),
        "merges": [each for each in merges_of(member_id) if each.undone_at is None],
        **show_person(member_id, office),
        **show_privacy(member_id, office),
        "member_tags": tags_of([member_id]).get(member_id, ()),
        "member_segments": segments_of(member_id, at=office.now),
        "has_rewards": bool(office.live and office.live.rewards),
        "names": context["names"] | name_actors(actors),
    }
    return render(request, "backoffice/member.html", context)
