"""Who did something, by the tag that the ledger and the trail keep of them."""

from collections.abc import Collection
from typing import Any

from regulars.core.actor import actor_of
from regulars.staff.models import ApiKey, Person


def name_actors(tags: Collection[str]) -> dict[str, str]:
    """Say who `staff:5` and `key:2` are; two statements for any number."""
    ids: dict[str, list[int]] = {}
    for actor in map(actor_of, tags):
        if actor.id is not None:
            ids.setdefault(actor.kind, []).append(actor.id)
    people: dict[int, Any] = Person.objects.in_bulk(ids.get("staff", []))
    keys: dict[int, Any] = ApiKey.objects.in_bulk(ids.get("key", []))
    named = {f"staff:{pk}": str(person) for pk, person in people.items()}
    return named | {f"key:{pk}": key.name for pk, key in keys.items()} | {"system": "Regulars"}
