"""A basket reserves units while it is open; paying names the hold, and what it does not use is free again."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates, deletes
from regulars.api.shapes import MemberNamed, MemberRef, UnitCode
from regulars.api.writes import do_write
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.ledger.wallet import Balance
from regulars.members.find import find_member
from regulars.points.adjust import AccountNotFound
from regulars.points.hold import Released, release_hold, reserve_units
from regulars.programs.book import UnknownUnit, load_book
from regulars.sales.till_batch import check_member
from regulars.staff.models import Scope

Basket = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^/]+\Z", description="The basket's own id.")]


class HoldIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same `key` again replaces its hold. Without `minutes` it lasts as long as the program says."""

    member: MemberNamed
    key: Basket
    amount: Annotated[int, Meta(ge=1, le=LARGEST_AMOUNT, description="In the unit's smallest steps.")]
    unit: UnitCode = "points"
    minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None


class HoldOut(msgspec.Struct, frozen=True):
    """What is reserved until `until`, and the member's balance with it."""

    key: str
    member: MemberRef
    unit: str
    amount: int
    until: datetime
    balance: Balance


@creates("/holds", scope=Scope.SALES_WRITE, takes=HoldIn, summary="Reserve units for an open basket")
async def create_hold(data: JSONBody[HoldIn], request: ApiRequest) -> Reply[HoldOut]:
    """Nobody else spends them and they do not expire, until the basket is paid or released, or its time is over.

    Pay with `"hold"` in the points tender of `POST /sales`.
    """
    call = request.auth
    handle = data.member.handle()

    def reserve(at: datetime) -> HoldOut:
        member = check_member(find_member(handle, country=load_book().program.country, at=at))
        try:
            held = reserve_units(
                member_id=member.member_id,
                amount=data.amount,
                key=data.key,
                unit=data.unit,
                minutes=data.minutes,
                at=at,
                by=call.by,
            )
        except AccountNotFound:
            raise UnknownUnit(unit=data.unit) from None
        return HoldOut(held.key, MemberRef(str(held.member_id)), held.unit, held.amount, held.until, held.balance)

    return await do_write(request, reserve)


@deletes("/holds/{key:str}", scope=Scope.SALES_WRITE, summary="Free what a basket has reserved")
async def delete_hold(request: ApiRequest, key: FromPath[str]) -> Reply[Released]:
    """A hold that is over already stays over."""
    call = request.auth
    return await do_write(request, lambda at: release_hold(key=key, at=at, by=call.by), status=200)
