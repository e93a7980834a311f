"""Receipts that no till has sent: keyed by hand or brought later, promised at once, and confirmed by somebody else."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.utils import timezone
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest, Call
from regulars.api.desk import WRITES
from regulars.api.errors import refused
from regulars.api.idempotency import asked_by
from regulars.api.leave import store_id_of
from regulars.api.quantities import Minor
from regulars.api.replies import Reply, encoded
from regulars.api.routes.rewards import store_of
from regulars.api.routes.sales import LineIn
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, ExternalId, MemberNamed, MemberRef, Moment, Reason, read_id, read_moment
from regulars.api.writes import do_read, do_write, run_once, submit_once
from regulars.core.receipts import state_at
from regulars.core.refusals import Refusal
from regulars.core.sale import SaleLine
from regulars.jobs.messages import defer_sending
from regulars.members.lock import UnknownMember
from regulars.programs.book import load_book
from regulars.receipts.codes import make_code
from regulars.receipts.confirm import confirm_with_code
from regulars.receipts.counter import find_receipt
from regulars.receipts.enter import enter_receipt
from regulars.receipts.kept import NewReceipt
from regulars.receipts.letter import post_code
from regulars.receipts.list import page_receipts
from regulars.receipts.models import Receipt
from regulars.receipts.refusals import ReceiptNotFound
from regulars.receipts.reject import reject_receipt
from regulars.staff.models import Scope

ReceiptState = Literal["draft", "awaiting", "confirmed", "rejected", "lapsed"]
NUMBER = "/receipts/{receipt_id:str}"


class KeyedIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is printed on a receipt. `entry`: it stands in for the till; `claim`: the customer brought it later, and it
    always waits for a second step.
    """

    number: ExternalId
    store: Annotated[str, Meta(min_length=1, max_length=32)]
    occurred_at: Moment
    total_minor: Minor
    member: MemberNamed
    kind: Literal["entry", "claim"] = "entry"
    lines: Annotated[tuple[LineIn, ...], Meta(max_length=1_000)] = ()
    note: Annotated[str, Meta(max_length=1_000, description="Stays inside.")] = ""


class CodeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=1, max_length=32, description="What the member reads out.")]


class CodeAskedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["email", "phone"] = "email"


class RejectionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class PromisedOut(msgspec.Struct, frozen=True):
    unit: str
    amount: int


class KeyedOut(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is draft, awaiting, confirmed, rejected or lapsed. `promised` is pending while it waits; `sale` came of
    it.
    """

    id: str
    state: str
    number: str
    store: str
    member: MemberRef
    occurred_at: datetime
    total_minor: int | None
    promised: list[PromisedOut]
    lapses_at: datetime | None
    way: str
    sale: str | None
    replayed: bool = False


class KeyedListOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    receipts: list[KeyedOut]
    next: str | None


class CodeSentOut(msgspec.Struct, frozen=True):
    kind: str
    ends_at: datetime


@creates("/receipts", scope=Scope.SALES_WRITE, takes=KeyedIn, summary="Key a receipt by hand")
async def create_receipt(data: JSONBody[KeyedIn], request: ApiRequest) -> Reply[KeyedOut]:
    """It counts at once where the program's policies say so; otherwise its points are pending until it is confirmed."""
    call = request.auth
    new = _new_receipt(data, call)

    def enter(at: datetime) -> KeyedOut:
        entered = enter_receipt(new, at=at, by=call.by)
        return _out(find_receipt(entered.receipt_id), at=at, replayed=entered.replayed)

    return await do_write(request, enter)


@reads("/receipts", scope=Scope.SALES_READ, summary="List receipts keyed by hand")
async def list_keyed_receipts(
    request: ApiRequest,
    in_state: Annotated[ReceiptState | None, QueryParameter(name="state", required=False)] = None,
    store: Annotated[str | None, QueryParameter(min_length=1, max_length=32, required=False)] = None,
    member: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[KeyedListOut]:
    """Of a state, a store or a member. A key of one store sees that store's."""
    place = store_of(request.auth, store)
    whose = None if member is None else read_id(member, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(at: datetime) -> KeyedListOut:
        found = page_receipts(
            state=in_state, store_id=store_id_of(place), member_id=whose, before=before, limit=limit + 1, at=at
        )
        more = str(found[limit - 1].pk) if len(found) > limit else None
        return KeyedListOut([_out(each, at=at) for each in found[:limit]], more)

    return await do_read(request, read)


@reads(NUMBER, scope=Scope.SALES_READ, summary="Read a receipt keyed by hand")
async def get_receipt(request: ApiRequest, receipt_id: FromPath[str]) -> Reply[KeyedOut]:
    """How far it is. What nobody answered in time has lapsed."""
    call = request.auth
    return await do_read(request, lambda at: _out(_find(receipt_id, call), at=at))


@creates(NUMBER + "/codes", scope=Scope.SALES_WRITE, takes=CodeAskedIn, summary="Send the member a code for a receipt")
async def create_code(
    data: JSONBody[CodeAskedIn], request: ApiRequest, receipt_id: FromPath[str]
) -> Reply[CodeSentOut]:
    """The member gets six digits by e-mail, or by SMS or WhatsApp, which confirm the receipt for fifteen minutes."""
    call = request.auth

    def send(at: datetime) -> CodeSentOut:
        made = make_code(_find(receipt_id, call).pk, kind=data.kind, at=at, by=call.by)
        book = load_book()
        channel = post_code(made, currency=book.program.currency, zone=book.zone, at=at)
        defer_sending(channel, schema=call.schema)
        return CodeSentOut(made.kind, made.ends_at)

    return await do_write(request, send)


@creates(NUMBER + "/confirmations", scope=Scope.SALES_WRITE, takes=CodeIn, summary="Confirm a receipt with a code")
async def create_confirmation(
    data: JSONBody[CodeIn], request: ApiRequest, receipt_id: FromPath[str]
) -> Reply[KeyedOut]:
    """The code that the member reads out. Five wrong ones, and another has to be sent."""
    call = request.auth
    asked = await asked_by(request)

    def confirm(at: datetime) -> Reply[Any]:
        outcome = confirm_with_code(_find(receipt_id, call).pk, data.code, at=at, by=call.by)
        if isinstance(outcome, Refusal):
            return refused(outcome)  # answered, not raised: the wrong try is kept
        return encoded(_out(find_receipt(outcome.receipt_id), at=at), status=201)

    def work() -> Reply[Any]:
        at = timezone.now()
        return run_once(call.schema, asked, lambda: confirm(at), at=at)

    return await submit_once(WRITES, call.schema, asked, work)


@creates(NUMBER + "/rejections", scope=Scope.SALES_WRITE, takes=RejectionIn, summary="Turn a receipt down")
async def create_rejection(
    data: JSONBody[RejectionIn], request: ApiRequest, receipt_id: FromPath[str]
) -> Reply[KeyedOut]:
    """What it promised is withdrawn; the receipt stays, with the reason."""
    call = request.auth

    def reject(at: datetime) -> KeyedOut:
        receipt = _find(receipt_id, call)
        reject_receipt(receipt.pk, reason=data.reason, at=at, by=call.by)
        return _out(find_receipt(receipt.pk), at=at)

    return await do_write(request, reject)


def _new_receipt(data: KeyedIn, call: Call) -> NewReceipt:
    return NewReceipt(
        key=f"api/{call.natural_key()}",
        kind=data.kind,
        store=data.store,
        number=data.number,
        occurred_at=read_moment(data.occurred_at, where="occurred_at"),
        total_minor=data.total_minor,
        lines=tuple(
            SaleLine(
                line.sku,
                int(line.quantity),
                line.amount_minor,
                line.category,
                line.brand,
                line.labels,
                line.kind,
                line.tax_minor,
            )
            for line in data.lines
        ),
        member=data.member.handle(),
        note=data.note,
        only_store=call.only_store,
    )


def _find(receipt_id: str, call: Call) -> Receipt:
    """Refuses ReceiptNotFound, for another store's receipt too: a bound key knows nothing of it."""
    receipt = find_receipt(read_id(receipt_id, otherwise=ReceiptNotFound))
    if call.only_store is not None and receipt.store.code != call.only_store:
        raise ReceiptNotFound()
    return receipt


def _out(receipt: Receipt, *, at: datetime, replayed: bool = False) -> KeyedOut:
    return KeyedOut(
        id=str(receipt.pk),
        state=state_at(receipt.state, receipt.lapses_at, at),  # type: ignore[arg-type]
        number=receipt.number,
        store=receipt.store.code,
        member=MemberRef(str(receipt.member_id)),
        occurred_at=receipt.occurred_at,
        total_minor=receipt.total_minor,
        promised=[PromisedOut(unit, amount) for unit, amount in receipt.promised],
        lapses_at=receipt.lapses_at,
        way=receipt.way,
        sale=str(receipt.sale_id) if receipt.sale_id else None,
        replayed=replayed,
    )
