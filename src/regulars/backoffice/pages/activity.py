"""Who did what and when: the trail, newest first."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.deeds import ACTIONS, say_event
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import office_of
from regulars.core.periods import end_of_day, start_of_day
from regulars.staff.models import ApiKey, Person
from regulars.staff.rights import Right

LOOK_BACK = 50_000
"""A rare action is looked for among this many of the newest events, so that no filter reads the whole trail."""


@needs(Right.SEE_ACTIVITY)
def activity(request: HttpRequest) -> HttpResponse:
    asked, office = request.GET, office_of(request)
    rows = Event.objects.all()
    if asked.get("action") in ACTIONS:
        rows = rows.filter(action=asked["action"])
    if asked.get("by"):
        rows = rows.filter(actor=asked["by"][:64])
    if asked.get("day") and (day := _day(asked["day"])):
        rows = rows.filter(
            recorded_at__gte=start_of_day(day, office.zone), recorded_at__lt=end_of_day(day, office.zone)
        )
    is_filtered = bool(asked.get("action") or asked.get("by") or asked.get("day"))
    before = asked.get("before", "")
    floor = _floor(before) if is_filtered else 0
    page = page_by_id(rows.filter(pk__gt=floor) if floor else rows, before=before)
    context = {
        "page": page,
        "events": [{"event": event, **say_event(event, office)} for event in page.rows],
        "names": name_actors({event.actor for event in page.rows}),
        "actions": sorted(ACTIONS.items(), key=lambda each: str(each[1])),
        "people": Person.objects.order_by("id")[:200],
        "look_further": floor,
    }
    return render(request, "backoffice/activity.html", context)


def name_actors(tags: set[str]) -> dict[str, str]:
    """Say who `staff:5` and `key:2` are; two statements for any number."""
    ids: dict[str, list[int]] = {}
    for tag in tags:
        kind, _, number = tag.partition(":")
        if number.isdigit():
            ids.setdefault(kind, []).append(int(number))
    people = Person.objects.in_bulk(ids.get("staff", []))
    keys = ApiKey.objects.in_bulk(ids.get("key", []))
    named = {f"staff:{pk}": str(person) for pk, person in people.items()}
    return named | {f"key:{pk}": key.name for pk, key in keys.items()} | {"system": "Regulars"}


def _floor(before: str) -> int:
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else _newest()
    return max(start - LOOK_BACK, 0)


def _newest() -> int:
    newest: Any = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) + 1


def _day(text: str) -> Any:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a day of the program's zone
    except ValueError:
        return None
