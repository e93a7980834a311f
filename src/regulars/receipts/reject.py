"""A receipt that does not count: somebody turns it down, who keyed it takes it back, or nobody answers in time."""

from datetime import datetime

from regulars.core.actor import SYSTEM, Actor
from regulars.core.receipts import NotAwaiting
from regulars.core.refusals import Refusal
from regulars.platform.again import looks_again
from regulars.points.pending import clean_reason
from regulars.receipts.counter import find_receipt, put_on_counter
from regulars.receipts.models import Receipt, State
from regulars.receipts.told import tell_receipt

AT_ONCE = 200


@looks_again
def reject_receipt(receipt_id: int, *, reason: str, at: datetime, by: Actor) -> None:
    """Turn a receipt down, or throw a draft away: what it promised is withdrawn; the receipt stays, with the reason.

    Refuses ReceiptNotFound, NotAwaiting, InvalidAdjustment without a reason.
    """
    reason = clean_reason(reason)
    seen = find_receipt(receipt_id)
    if seen.state == State.DRAFT:
        receipt = Receipt.objects.select_for_update().get(pk=receipt_id)
        if receipt.state != State.DRAFT:
            raise NotAwaiting(state=receipt.state)
    else:
        counter = put_on_counter(receipt_id, at=at)
        counter.withdraw("rejected", at=at, by=by)
        receipt = counter.receipt
    _end(receipt, State.REJECTED, reason=reason, at=at, by=by)


def lapse_receipts(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Let the receipts lapse that nobody confirmed in time; how many. Zero means that all are done.

    Each is a transaction of its own: one that somebody confirms at this very moment is left to them.
    """
    due = Receipt.objects.filter(state=State.AWAITING, lapses_at__lte=at).order_by("lapses_at")
    lapsed = 0
    for receipt_id in list(due.values_list("pk", flat=True)[:limit]):
        lapsed += _lapse(receipt_id, at=at)
    return lapsed


@looks_again
def _lapse(receipt_id: int, *, at: datetime) -> bool:
    ends_at = find_receipt(receipt_id).lapses_at
    assert ends_at is not None, "what waits lapses"
    try:
        # As it was the moment before: then it waited still.
        counter = put_on_counter(receipt_id, at=at, waits_at=ends_at)
    except Refusal:
        return False
    counter.withdraw("lapsed", at=at, by=SYSTEM)
    _end(counter.receipt, State.LAPSED, reason="", at=at, by=SYSTEM)
    return True


def _end(receipt: Receipt, state: State, *, reason: str, at: datetime, by: Actor) -> None:
    receipt.state, receipt.reason, receipt.decided_at, receipt.decided_by = state, reason, at, by.tag
    receipt.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    facts = {} if receipt.total_minor is None else {"total_minor": receipt.total_minor}
    tell_receipt(f"receipt.{state}", receipt, facts, at=at, by=by)
