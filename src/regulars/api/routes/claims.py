"""A receipt without a member is given to one later, within the time that the merchant sets."""

from datetime import datetime

import msgspec
from litestar.params import FromPath, JSONBody

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routes.sales import SaleOut, sale_out
from regulars.api.routing import creates
from regulars.api.shapes import MemberNamed, read_id
from regulars.api.writes import do_write
from regulars.programs.book import load_book
from regulars.sales.attach import attach_sale
from regulars.sales.refusals import SaleNotFound
from regulars.staff.models import Scope


class ClaimIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    member: MemberNamed


@creates("/sales/{sale_id:str}/member", scope=Scope.SALES_WRITE, takes=ClaimIn, summary="Give a sale to a member")
async def create_claim(data: JSONBody[ClaimIn], request: ApiRequest, sale_id: FromPath[str]) -> Reply[SaleOut]:
    """It earns by the rules of its own time, on what is left of it. To the same member again, it changes nothing."""
    call = request.auth
    number = read_id(sale_id, otherwise=lambda: SaleNotFound(sale_id=sale_id))
    handle = data.member.handle()

    def attach(at: datetime) -> SaleOut:
        recorded = attach_sale(sale_id=number, member=handle, at=at, by=call.by, only_store=call.only_store)
        return sale_out(recorded, load_book())

    return await do_write(request, attach)
