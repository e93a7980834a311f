"""A balance is corrected: with a reason for the team, and a comment that the member reads."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.leave import weigh_units, write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates
from regulars.api.shapes import Comment, Reason, UnitCode, read_id
from regulars.core.actor import Actor
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.approval import Action, Weight
from regulars.ledger.wallet import Balance
from regulars.members.lock import UnknownMember
from regulars.members.rows import read_member
from regulars.points.adjust import AccountNotFound, adjust_points
from regulars.programs.book import UnknownUnit
from regulars.staff.models import Scope


class AdjustmentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`amount` is signed: a minus deducts, soonest to expire first. What is added never expires."""

    amount: Annotated[int, Meta(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
    reason: Reason
    comment: Comment = ""
    unit: UnitCode = "points"


class AdjustmentOut(msgspec.Struct, frozen=True):
    entry_id: str
    replayed: bool
    balance: Balance


@creates(
    "/members/{member_id:str}/adjustments",
    scope=Scope.POINTS_ADJUST,
    takes=AdjustmentIn,
    may_need_leave=True,
    summary="Adjust a member's balance",
)
async def create_adjustment(
    data: JSONBody[AdjustmentIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[AdjustmentOut]:
    """Send an `Idempotency-Key`: without one, the same request again adjusts again."""
    call = request.auth
    number = read_id(member_id, otherwise=UnknownMember)
    key = call.natural_key()

    def weigh(_at: datetime) -> Weight:
        return weigh_units(data.amount, data.unit)

    def adjust(at: datetime, by: Actor) -> AdjustmentOut:
        try:
            adjusted = adjust_points(
                member_id=number,
                amount=data.amount,
                unit=data.unit,
                reason=data.reason,
                comment=data.comment,
                key=key,
                at=at,
                by=by,
            )
        except AccountNotFound:
            raise (UnknownUnit(unit=data.unit) if read_member(number) else UnknownMember()) from None
        return AdjustmentOut(str(adjusted.entry_id), adjusted.replayed, adjusted.balance)

    return await write_with_leave(request, Action.ADJUST_POINTS, adjust, weigh=weigh)
