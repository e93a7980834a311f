"""A list that can be exported: its columns, how long it is, and its rows in batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet

from regulars.core.refusals import Refusal
from regulars.platform.sheets import Cell

type Asked = Mapping[str, Any]
type Batch = Sequence[Sequence[Cell]]


AT_ONCE = 2_000
"""A list of at most so many rows is written while the asker waits."""

MOST_COUNTED = 100_000
"""How long a list is, is counted to here."""

LOOKED_AT = 50_000
"""Of so many of the newest rows it is counted how many are meant."""


class UnknownSource(Refusal):
    """There is no such list to export."""

    code = "unknown_source"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """`count` says about how many rows there are, quickly, and more than `AT_ONCE` where it does not know. `read`
    yields batches of rows with these columns, by code, in the order of the list, each batch with a bounded number of
    statements; nothing is kept between them.

    `asked` is JSON of the list's own: what is filtered, and whose reach it was asked with.
    """

    name: str
    count: Callable[[Asked, datetime], int]
    read: Callable[[Asked, Sequence[str], datetime], Iterator[Batch]]


SOURCES: dict[str, Source] = {}
"""By name; each list's module registers its own when it is imported, and `jobs` imports all of them."""


def register(source: Source) -> Source:
    """Let a list be exported."""
    SOURCES[source.name] = source
    return source


def find_source(name: str) -> Source:
    """Refuses: UnknownSource."""
    if name not in SOURCES:
        raise UnknownSource()
    return SOURCES[name]


def count_meant(newest: QuerySet[Any], meant: Q) -> int:
    """Count which rows of an ordered list are meant; of a long list only among the newest, and then it is long."""
    found = newest[: LOOKED_AT + 1].aggregate(seen=Count("pk"), meant=Count("pk", filter=meant))
    return int(found["meant"] if found["seen"] <= LOOKED_AT else max(found["meant"], AT_ONCE + 1))
