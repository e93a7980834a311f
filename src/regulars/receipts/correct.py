"""A sale that was recorded wrongly is put right: what is left of it comes back, and the right one takes its place.

Both stay, and each says so: the old sale with its refund, the new one with the receipt that corrects.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import corrected_number
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund, SaleLine
from regulars.files.models import KeptFile
from regulars.points.pending import clean_reason
from regulars.receipts.enter import Preview, enter_receipt, preview_receipt
from regulars.receipts.kept import Entered, NewReceipt
from regulars.receipts.models import Receipt, State
from regulars.receipts.refusals import ReceiptKeyReused
from regulars.sales.answers import Refunded
from regulars.sales.models import Sale
from regulars.sales.refund import preview_refund
from regulars.sales.refusals import SaleNotFound


class CorrectedAlready(Refusal):
    """A correction of this sale waits, or was made: correct that one."""

    code = "corrected_already"

    def __init__(self, *, receipt_id: str) -> None:
        self.receipt_id = receipt_id


class NothingToCorrect(Refusal):
    """What is keyed is what was recorded."""

    code = "nothing_to_correct"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What the sale should have been; None leaves what was recorded. `key` makes it one of a kind.

    Its lines go with its total: a sale with another total has the `lines` that are given, or none.
    """

    key: str
    sale_id: int
    reason: str
    total_minor: int | None = None
    occurred_at: datetime | None = None
    member: MemberHandle | None = None
    lines: tuple[SaleLine, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a correction will do once it is confirmed: taken back, and recorded instead."""

    taken_back: Refunded | None
    instead: Preview


@transaction.atomic
def correct_sale(correction: Correction, *, at: datetime, by: Actor, proofs: Sequence[KeptFile] = ()) -> Entered:
    """Key what a sale should have been; a second person confirms it, and only then anything moves.

    Nothing is promised meanwhile: what the old sale gave is still there. Refuses SaleNotFound, CorrectedAlready,
    NothingToCorrect, InvalidAdjustment without a reason, and what `enter_receipt` refuses.
    """
    earlier = Receipt.objects.filter(key=correction.key).first()
    if earlier is not None:
        if earlier.corrects_id != correction.sale_id:
            raise ReceiptKeyReused()
        return Entered(receipt_id=earlier.pk, state=earlier.state, lapses_at=earlier.lapses_at, replayed=True)
    return enter_receipt(_receipt(correction), proofs=proofs, at=at, by=by)


def preview_correction(correction: Correction, *, at: datetime) -> Effect:
    """Return what the correction would do, and write nothing. Refuses what `correct_sale` refuses."""
    new = _receipt(correction)
    sale = _find(correction.sale_id)
    back = None
    if sale.refunded_minor < sale.total_minor:
        refund = NewRefund(sale_id=sale.pk, external_id=f"correction/{correction.key}", occurred_at=at)
        back = preview_refund(refund, at=at)
    return Effect(taken_back=back, instead=preview_receipt(new, at=at, has_proof=True))


def _receipt(correction: Correction) -> NewReceipt:
    reason = clean_reason(correction.reason)
    sale = _find(correction.sale_id)
    waiting = Receipt.objects.filter(corrects=sale, state__in=[State.AWAITING, State.CONFIRMED]).first()
    if waiting is not None:
        raise CorrectedAlready(receipt_id=str(waiting.pk))
    total = sale.total_minor if correction.total_minor is None else correction.total_minor
    occurred_at = correction.occurred_at or sale.occurred_at
    member = correction.member or MemberHandle(id=str(sale.member_id))
    if (total, occurred_at, member.id) == (sale.total_minor, sale.occurred_at, str(sale.member_id)):
        raise NothingToCorrect()
    taken = Sale.objects.filter(store=sale.store_id, external_id__startswith=f"{sale.external_id[:58]}")
    return NewReceipt(
        key=correction.key,
        kind="correction",
        store=sale.store.code,
        occurred_at=occurred_at,
        member=member,
        number=corrected_number(sale.external_id, set(taken.values_list("external_id", flat=True)[:1_000])),
        total_minor=total,
        lines=correction.lines or (_lines(sale) if total == sale.total_minor else ()),
        note=reason,
        corrects=sale.pk,
    )


def _find(sale_id: int) -> Sale:
    sale = Sale.objects.select_related("store").filter(pk=sale_id).first()
    if sale is None:
        raise SaleNotFound(sale_id=str(sale_id))
    return sale


def _lines(sale: Sale) -> tuple[SaleLine, ...]:
    return tuple(
        SaleLine(
            line.sku,
            line.quantity_milli,
            line.amount_minor,
            line.category,
            line.brand,
            tuple(line.labels),
            line.kind,  # type: ignore[arg-type]
            line.tax_minor,
        )
        for line in sale.lines.order_by("position")
    )
