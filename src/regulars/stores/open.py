"""A chain opens its stores at once: as many statements for a thousand stores as for one."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import Actor
from regulars.stores.models import Store, Till
from regulars.stores.zones import check_time_zone


class NewStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store that does not exist yet; `tills` are the codes of the tills in it."""

    code: str
    name: str
    time_zone: str
    tills: tuple[str, ...] = ()


@transaction.atomic
def open_stores(batch: Sequence[NewStore], *, at: datetime, by: Actor) -> int:
    """Open the stores whose code nobody has yet, with their tills; how many. A store that is there stays as it is.

    Raises Django's ValidationError for a code, name or time zone that no store can have, and then opens none.
    """
    codes = [new.code for new in batch]
    known = set(Store.objects.filter(code__in=codes).values_list("code", flat=True))
    new_ones = [new for new in batch if new.code not in known]
    stores = [Store(code=new.code, name=new.name, time_zone=new.time_zone) for new in new_ones]
    for zone in {store.time_zone for store in stores}:
        check_time_zone(zone)  # once for each: it reads the list of all zones there are
    for store in stores:
        store.clean_fields(exclude=["id", "time_zone"])
    Store.objects.bulk_create(stores)
    tills = [Till(store=store, code=code) for store, new in zip(stores, new_ones, strict=True) for code in new.tills]
    Till.objects.bulk_create(tills)
    events = [
        NewEvent(
            action="store.created",
            about="store",
            about_id=store.pk,
            store_id=store.pk,
            facts={"code": store.code},
            by=by,
        )
        for store in stores
    ]
    record_events(events, at=at)
    return len(stores)
