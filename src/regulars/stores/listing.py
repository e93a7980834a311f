"""Stores as a list that pages by code, and what each holds, with one statement for a page."""

import msgspec

from regulars.platform.rows import fetch

PAGE = 50

LIST = """
SELECT store.id, store.code, store.name, store.time_zone, store.is_open, coalesce(area.name, ''),
       array(SELECT tag.name FROM stores_store_tags AS worn JOIN stores_tag AS tag ON tag.id = worn.tag_id
             WHERE worn.store_id = store.id ORDER BY tag.name),
       (SELECT count(*) FROM stores_till WHERE store_id = store.id)
FROM stores_store AS store LEFT JOIN stores_area AS area ON area.id = store.area_id
WHERE store.code > %(after)s COLLATE "C"
  AND (%(reach)s::bigint[] IS NULL OR store.id = ANY(%(reach)s::bigint[]))
  AND (%(named)s = '' OR store.code = %(named)s OR position(lower(%(named)s) IN lower(store.name)) > 0)
  AND (%(area)s::bigint IS NULL OR store.area_id = %(area)s)
  AND (%(is_open)s::boolean IS NULL OR store.is_open = %(is_open)s)
  AND (%(tag)s::bigint IS NULL OR EXISTS (
      SELECT FROM stores_store_tags AS worn WHERE worn.store_id = store.id AND worn.tag_id = %(tag)s))
ORDER BY store.code LIMIT %(limit)s
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which stores: `named` is a code or part of a name; `reach` None is everywhere."""

    named: str = ""
    tag: int | None = None
    area: int | None = None
    is_open: bool | None = None
    reach: tuple[int, ...] | None = None


class StoreRow(msgspec.Struct, frozen=True):
    id: int
    code: str
    name: str
    time_zone: str
    is_open: bool
    area: str
    tags: list[str]
    tills: int


def list_stores(wanted: Wanted, *, after: str = "", limit: int = PAGE) -> list[StoreRow]:
    """Return stores in the order of their codes, from behind `after` on."""
    asked = msgspec.structs.asdict(wanted) | {"after": after, "limit": limit}
    asked["reach"] = None if wanted.reach is None else list(wanted.reach)
    return [StoreRow(*row) for row in fetch(LIST, asked)]
