"""Receipts and disputes as lists show them: newest first, by store and how far they are."""

from datetime import datetime

from django.db.models import QuerySet

from regulars.receipts.models import Dispute, DisputeState, Receipt, State
from regulars.staff.reach import Reach

MANY = 1_000


def list_receipts(state: str, *, reach: Reach, store_id: int | None, at: datetime) -> QuerySet[Receipt]:
    """Return the receipts of a state within reach; what is over waits no more, whether the job has come or not."""
    rows = reach.within(Receipt.objects.select_related("store", "member", "sale"))
    if store_id is not None:
        rows = rows.filter(store=store_id)
    if state == State.AWAITING:
        return rows.filter(state=State.AWAITING, lapses_at__gt=at)
    return rows.filter(state=state)


def list_disputes(*, is_open: bool, reach: Reach) -> QuerySet[Dispute]:
    """Return the disputes within reach that are open, or that were answered."""
    rows = reach.within(Dispute.objects.select_related("store", "member", "sale"))
    return rows.filter(state=DisputeState.OPEN) if is_open else rows.exclude(state=DisputeState.OPEN)


def count_to_check(*, reach: Reach, by: str, at: datetime) -> int:
    """Return how many receipts this person could confirm, counted up to a thousand."""
    waiting = list_receipts(State.AWAITING, reach=reach, store_id=None, at=at).exclude(keyed_by=by)
    return len(waiting.order_by("-pk").values_list("pk", flat=True)[:MANY])


def count_open_disputes(*, reach: Reach) -> int:
    """Return how many disputes are open, counted up to a thousand."""
    return len(list_disputes(is_open=True, reach=reach).values_list("pk", flat=True)[:MANY])
