"""Goods come back: by line, by amount, or all that is left. Refunds share commits, in a lane of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.utils import timezone
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest, Call
from regulars.api.flush import flush, reply_to
from regulars.api.idempotency import Asked, answer_once, asked_by
from regulars.api.lane import Lanes
from regulars.api.leave import given_pin, write_with_leave
from regulars.api.quantities import Minor, Quantity
from regulars.api.replies import Reply, encoded
from regulars.api.routing import asks, creates
from regulars.api.shapes import ExternalId, MemberRef, Moment, Reason, read_id, read_moment
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.core.approval import KEY_ROLE, Action, Weight
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund
from regulars.ledger.wallet import Balance
from regulars.sales.answers import Given, Reached, Refunded, Taken
from regulars.sales.models import Sale
from regulars.sales.refund import preview_refund, refund_sales
from regulars.sales.refusals import SaleNotFound
from regulars.sales.undo_refund import RefundNotFound, undo_refund
from regulars.staff.approvals import ApprovalNeeded, load_thresholds
from regulars.staff.machine_leave import check_alone
from regulars.staff.models import Need, Scope


class LineBackIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes back of one line; without quantity and amount, all that is left of it. Positions count from 1."""

    position: Annotated[int, Meta(ge=1, le=32_767)]
    quantity: Quantity | None = None
    amount_minor: Minor | None = None


class RefundIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`lines`, or `amount_minor`, or neither: then all that is left comes back."""

    external_id: ExternalId
    occurred_at: Moment
    lines: Annotated[tuple[LineBackIn, ...], Meta(max_length=1_000)] = ()
    amount_minor: Minor | None = None


class SaleRef(msgspec.Struct, frozen=True):
    id: str


class RefundOut(msgspec.Struct, frozen=True, kw_only=True):
    """`money_minor` is what the cashier hands back; `clawed` went back to the shop, `returned` to the member.

    `levels` that the member lost by it, and the rewards (by their codes) that are `withdrawn`.
    """

    id: str
    sale: SaleRef
    replayed: bool
    amount_minor: int
    money_minor: int
    member: MemberRef | None
    clawed: tuple[Taken, ...]
    returned: tuple[Given, ...]
    levels: tuple[Reached, ...]
    withdrawn: tuple[str, ...]
    balances: tuple[Balance, ...]


class RefundPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund would do: `money_minor` to hand back, `clawed` to the shop, `returned` to the member, `levels` and
    rewards (`withdrawn`, by their codes) that the member would lose.
    """

    amount_minor: int
    money_minor: int
    member: MemberRef | None
    clawed: tuple[Taken, ...]
    returned: tuple[Given, ...]
    levels: tuple[Reached, ...]
    withdrawn: tuple[str, ...]
    balances: tuple[Balance, ...]


@creates(
    "/sales/{sale_id:str}/refunds",
    scope=Scope.SALES_WRITE,
    takes=RefundIn,
    summary="Refund a sale",
    may_need_leave=True,
)
async def create_refund(data: JSONBody[RefundIn], request: ApiRequest, sale_id: FromPath[str]) -> Reply[RefundOut]:
    """Send it again after any doubt: a sale's refund with this `external_id` is made once."""
    call = request.auth
    refund = _new_refund(data, call, sale_id)
    if given_pin(request) is None:
        return await REFUNDS.submit(call.schema, (await asked_by(request), refund))
    return await _refund_with_leave(request, refund)


async def _refund_with_leave(request: ApiRequest, refund: NewRefund) -> Reply[RefundOut]:
    """By itself: a PIN takes its time to check, and no other till waits for it. Leave is for so much and no more."""
    weighed: int | None = None

    def weigh(at: datetime) -> Weight:
        nonlocal weighed
        weighed = preview_refund(refund, at=at).amount_minor
        store_id = Sale.objects.filter(pk=refund.sale_id).values_list("store_id", flat=True).first()
        return Weight(amount=weighed, store_id=store_id)

    def check(_refund: NewRefund, amount_minor: int) -> None:
        if weighed is not None and amount_minor > weighed:
            raise ApprovalNeeded(action=Action.REFUND_SALE, need=Need.PIN, weight=Weight(amount=amount_minor))

    def make(at: datetime, by: Actor) -> RefundOut | Refusal:
        [outcome] = refund_sales([msgspec.structs.replace(refund, by=by)], at=at, check=check)
        return outcome if isinstance(outcome, Refusal) else _refund_out(outcome)

    return await write_with_leave(request, Action.REFUND_SALE, make, weigh=weigh)


@asks("/sales/{sale_id:str}/refunds/preview", scope=Scope.SALES_WRITE, takes=RefundIn, summary="Preview a refund")
async def create_preview(data: JSONBody[RefundIn], request: ApiRequest, sale_id: FromPath[str]) -> Reply[RefundPreview]:
    """Takes what a refund takes, refuses what it refuses, says exactly what would move, and writes nothing."""
    refund = _new_refund(data, request.auth, sale_id)
    return await do_read(request, lambda at: _preview_out(preview_refund(refund, at=at)))


class ReversalIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class ReversalOut(msgspec.Struct, frozen=True):
    """`money_minor` is what the customer hands back."""

    refund: SaleRef
    sale: SaleRef
    replayed: bool
    money_minor: int
    balances: tuple[Balance, ...]


@creates("/refunds/{refund_id:str}/reversal", scope=Scope.POINTS_ADJUST, takes=ReversalIn, summary="Undo a refund")
async def create_reversal(
    data: JSONBody[ReversalIn], request: ApiRequest, refund_id: FromPath[str]
) -> Reply[ReversalOut]:
    """On the day it was made, a sale's newest refund can be undone; everything it moved moves back."""
    call = request.auth
    number = read_id(refund_id, otherwise=RefundNotFound)

    def undo(at: datetime) -> ReversalOut:
        done = undo_refund(refund_id=number, reason=data.reason, at=at, by=call.by, only_store=call.only_store)
        return ReversalOut(
            SaleRef(str(done.refund_id)), SaleRef(str(done.sale_id)), done.replayed, done.money_minor, done.balances
        )

    return await do_write(request, undo)


def _new_refund(data: RefundIn, call: Call, sale_id: str) -> NewRefund:
    return NewRefund(
        sale_id=read_id(sale_id, otherwise=lambda: SaleNotFound(sale_id=sale_id)),
        external_id=data.external_id,
        occurred_at=read_moment(data.occurred_at, where="occurred_at"),
        lines=tuple([_line_refund(line) for line in data.lines]),
        amount_minor=data.amount_minor,
        by=call.by,
        only_store=call.only_store,
    )


def _line_refund(line: LineBackIn) -> LineRefund:
    quantity_milli = None if line.quantity is None else int(line.quantity)
    return LineRefund(line.position, quantity_milli, line.amount_minor)


def flush_refunds(schema: str, items: Sequence[tuple[Asked | None, NewRefund]]) -> list[Reply[Any]]:
    """Refund what waited in a lane, in one commit."""
    at = timezone.now()

    def work(part: Sequence[NewRefund]) -> list[Reply[Any]]:
        thresholds = load_thresholds(Action.REFUND_SALE, KEY_ROLE)

        def check(_refund: NewRefund, amount_minor: int) -> None:
            check_alone(thresholds, Action.REFUND_SALE, Weight(amount=amount_minor))

        return [
            reply_to(outcome) if isinstance(outcome, Refusal) else encoded(_refund_out(outcome), status=201)
            for outcome in refund_sales(part, at=at, check=check)
        ]

    return flush(schema, items, lambda part: answer_once(part, work, at=at))


def _refund_out(refunded: Refunded) -> RefundOut:
    return RefundOut(
        id=str(refunded.id),
        sale=SaleRef(str(refunded.sale_id)),
        replayed=refunded.replayed,
        amount_minor=refunded.amount_minor,
        money_minor=refunded.money_minor,
        member=None if refunded.member_id is None else MemberRef(str(refunded.member_id)),
        clawed=refunded.clawed,
        returned=refunded.returned,
        levels=refunded.levels,
        withdrawn=refunded.withdrawn,
        balances=refunded.balances,
    )


def _preview_out(previewed: Refunded) -> RefundPreview:
    return RefundPreview(
        amount_minor=previewed.amount_minor,
        money_minor=previewed.money_minor,
        member=None if previewed.member_id is None else MemberRef(str(previewed.member_id)),
        clawed=previewed.clawed,
        returned=previewed.returned,
        levels=previewed.levels,
        withdrawn=previewed.withdrawn,
        balances=previewed.balances,
    )


REFUNDS: Lanes[tuple[Asked | None, NewRefund], Reply[Any]] = Lanes("refunds", flush_refunds, threads=1)
