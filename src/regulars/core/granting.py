"""What one person may pass on to another: never more than they hold, and by themselves only views that say so.

A grant names a person, a feature, view or edit, whether it is passed on, and stores. When A adds B, B receives A's
view grants that are passed on, within the stores both work in, the flag kept; edit never.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

type Level = Literal["view", "edit"]
type Stores = frozenset[int] | None
"""None is everywhere."""


class GrantTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant says; `source` is the grant it was passed on from."""

    feature: str
    level: Level
    inherits: bool = False
    stores: Stores = None
    source: int | None = None


def passed_on(grants: Iterable[tuple[int, GrantTerms]], *, works_in: Stores) -> list[GrantTerms]:
    """What somebody who is added receives of the (numbered) grants of whoever adds them, if they work in `works_in`."""
    received = []
    for number, grant in grants:
        stores = overlap(grant.stores, works_in)
        if grant.level == "view" and grant.inherits and stores != frozenset():
            kept = None if grant.stores is None else stores
            received.append(msgspec.structs.replace(grant, stores=kept, source=number))
    return received


def overlap(one: Stores, other: Stores) -> Stores:
    """The stores that lie in both."""
    if one is None:
        return other
    return one if other is None else one & other


def lies_within(one: Stores, other: Stores) -> bool:
    """Tell whether the other has all stores of this one."""
    return other is None or (one is not None and one <= other)
