"""The messages of one run as a file: a row each, newest first, with what became of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

import msgspec

from regulars.messages.deliveries import DeliveryRow, Filter, list_deliveries
from regulars.messages.models import Delivery, DeliveryState
from regulars.messages.values import load_shop, zone_of
from regulars.platform.sheets import Cell
from regulars.reports.exports.source import MOST_COUNTED, Asked, Batch, Source, register

AT_ONCE = 1_000
"""So many rows are read with one statement."""


class OfRun(msgspec.Struct, frozen=True, kw_only=True):
    """Which run the messages belong to."""

    batch: int


def _count(asked: Asked, at: datetime) -> int:
    return Delivery.objects.filter(batch=msgspec.convert(asked, OfRun).batch)[:MOST_COUNTED].count()


def _read(asked: Asked, columns: Sequence[str], at: datetime) -> Iterator[Batch]:
    wanted, zone = Filter(batch_id=msgspec.convert(asked, OfRun).batch), zone_of(load_shop(at=at))
    before: int | None = None
    while batch := list_deliveries(wanted, before=before, limit=AT_ONCE):
        before = batch[-1].id
        yield [[_cells(row, zone)[column] for column in columns] for row in batch]


def _cells(row: DeliveryRow, zone: tzinfo) -> dict[str, Cell]:
    return {
        "member": "" if row.member_id is None else str(row.member_id),
        "name": row.member_name or "",
        "address": row.address,
        "language": row.language,
        "state": row.state,
        "reason": (row.error or row.reason) if row.state == DeliveryState.FAILED else (row.reason or row.error),
        "sent_at": row.sent_at.astimezone(zone) if row.sent_at else "",
    }


register(Source(name="messages", count=_count, read=_read))
