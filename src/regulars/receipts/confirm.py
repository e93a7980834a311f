"""The second step: another person, the member's code, or the till's own record. Then the sale counts."""

import hmac
from datetime import datetime

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import CODE_TRIES, Printed, Way, check_second, differences
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.members.addresses import NoLiveCode, WrongCode
from regulars.platform.again import looks_again
from regulars.receipts.codes import hash_code
from regulars.receipts.counter import Counter, put_on_counter, sale_from
from regulars.receipts.enter import printed_on
from regulars.receipts.models import Code, Kind, Receipt, State
from regulars.receipts.refusals import RecordedOtherwise
from regulars.receipts.told import tell_receipt
from regulars.sales.answers import Recorded, Refunded
from regulars.sales.attach import attach_sale
from regulars.sales.models import Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import preview_refund, refund_sales
from regulars.sales.refusals import AttachedAlready


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """`recorded` is what the sale brought; `refunded` what was taken back of the one it corrects."""

    receipt_id: int
    recorded: Recorded
    refunded: Refunded | None = None


@looks_again
def confirm_receipt(receipt_id: int, *, at: datetime, by: Actor) -> Confirmed:
    """A second person says that the receipt is as it was keyed: its sale is recorded, and the promise withdrawn.

    Both names stay with the entries: who keyed it as their actor, who confirmed it as their approver. Refuses
    ReceiptNotFound, NotAwaiting, OwnReceipt, RecordedOtherwise, and what `record_sales` refuses.
    """
    counter = put_on_counter(receipt_id, at=at)
    check_second(counter.receipt.keyed_by, by)
    return _count(counter, way="person", at=at, by=by)


@looks_again
def confirm_with_code(receipt_id: int, code: str, *, at: datetime, by: Actor) -> Confirmed | WrongCode:
    """The member's code confirms, whoever types it: the member read it out.

    A wrong one is answered and not raised, because it is counted: so the transaction has to commit. Refuses NoLiveCode,
    ReceiptNotFound, NotAwaiting, RecordedOtherwise, and what `record_sales` refuses.
    """
    open_code = Code.objects.select_for_update().filter(receipt=receipt_id).order_by("-id").first()
    if open_code is None or open_code.used_at or open_code.ends_at <= at or open_code.tries >= CODE_TRIES:
        raise NoLiveCode()
    typed = "".join(code.split())
    if not hmac.compare_digest(hash_code(typed, receipt_id=receipt_id), open_code.code_hash):
        open_code.tries += 1
        open_code.save(update_fields=["tries"])
        return WrongCode(tries=CODE_TRIES - open_code.tries)
    open_code.used_at = at
    open_code.save(update_fields=["used_at"])
    return _count(put_on_counter(receipt_id, at=at), way="member", at=at, by=by)


@looks_again
def confirm_by_till(receipt_id: int, *, at: datetime) -> Confirmed:
    """The till has recorded the same sale: it is the member's, and the promise is withdrawn.

    Refuses ReceiptNotFound, NotAwaiting, RecordedOtherwise, AttachedAlready, AttachTooLate.
    """
    counter = put_on_counter(receipt_id, at=at)
    recorded = _find_sale(counter.receipt)
    if recorded is None or _differ(counter.receipt, recorded):
        raise RecordedOtherwise(sale_id=str(recorded.pk) if recorded else "")
    return _give_tills_sale(counter, recorded, way="till", at=at, by=SYSTEM)


def preview_confirmation(receipt: Receipt, *, at: datetime) -> tuple[Recorded | None, Refunded | None]:
    """Return what confirming would bring, and what of the corrected sale would be taken back; nothing is written.

    None where the till's own sale will be given to the member instead. Refuses what `quote_sales` refuses.
    """
    back = None
    if receipt.corrects_id is not None:
        back = preview_refund(_refund_of_corrected(receipt, at=at, by=SYSTEM), at=at)
    elif _find_sale(receipt) is not None:
        return None, None
    [quote] = quote_sales([sale_from(receipt)], at=at, is_history=receipt.kind == Kind.OPEN)
    if isinstance(quote, Refusal):
        raise quote
    return quote, back


def printed_by_hand(receipt: Receipt) -> Printed:
    """Return what was keyed of a receipt."""
    return Printed(
        store_id=receipt.store_id,
        number=receipt.number,
        total_minor=receipt.total_minor or 0,
        occurred_at=receipt.occurred_at,
    )


def _differ(receipt: Receipt, recorded: Sale) -> bool:
    """An open sale is finished whenever it is: its time says nothing."""
    found = differences(printed_by_hand(receipt), printed_on(recorded))
    return bool([each for each in found if not (each == "time" and receipt.kind == Kind.OPEN)])


def _count(counter: Counter, *, way: Way, at: datetime, by: Actor) -> Confirmed:
    """Record the sale of a receipt that waits, or give the member the one that its till has recorded meanwhile."""
    receipt = counter.receipt
    recorded = _find_sale(receipt)
    if recorded is not None and receipt.corrects_id is None:
        if recorded.total_minor != receipt.total_minor:
            raise RecordedOtherwise(sale_id=str(recorded.pk))
        return _give_tills_sale(counter, recorded, way=way, at=at, by=by)
    counter.withdraw("confirmed", at=at, by=by)
    refunded = _take_corrected_back(receipt, at=at, by=by) if receipt.corrects_id else None
    [outcome] = record_sales([sale_from(receipt, approver=by.tag)], at=at, is_history=True)
    if isinstance(outcome, Refusal):
        raise outcome
    _decide(receipt, outcome, way=way, at=at, by=by)
    return Confirmed(receipt_id=receipt.pk, recorded=outcome, refunded=refunded)


def _give_tills_sale(counter: Counter, recorded: Sale, *, way: Way, at: datetime, by: Actor) -> Confirmed:
    receipt = counter.receipt
    if recorded.member_id not in (None, receipt.member_id):
        raise AttachedAlready(member_id=str(recorded.member_id))
    counter.withdraw("confirmed", at=at, by=by)
    done = attach_sale(sale_id=recorded.pk, member=MemberHandle(id=str(receipt.member_id)), at=at, by=by)
    _decide(receipt, done, way=way, at=at, by=by)
    return Confirmed(receipt_id=receipt.pk, recorded=done)


def _take_corrected_back(receipt: Receipt, *, at: datetime, by: Actor) -> Refunded | None:
    """Take back what is left of the sale that this receipt replaces; None where all of it came back before."""
    assert receipt.corrects_id is not None, "a correction replaces a sale"
    corrected = Sale.objects.get(pk=receipt.corrects_id)
    if corrected.refunded_minor == corrected.total_minor and corrected.total_minor:
        return None
    [outcome] = refund_sales([_refund_of_corrected(receipt, at=at, by=by)], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _refund_of_corrected(receipt: Receipt, *, at: datetime, by: Actor) -> NewRefund:
    return NewRefund(sale_id=receipt.corrects_id or 0, external_id=f"correction/{receipt.pk}", occurred_at=at, by=by)


def _find_sale(receipt: Receipt) -> Sale | None:
    return Sale.objects.filter(store=receipt.store_id, external_id=receipt.number).first()


def _decide(receipt: Receipt, recorded: Recorded, *, way: Way, at: datetime, by: Actor) -> None:
    receipt.state, receipt.way, receipt.sale_id = State.CONFIRMED, way, recorded.id
    receipt.decided_at, receipt.decided_by = at, by.tag
    receipt.save(update_fields=["state", "way", "sale", "decided_at", "decided_by"])
    facts = {"way": way, "sale": str(recorded.id), "total_minor": receipt.total_minor}
    if receipt.corrects_id:
        facts["corrects"] = str(receipt.corrects_id)
    tell_receipt("receipt.confirmed", receipt, facts, at=at, by=by)
