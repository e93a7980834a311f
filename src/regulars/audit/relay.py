"""The outbox is read in commit order: nothing is skipped because its transaction took longer than a later one's.

A transaction that is still running may hold events with smaller ids than those already seen. So a reader only takes
events of transactions below the oldest one still running, and remembers how far it has come by transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.models import RelayPosition
from regulars.platform.rows import fetch

WINDOW = """
SELECT id, transaction, recorded_at, actor, action, about, about_id, member_id, facts::text
FROM audit_event
WHERE transaction >= %(position)s AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction, id
LIMIT %(limit)s
"""

ONE_TRANSACTION = """
SELECT id, transaction, recorded_at, actor, action, about, about_id, member_id, facts::text
FROM audit_event WHERE transaction = %(transaction)s ORDER BY id
"""

SAFE_END = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """An event as a reader of the outbox gets it."""

    id: int
    transaction: int
    recorded_at: datetime
    actor: str
    action: str
    about: str
    about_id: int
    member_id: int | None
    facts: dict[str, Any]


def relay_events(*, reader: str, hand_over: Callable[[Sequence[Relayed]], None], limit: int = 5_000) -> int:
    """Hand over the next events this reader has not had, in id order, and remember that it had them; how many.

    About `limit` at once, always whole transactions; call again until it says 0. What `hand_over` writes is committed
    together with the position, or not at all: when it fails, the same events come again.
    """
    RelayPosition.objects.get_or_create(reader=reader)
    with transaction.atomic():
        position = RelayPosition.objects.select_for_update().get(reader=reader)
        _follow_restore(position)
        events = _whole_transactions(position.transaction, limit=limit)
        if not events:
            return 0
        hand_over(sorted(events, key=lambda event: event.id))
        position.transaction = events[-1].transaction + 1
        position.save(update_fields=["transaction"])
    return len(events)


def _whole_transactions(position: int, *, limit: int) -> list[Relayed]:
    """Return the next events in the order of their transactions; the last one is never cut in two."""
    rows = fetch(WINDOW, {"position": position, "limit": limit})
    if len(rows) == limit:
        last = rows[-1][1]
        complete = [row for row in rows if row[1] != last]
        rows = complete or fetch(ONE_TRANSACTION, {"transaction": last})
    return [_relayed(row) for row in rows]


def _follow_restore(position: RelayPosition) -> None:
    """Start over where transactions count from a smaller number than before: this database was restored elsewhere."""
    [(safe_end,)] = fetch(SAFE_END, {})
    if position.transaction > safe_end:
        position.transaction = 0


def _relayed(row: tuple[Any, ...]) -> Relayed:
    *fields, facts = row
    names = Relayed.__struct_fields__[:-1]
    return Relayed(**dict(zip(names, fields, strict=True)), facts=msgspec.json.decode(facts))
