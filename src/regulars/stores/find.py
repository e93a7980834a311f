"""Tills name their store by its code."""

from collections.abc import Callable, Collection

import msgspec

from regulars.platform.rows import Asked

SELECT = """
SELECT store.id, store.code, store.name, store.time_zone, store.is_open,
       array(SELECT tag.name FROM stores_store_tags AS worn JOIN stores_tag AS tag ON tag.id = worn.tag_id
             WHERE worn.store_id = store.id)
FROM stores_store AS store
WHERE store.code = ANY(%(codes)s)
"""


class StoreFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale needs to know of its store."""

    id: int
    code: str
    name: str
    time_zone: str
    is_open: bool
    tags: frozenset[str]


def find_stores(codes: Collection[str]) -> dict[str, StoreFacts]:
    """The stores with these codes, by code, with one statement. A code nobody has is missing from the answer."""
    return ask_stores(codes)()


def ask_stores(codes: Collection[str]) -> Callable[[], dict[str, StoreFacts]]:
    """Send `find_stores` inside a `together` block; the answer is read after it."""
    asked = Asked(SELECT, {"codes": list(set(codes))})
    return lambda: {
        code: StoreFacts(id=pk, code=code, name=name, time_zone=time_zone, is_open=is_open, tags=frozenset(tags))
        for pk, code, name, time_zone, is_open, tags in asked.rows()
    }
