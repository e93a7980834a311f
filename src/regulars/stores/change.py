"""Stores, their tills and the tags that group them: rows the shop owner keeps."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.stores.models import Area, Store, Tag, Till
from regulars.stores.zones import check_time_zone

LONGEST_CODE = 32


class InvalidStore(Refusal):
    """`field` says what is wrong: code, name, time_zone, tags, area or till."""

    code = "invalid_store"

    def __init__(self, *, field: str) -> None:
        self.field = field


class UnknownStore(Refusal):
    """The merchant has no store with this code."""

    code = "unknown_store"


@transaction.atomic
def save_store(
    *,
    code: str,
    name: str,
    time_zone: str,
    at: datetime,
    by: Actor,
    tags: Collection[str] = (),
    area: str = "",
    is_open: bool = True,
) -> Store:
    """Create the store with this code, or change it; tags and an area that are new are created.

    Refuses: InvalidStore.
    """
    code, name = _clean(code, longest=LONGEST_CODE, field="code"), _clean(name, longest=128, field="name")
    names = sorted({_clean(tag, longest=64, field="tags") for tag in tags})
    try:
        check_time_zone(time_zone)
    except ValidationError:
        raise InvalidStore(field="time_zone") from None
    region = Area.objects.get_or_create(name=_clean(area, longest=64, field="area"))[0] if area.strip() else None
    wanted = {"name": name, "time_zone": time_zone, "is_open": is_open, "area": region}
    store, is_new = Store.objects.get_or_create(code=code, defaults=wanted)
    store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    changed = [field for field, value in wanted.items() if getattr(store, field) != value]
    if changed:
        for field in changed:
            setattr(store, field, wanted[field])
        store.save(update_fields=changed)
    if set(store.tags.values_list("name", flat=True)) != set(names):
        Tag.objects.bulk_create([Tag(name=tag) for tag in names], ignore_conflicts=True)
        store.tags.set(Tag.objects.filter(name__in=names))
        changed.append("tags")
    if is_new or changed:
        action = "store.created" if is_new else "store.changed"
        record_event(
            action=action,
            about="store",
            about_id=store.pk,
            store_id=store.pk,
            facts={"code": code, "changed": changed},
            at=at,
            by=by,
        )
    return store


@transaction.atomic
def save_till(*, store_code: str, code: str, at: datetime, by: Actor, name: str = "") -> Till:
    """List a till of a store, or rename it. Refuses: UnknownStore, InvalidStore."""
    store = _find(store_code)
    code = _clean(code, longest=LONGEST_CODE, field="till")
    name = _clean(name, longest=64, field="till") if name.strip() else ""
    till, is_new = Till.objects.get_or_create(store=store, code=code, defaults={"name": name})
    if is_new or till.name != name:
        till.name = name
        till.save(update_fields=["name"])
        record_event(
            action="till.saved", about="store", about_id=store.pk, store_id=store.pk, facts={"till": code}, at=at, by=by
        )
    return till


@transaction.atomic
def remove_till(*, store_code: str, code: str, at: datetime, by: Actor) -> None:
    """Take a till off the list; its sales keep its code. Refuses: UnknownStore."""
    store = _find(store_code)
    if Till.objects.filter(store=store, code=code).delete()[0]:
        record_event(
            action="till.removed",
            about="store",
            about_id=store.pk,
            store_id=store.pk,
            facts={"till": code},
            at=at,
            by=by,
        )


def _find(code: str) -> Store:
    store = Store.objects.filter(code=code).first()
    if store is None:
        raise UnknownStore()
    return store


def _clean(text: str, *, longest: int, field: str) -> str:
    cleaned = " ".join(text.split())
    if not 1 <= len(cleaned) <= longest or not cleaned.isprintable():
        raise InvalidStore(field=field)
    return cleaned
