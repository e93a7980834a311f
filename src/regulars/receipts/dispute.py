"""A member says that a sale is not as it should be: it is noted, looked into, and answered."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.receipts.models import Complaint, Dispute, DisputeState, Receipt
from regulars.sales.models import Sale
from regulars.sales.refusals import SaleNotFound

LONGEST = 1_000


class DisputeOpen(Refusal):
    """This member disputes this sale already; `dispute_id` is that one."""

    code = "dispute_open"

    def __init__(self, *, dispute_id: str) -> None:
        self.dispute_id = dispute_id


class DisputeNotFound(Refusal):
    code = "dispute_not_found"


class DisputeClosed(Refusal):
    """It was answered already."""

    code = "dispute_closed"


class InvalidDispute(Refusal):
    """It says what is wrong, and its answer why it was decided so, in 1 to 1,000 characters."""

    code = "invalid_dispute"

    def __init__(self, *, field: str) -> None:
        self.field = field


class NewDispute(msgspec.Struct, frozen=True, kw_only=True):
    """About a recorded sale, or about one that is missing: then what is known of it is said."""

    member_id: int
    complaint: str
    said: str
    sale_id: int | None = None
    receipt_id: int | None = None
    store_id: int | None = None


def open_dispute(new: NewDispute, *, at: datetime, by: Actor) -> int:
    """Note a dispute; returns its id. Refuses InvalidDispute, SaleNotFound, DisputeOpen."""
    said = _clean(new.said, field="said")
    if new.complaint not in Complaint.values:
        raise InvalidDispute(field="complaint")
    store_id = new.store_id
    if new.sale_id is not None:
        sale = Sale.objects.filter(pk=new.sale_id).first()
        if sale is None:
            raise SaleNotFound(sale_id=str(new.sale_id))
        store_id = sale.store_id
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                complaint=new.complaint,
                member_id=new.member_id,
                store_id=store_id,
                sale_id=new.sale_id,
                receipt_id=new.receipt_id,
                said=said,
                opened_at=at,
                opened_by=by.tag,
            )
            _tell(dispute, "dispute.opened", at=at, by=by)
    except IntegrityError:
        earlier = Dispute.objects.get(sale=new.sale_id, member=new.member_id, state=DisputeState.OPEN)
        raise DisputeOpen(dispute_id=str(earlier.pk)) from None
    return dispute.pk


@transaction.atomic
def answer_dispute(
    dispute_id: int, *, upheld: bool, answer: str, at: datetime, by: Actor, correction: Receipt | None = None
) -> None:
    """Close a dispute with an answer; `correction` is the receipt that puts it right, where one does.

    Refuses DisputeNotFound, DisputeClosed, InvalidDispute.
    """
    answer = _clean(answer, field="answer")
    dispute = Dispute.objects.select_for_update().filter(pk=dispute_id).first()
    if dispute is None:
        raise DisputeNotFound()
    if dispute.state != DisputeState.OPEN:
        raise DisputeClosed()
    dispute.state = DisputeState.UPHELD if upheld else DisputeState.DECLINED
    dispute.answer, dispute.correction = answer, correction
    dispute.closed_at, dispute.closed_by = at, by.tag
    dispute.save(update_fields=["state", "answer", "correction", "closed_at", "closed_by"])
    _tell(dispute, f"dispute.{dispute.state}", at=at, by=by)


def _clean(text: str, *, field: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST or "\x00" in text:
        raise InvalidDispute(field=field)
    return text


def _tell(dispute: Dispute, action: str, *, at: datetime, by: Actor) -> None:
    facts = {"complaint": dispute.complaint}
    if dispute.sale_id:
        facts["sale"] = str(dispute.sale_id)
    if dispute.correction_id:
        facts["correction"] = str(dispute.correction_id)
    record_event(
        action=action,
        about="dispute",
        about_id=dispute.pk,
        member_id=dispute.member_id,
        store_id=dispute.store_id,
        facts=facts,
        at=at,
        by=by,
    )
