"""Tags and areas: made first, then put on stores, many at once; renamed and removed without touching a sale."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction

from regulars.audit.record import NewEvent, record_event, record_events
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.stores.models import Area, Store, Tag

Label = Literal["tag", "area"]
LONGEST = 64
MODELS: dict[Label, type[Tag] | type[Area]] = {"tag": Tag, "area": Area}


class InvalidLabel(Refusal):
    """A tag's or an area's name has 1 to 64 visible characters."""

    code = "invalid_label"

    def __init__(self) -> None:
        self.longest = LONGEST


class LabelTaken(Refusal):
    """There is a tag, or an area, of this name already."""

    code = "label_taken"


class UnknownLabel(Refusal):
    """There is no such tag or area (any more)."""

    code = "unknown_label"


@transaction.atomic
def make_label(label: Label, *, name: str, at: datetime, by: Actor) -> int:
    """Make a tag or an area and return its id. Refuses: InvalidLabel, LabelTaken."""
    row, is_new = MODELS[label].objects.get_or_create(name=_clean(name))
    if not is_new:
        raise LabelTaken()
    _note(f"store_{label}.made", label, row.pk, facts={"name": row.name}, at=at, by=by)
    return row.pk


def rename_label(label: Label, *, label_id: int, name: str, at: datetime, by: Actor) -> None:
    """Rename it on every store that has it. What names a tag (rules, rewards) names the old one until it is changed.

    Refuses: InvalidLabel, UnknownLabel, LabelTaken.
    """
    name = _clean(name)
    try:
        with transaction.atomic():
            row = _lock(label, label_id)
            if row.name == name:
                return
            facts, row.name = {"name": [row.name, name]}, name
            row.save(update_fields=["name"])
            _note(f"store_{label}.renamed", label, label_id, facts=facts, at=at, by=by)
    except IntegrityError:
        raise LabelTaken() from None


@transaction.atomic
def remove_label(label: Label, *, label_id: int, at: datetime, by: Actor) -> None:
    """Take it off every store, and away. Refuses: UnknownLabel."""
    row = _lock(label, label_id)
    facts = {"name": row.name, "stores": list(row.stores.order_by("code").values_list("code", flat=True)[:200])}
    row.delete()
    _note(f"store_{label}.removed", label, label_id, facts=facts, at=at, by=by)


@transaction.atomic
def put_label(label: Label, *, label_id: int, store_ids: Collection[int], is_on: bool, at: datetime, by: Actor) -> int:
    """Put a tag or an area on these stores, or take it off them; how many changed. Refuses: UnknownLabel."""
    row = _lock(label, label_id)
    stores = Store.objects.select_for_update(no_key=True).filter(pk__in=store_ids).order_by("pk")
    has = set(row.stores.filter(pk__in=store_ids).values_list("pk", flat=True))
    changed = [store for store in stores if (store.pk in has) != is_on]
    if isinstance(row, Area):
        Store.objects.filter(pk__in=[store.pk for store in changed]).update(area=row if is_on else None)
    elif is_on:
        row.stores.add(*changed)
    else:
        row.stores.remove(*changed)
    facts = {"code": label, "on" if is_on else "off": row.name}
    record_events(
        [
            NewEvent(action="store.labelled", about="store", about_id=store.pk, store_id=store.pk, facts=facts, by=by)
            for store in changed
        ],
        at=at,
    )
    return len(changed)


def _lock(label: Label, label_id: int) -> Tag | Area:
    row = MODELS[label].objects.select_for_update(no_key=True).filter(pk=label_id).first()
    if row is None:
        raise UnknownLabel()
    return row


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= LONGEST or not cleaned.isprintable() or "," in cleaned:
        raise InvalidLabel()
    return cleaned


def _note(action: str, label: Label, label_id: int, *, facts: Mapping[str, Any], at: datetime, by: Actor) -> None:
    record_event(action=action, about=f"store_{label}", about_id=label_id, facts=dict(facts), at=at, by=by)
