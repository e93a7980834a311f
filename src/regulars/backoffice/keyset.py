"""Pages of a long list by key: where the last page ended, never how many rows to skip or count."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Model, Q, QuerySet

PAGE = 50


class Page[Row](msgspec.Struct, frozen=True):
    """Some rows, and the key behind the last one if there are more."""

    rows: Sequence[Row]
    older: str | None
    is_first: bool


def page_by_id[M: Model](rows: QuerySet[M], *, before: str, size: int = PAGE) -> Page[M]:
    """Newest first by id. `before` is the id that the last page ended with; anything else starts from the top."""
    last = read_id_key(before)
    found = list((rows if last is None else rows.filter(pk__lt=last)).order_by("-pk")[: size + 1])
    return Page(found[:size], str(found[size - 1].pk) if len(found) > size else None, last is None)


def page_by_time[M: Model](rows: QuerySet[M], *, before: str, size: int = PAGE) -> Page[M]:
    """Newest first by `occurred_at`, then id; `before` is `<time>~<id>` of the last row shown."""
    key = read_time_key(before)
    if key is not None:
        at, pk = key
        rows = rows.filter(Q(occurred_at__lte=at) & (Q(occurred_at__lt=at) | Q(pk__lt=pk)))
    found = list(rows.order_by("-occurred_at", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], time_key(last.occurred_at, last.pk) if last else None, key is None)  # type: ignore[attr-defined]


def read_id_key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def time_key(at: datetime, pk: int) -> str:
    return f"{at.isoformat()}~{pk}"


def read_time_key(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.partition("~")
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (when, int(pk)) if when.tzinfo and pk.isascii() and pk.isdigit() and len(pk) <= 18 else None
