"""What members dispute: noted where they said it, listed with how far it is. Whoever checks receipts answers it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.bodies import InvalidRequest
from regulars.api.callers import ApiRequest, Call
from regulars.api.leave import store_id_of
from regulars.api.replies import Reply
from regulars.api.routes.rewards import StoreCode, store_of
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, Id, MemberNamed, MemberRef, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.identifiers import MemberHandle
from regulars.members.find import find_member
from regulars.members.lock import UnknownMember
from regulars.programs.book import load_book
from regulars.receipts.dispute import DisputeNotFound, NewDispute, open_dispute
from regulars.receipts.list import page_disputes
from regulars.receipts.models import Dispute, Receipt
from regulars.receipts.refusals import ReceiptNotFound
from regulars.sales.models import Sale
from regulars.sales.refusals import MemberNotFound, SaleNotFound
from regulars.staff.models import Scope

Complaint = Literal["missing", "amount", "not_mine", "other"]
DisputeState = Literal["open", "upheld", "declined"]
Said = Annotated[str, Meta(min_length=1, max_length=1_000, description="In the member's words.")]


class DisputeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About a `sale` of the member, a keyed `receipt` of theirs, or a sale that is missing: then say the `store`."""

    member: MemberNamed
    complaint: Complaint
    said: Said
    sale: Id | None = None
    receipt: Id | None = None
    store: StoreCode | None = None


class DisputeOut(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is open, upheld or declined; `correction` is the receipt that put it right."""

    id: str
    state: str
    complaint: str
    member: MemberRef
    store: str | None
    sale: str | None
    receipt: str | None
    correction: str | None
    said: str
    answer: str
    opened_at: datetime
    closed_at: datetime | None


class DisputesOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    disputes: list[DisputeOut]
    next: str | None


@creates("/disputes", scope=Scope.SALES_WRITE, takes=DisputeIn, summary="Note what a member disputes")
async def create_dispute(data: JSONBody[DisputeIn], request: ApiRequest) -> Reply[DisputeOut]:
    """A sale is disputed once at a time. Somebody who checks receipts answers it on a screen."""
    call = request.auth
    if data.sale is not None and data.receipt is not None:
        raise InvalidRequest(where="receipt", problem="Expected one of sale and receipt, or neither")
    handle, place = data.member.handle(), store_of(call, data.store)

    def note(at: datetime) -> DisputeOut:
        member_id = _find_member(handle, at=at)
        receipt = None if data.receipt is None else _receipt_of(data.receipt, member_id, call)
        new = NewDispute(
            member_id=member_id,
            complaint=data.complaint,
            said=data.said,
            sale_id=None if data.sale is None else _sale_of(data.sale, member_id, call),
            receipt_id=None if receipt is None else receipt.pk,
            store_id=store_id_of(place) if receipt is None else receipt.store_id,
        )
        return _out(_find(open_dispute(new, at=at, by=call.by)))

    return await do_write(request, note)


@reads("/disputes", scope=Scope.SALES_READ, summary="List disputes")
async def list_all_disputes(
    request: ApiRequest,
    in_state: Annotated[DisputeState | None, QueryParameter(name="state", required=False)] = None,
    member: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[DisputesOut]:
    """Of a state or a member. A key of one store sees that store's."""
    place = request.auth.only_store
    whose = None if member is None else read_id(member, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(_at: datetime) -> DisputesOut:
        found = page_disputes(
            state=in_state, store_id=store_id_of(place or ""), member_id=whose, before=before, limit=limit + 1
        )
        more = str(found[limit - 1].pk) if len(found) > limit else None
        return DisputesOut([_out(each) for each in found[:limit]], more)

    return await do_read(request, read)


@reads("/disputes/{dispute_id:str}", scope=Scope.SALES_READ, summary="Read a dispute")
async def get_dispute(request: ApiRequest, dispute_id: FromPath[str]) -> Reply[DisputeOut]:
    """How far it is, with its answer."""
    number, place = read_id(dispute_id, otherwise=DisputeNotFound), request.auth.only_store

    def read(_at: datetime) -> DisputeOut:
        dispute = _find(number)
        if place is not None and (dispute.store is None or dispute.store.code != place):
            raise DisputeNotFound()
        return _out(dispute)

    return await do_read(request, read)


def _find(dispute_id: int) -> Dispute:
    dispute = Dispute.objects.select_related("store").filter(pk=dispute_id).first()
    if dispute is None:
        raise DisputeNotFound()
    return dispute


def _find_member(handle: MemberHandle, *, at: datetime) -> int:
    found = find_member(handle, country=load_book().program.country, at=at)
    if found is None:
        raise MemberNotFound()
    return found.member_id


def _sale_of(text: str, member_id: int, call: Call) -> int:
    """The member's own sale. Refuses: SaleNotFound, also for others' and, with a key of one store, other stores'."""
    number = read_id(text, otherwise=lambda: SaleNotFound(sale_id=text))
    sales = Sale.objects.filter(pk=number, member=member_id)
    if call.only_store is not None:
        sales = sales.filter(store__code=call.only_store)
    if not sales.exists():
        raise SaleNotFound(sale_id=text)
    return number


def _receipt_of(text: str, member_id: int, call: Call) -> Receipt:
    """The member's own keyed receipt. Refuses: ReceiptNotFound, as for sales."""
    receipts = Receipt.objects.filter(pk=read_id(text, otherwise=ReceiptNotFound), member=member_id)
    if call.only_store is not None:
        receipts = receipts.filter(store__code=call.only_store)
    receipt = receipts.first()
    if receipt is None:
        raise ReceiptNotFound()
    return receipt


def _out(dispute: Dispute) -> DisputeOut:
    return DisputeOut(
        id=str(dispute.pk),
        state=dispute.state,
        complaint=dispute.complaint,
        member=MemberRef(str(dispute.member_id)),
        store=dispute.store.code if dispute.store else None,
        sale=str(dispute.sale_id) if dispute.sale_id else None,
        receipt=str(dispute.receipt_id) if dispute.receipt_id else None,
        correction=str(dispute.correction_id) if dispute.correction_id else None,
        said=dispute.said,
        answer=dispute.answer,
        opened_at=dispute.opened_at.astimezone(UTC),
        closed_at=dispute.closed_at and dispute.closed_at.astimezone(UTC),
    )
