"""Stores: what a till may call the place it stands in."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import reads
from regulars.api.writes import do_read
from regulars.staff.models import Scope
from regulars.stores.models import Store


class StoreOut(msgspec.Struct, frozen=True):
    code: str
    name: str
    time_zone: str
    tags: list[str]
    is_open: bool


class StoresOut(msgspec.Struct, frozen=True):
    """By code; send `next` as `cursor` for the page that follows, null when there is none."""

    stores: list[StoreOut]
    next: str | None


@reads("/stores", scope=Scope.STORES_READ, summary="List the stores")
async def list_stores(
    request: ApiRequest,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=32, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 100,
) -> Reply[StoresOut]:
    """Every store, open or closed, with its tags."""

    def read(_at: datetime) -> StoresOut:
        stores = Store.objects.order_by("code").prefetch_related("tags")
        found = list((stores if cursor is None else stores.filter(code__gt=cursor))[: limit + 1])
        page = found[:limit]
        return StoresOut([_out(store) for store in page], page[-1].code if len(found) > limit else None)

    return await do_read(request, read)


def _out(store: Store) -> StoreOut:
    tags = sorted(tag.name for tag in store.tags.all())
    return StoreOut(store.code, store.name, store.time_zone, tags, store.is_open)
