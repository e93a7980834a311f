"""Who did what, when and from where: the trail, newest first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.days import read_day
from regulars.backoffice.deeds import ACTIONS, say_event
from regulars.backoffice.keyset import page_by_id, read_id_key
from regulars.backoffice.office import Office, office_of
from regulars.core.periods import end_of_day, start_of_day
from regulars.reports.exports.activity import Trail, events_of
from regulars.staff.actors import name_actors
from regulars.staff.models import Person
from regulars.staff.rights import Right
from regulars.stores.models import Store

LOOK_BACK = 50_000
"""A rare action is looked for among this many of the newest events, so that no filter reads the whole trail."""


@needs(Right.SEE_ACTIVITY)
def activity(request: HttpRequest) -> HttpResponse:
    asked, office = request.GET, office_of(request)
    reach = office.reach_for(Right.SEE_ACTIVITY)
    stores = list(reach.within(Store.objects.all(), "id").order_by("code").only("id", "code", "name")[:2000])
    trail = read_trail(request, office, stores)
    rows = events_of(trail)
    before = asked.get("before", "")
    floor = _floor(before) if trail.is_narrow or trail.stores is not None else 0
    page = page_by_id(rows.filter(pk__gt=floor) if floor else rows, before=before)
    names = {store.pk: store.name for store in Store.objects.filter(pk__in={event.store_id for event in page.rows})}
    context = {
        "page": page,
        "events": [
            {"event": event, "store": names.get(event.store_id or 0, ""), **say_event(event, office)}
            for event in page.rows
        ],
        "names": name_actors({event.actor for event in page.rows}),
        "actions": sorted(ACTIONS.items(), key=lambda each: str(each[1])),
        "people": Person.objects.order_by("id")[:200],
        "stores": stores,
        "trail": trail,
        "look_further": floor,
    }
    return render(request, "backoffice/activity.html", context)


def read_trail(request: HttpRequest, office: Office, stores: list[Store]) -> Trail:
    """Read what the form asks for; what makes no sense is not asked. Nobody sees beyond their reach."""
    asked, reach = request.GET, office.reach_for(Right.SEE_ACTIVITY)
    since, until = read_day(asked.get("from", "")), read_day(asked.get("to", ""))
    return Trail(
        action=asked["action"] if asked.get("action") in ACTIONS else "",
        by=asked.get("by", "")[:64],
        member=read_id_key(asked.get("member", "").strip()),
        store=next((store.pk for store in stores if store.code == asked.get("store")), None),
        since=start_of_day(since, office.zone) if since else None,
        until=end_of_day(until, office.zone) if until else None,
        stores=None if reach.everything else tuple(sorted(reach.stores)),
    )


def _floor(before: str) -> int:
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else _newest()
    return max(start - LOOK_BACK, 0)


def _newest() -> int:
    newest: Any = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) + 1
