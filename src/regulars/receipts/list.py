"""Receipts and disputes as lists show them: newest first, by store and how far they are."""

from datetime import datetime

from django.db.models import Q, QuerySet

from regulars.receipts.models import Dispute, DisputeState, Receipt, State
from regulars.staff.reach import Reach

MANY = 1_000
LOOKED_THROUGH = 5_000


def list_receipts(state: str, *, reach: Reach, store_id: int | None, at: datetime) -> QuerySet[Receipt]:
    """Return the receipts of a state within reach; what is over waits no more, whether the job has come or not."""
    rows = reach.within(Receipt.objects.select_related("store", "member", "sale"))
    if store_id is not None:
        rows = rows.filter(store=store_id)
    if state == State.AWAITING:
        return rows.filter(state=State.AWAITING, lapses_at__gt=at)
    return rows.filter(state=state)


def page_receipts(
    *,
    state: str | None,
    store_id: int | None,
    member_id: int | None,
    before: int | None,
    limit: int,
    at: datetime,
) -> list[Receipt]:
    """Return a page of receipts, newest first, from an id on: of a state, a store, a member, or all of them.

    What is over waits no more, and is told as lapsed, whether the job has come or not.
    """
    rows = Receipt.objects.select_related("store")
    if member_id is not None:
        rows = rows.filter(member=member_id)
    if store_id is not None:
        rows = rows.filter(store=store_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    is_over = Q(state=State.AWAITING, lapses_at__lte=at)
    if state == State.LAPSED:
        rows = rows.filter(Q(state=State.LAPSED) | is_over)
    elif state is not None:
        rows = rows.filter(state=state).exclude(is_over)
    if store_id is None or member_id is not None or state is not None:
        return list(rows.order_by("-pk")[:limit])
    # A store's receipts lie in their index by state: a page of each, and the newest of them.
    pages = [receipt for each in State.values for receipt in rows.filter(state=each).order_by("-pk")[:limit]]
    return sorted(pages, key=lambda receipt: -receipt.pk)[:limit]


def page_disputes(
    *, state: str | None, store_id: int | None, member_id: int | None, before: int | None, limit: int
) -> list[Dispute]:
    """Return a page of disputes, newest first, from an id on: of a state, a store, a member, or all of them."""
    named = {"state": state, "store": store_id, "member": member_id, "pk__lt": before}
    rows = Dispute.objects.filter(**{name: value for name, value in named.items() if value is not None})
    return list(rows.select_related("store").order_by("-pk")[:limit])


def list_disputes(*, is_open: bool, reach: Reach) -> QuerySet[Dispute]:
    """Return the disputes within reach that are open, or that were answered."""
    rows = reach.within(Dispute.objects.select_related("store", "member", "sale"))
    return rows.filter(state=DisputeState.OPEN) if is_open else rows.exclude(state=DisputeState.OPEN)


def count_to_check(*, reach: Reach, by: str, at: datetime) -> tuple[int, bool]:
    """Return how many receipts this person could confirm, counted up to a thousand, and whether these are all.

    They are looked for among the newest 5,000 that wait: who has brought in all open sales of another system may
    confirm none of these, and would read every one of them for it. What lies behind them is not counted.
    """
    waiting = list_receipts(State.AWAITING, reach=reach, store_id=None, at=at).order_by("-pk")
    newest = list(waiting.values_list("keyed_by", flat=True)[:LOOKED_THROUGH])
    found = min(sum(keyed_by != by for keyed_by in newest), MANY)
    return found, found < MANY and len(newest) < LOOKED_THROUGH


def count_open_disputes(*, reach: Reach) -> int:
    """Return how many disputes are open, counted up to a thousand."""
    return len(list_disputes(is_open=True, reach=reach).values_list("pk", flat=True)[:MANY])
