"""Stores: the list, one store with its tills, people and trail, and its form."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.audit.models import Event
from regulars.backoffice.access import needs, say_no_permission
from regulars.backoffice.deeds import say_event
from regulars.backoffice.forms.store import StoreForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import words
from regulars.staff.actors import name_actors
from regulars.staff.models import Person
from regulars.staff.rights import Right
from regulars.stores.change import InvalidStore, remove_till, save_store, save_till
from regulars.stores.listing import PAGE, Wanted, list_stores
from regulars.stores.models import Area, Store, Tag

EVENTS = 20
PEOPLE = 50


@needs(Right.SEE_STORES)
def stores(request: HttpRequest) -> HttpResponse:
    """By code; narrowed by name, tag, area and whether tills may sell there."""
    office, asked = office_of(request), request.GET
    reach = office.reach_for(Right.SEE_STORES)
    wanted = Wanted(
        named=asked.get("q", "").strip()[:100],
        tag=_number(asked.get("tag", "")),
        area=_number(asked.get("area", "")),
        is_open={"open": True, "closed": False}.get(asked.get("state", "")),
        reach=None if reach.everything else tuple(sorted(reach.stores)),
    )
    rows = list_stores(wanted, after=asked.get("after", "")[:32], limit=PAGE + 1)
    context = {
        "stores": rows[:PAGE],
        "next": rows[PAGE - 1].code if len(rows) > PAGE else "",
        "tags": Tag.objects.order_by("name")[:500],
        "areas": Area.objects.order_by("name")[:500],
        "is_filtered": any(asked.get(name) for name in ("q", "tag", "area", "state", "after")),
        "may_add": office.can(Right.CHANGE_STORES) and office.reach_for(Right.CHANGE_STORES).everything,
    }
    return render(request, "backoffice/stores.html", context)


@needs(Right.SEE_STORES)
def store(request: HttpRequest, code: str) -> HttpResponse:
    office = office_of(request)
    found = _find(code, office, Right.SEE_STORES)
    events = Event.objects.filter(about="store", about_id=found.pk).order_by("-id")[:EVENTS]
    context: dict[str, Any] = {
        "store": found,
        "tags": found.tags.order_by("name"),
        "tills": found.tills.order_by("code"),
        "people": Person.objects.filter(stores=found, is_active=True).order_by("last_name", "first_name", "id")[:PEOPLE]
        if office.can(Right.SEE_PEOPLE)
        else (),
        "everywhere": Person.objects.filter(all_stores=True, is_active=True).count(),
        "events": [{"event": event, **say_event(event, office)} for event in events],
        "names": name_actors({event.actor for event in events}),
        "may_change": office.can(Right.CHANGE_STORES) and office.reach_for(Right.CHANGE_STORES).covers(found.pk),
    }
    return render(request, "backoffice/store.html", context)


@needs(Right.CHANGE_STORES)
def new_store(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    if not office.reach_for(Right.CHANGE_STORES).everything:
        return say_no_permission(request)
    initial = {"time_zone": str(office.zone)}
    form = StoreForm(request.POST or None, is_new=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"].strip()
        if Store.objects.filter(code=code).exists():
            form.add_error("code", _("There is a store with this code already."))
        elif _save(code, form, office):
            messages.success(request, _("The store is there, and tills may name it."))
            return redirect("store", code)
    return render(request, "backoffice/edit_store.html", {"form": form, "store": None})


@needs(Right.CHANGE_STORES)
def edit_store(request: HttpRequest, code: str) -> HttpResponse:
    office = office_of(request)
    found = _find(code, office, Right.CHANGE_STORES)
    initial = {
        "name": found.name,
        "time_zone": found.time_zone,
        "area": found.area.name if found.area else "",
        "tags": list(found.tags.values_list("name", flat=True)),
        "tills": tuple(found.tills.order_by("code").values_list("code", flat=True)),
        "is_open": found.is_open,
    }
    form = StoreForm(request.POST or None, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid() and _save(found.code, form, office):
        messages.success(request, _("Saved."))
        return redirect("store", found.code)
    return render(request, "backoffice/edit_store.html", {"form": form, "store": found})


def _save(code: str, form: StoreForm, office: Office) -> bool:
    typed: dict[str, Any] = form.cleaned_data
    by_whom: dict[str, Any] = {"at": office.now, "by": office.actor}
    listed = set(Store.objects.filter(code=code).values_list("tills__code", flat=True)) - {None}
    fields = {name: typed[name] for name in ("name", "time_zone", "area", "tags", "is_open")}
    try:
        with transaction.atomic():
            save_store(code=code, **fields, **by_whom)
            for till in sorted(set(typed["tills"]) - listed):
                save_till(store_code=code, code=till, **by_whom)
            for till in sorted(listed - set(typed["tills"])):
                remove_till(store_code=code, code=till, **by_whom)
    except InvalidStore as refusal:
        form.add_error({"till": "tills"}.get(refusal.field, refusal.field), words(refusal, office))
        return False
    return True


def _find(code: str, office: Office, right: Right) -> Store:
    found = Store.objects.select_related("area").filter(code=code[:32]).first()
    if found is None or not office.reach_for(right).covers(found.pk):
        raise Http404
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
