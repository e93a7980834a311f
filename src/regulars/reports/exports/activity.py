"""The trail as a file: who did what, when, from where, to what, with the facts of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db.models import Q, QuerySet

from regulars.audit.models import Event
from regulars.platform.sheets import Cell
from regulars.reports.exports.source import MOST_COUNTED, Asked, Batch, Source, count_meant, register
from regulars.staff.actors import name_actors
from regulars.stores.models import Store

AT_ONCE = 1_000
"""So many rows are read with one statement."""

COLUMNS = ("id", "recorded_at", "actor", "name", "action", "about", "about_id", "member", "store", "origin", "facts")


class Trail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which events: of a kind, by somebody (`staff:5`), about a member or store, in [since, until), within a reach."""

    action: str = ""
    by: str = ""
    member: int | None = None
    store: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    stores: tuple[int, ...] | None = None

    @property
    def is_narrow(self) -> bool:
        return bool(self.action or self.by or self.since or self.until) or (self.member or self.store) is not None


def events_of(trail: Trail) -> QuerySet[Event]:
    """Return the events, in no order; those in stores out of reach are left out."""
    return Event.objects.filter(_meant(trail))


def _meant(trail: Trail) -> Q:
    meant = Q()
    if trail.stores is not None:
        meant &= Q(store_id__in=trail.stores) | Q(store_id=None)
    named = {"action": trail.action, "actor": trail.by, "member_id": trail.member, "store_id": trail.store}
    meant &= Q(**{name: value for name, value in named.items() if value not in ("", None)})
    if trail.since is not None:
        meant &= Q(recorded_at__gte=trail.since)
    return meant if trail.until is None else meant & Q(recorded_at__lt=trail.until)


def _count(asked: Asked, at: datetime) -> int:
    meant = _meant(msgspec.convert(asked, Trail, strict=False))
    return count_meant(Event.objects.order_by("-pk"), meant) if meant else Event.objects.all()[:MOST_COUNTED].count()


def _read(asked: Asked, columns: Sequence[str], at: datetime) -> Iterator[Batch]:
    rows, last = events_of(msgspec.convert(asked, Trail, strict=False)), None
    while batch := list((rows if last is None else rows.filter(pk__lt=last)).order_by("-pk")[:AT_ONCE]):
        last = batch[-1].pk
        stores = dict(Store.objects.filter(pk__in={row.store_id for row in batch}).values_list("pk", "code"))
        names = name_actors({row.actor for row in batch})
        yield [[_cells(row, stores, names)[column] for column in columns] for row in batch]


def _cells(row: Event, stores: dict[int, str], names: dict[str, str]) -> dict[str, Cell]:
    return {
        "id": row.pk,
        "recorded_at": row.recorded_at,
        "actor": row.actor,
        "name": names.get(row.actor, row.actor),
        "action": row.action,
        "about": row.about,
        "about_id": str(row.about_id),
        "member": "" if row.member_id is None else str(row.member_id),
        "store": stores.get(row.store_id or 0, ""),
        "origin": row.origin,
        "facts": msgspec.json.encode(row.facts).decode(),
    }


register(Source(name="activity", count=_count, read=_read))
