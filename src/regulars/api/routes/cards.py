"""Cards: a member may hold several."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates
from regulars.api.shapes import Id, MemberRef, read_id
from regulars.api.writes import do_write
from regulars.members.cards import issue_card
from regulars.members.lock import UnknownMember
from regulars.staff.models import Scope


class MemberIdIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id


class CardIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[str, Meta(min_length=1, max_length=64, description="Letters, digits and dashes.")]
    member: MemberIdIn


class CardOut(msgspec.Struct, frozen=True):
    number: str
    status: str
    member: MemberRef
    issued_at: datetime


@creates("/cards", scope=Scope.MEMBERS_WRITE, takes=CardIn, summary="Give a member a card")
async def create_card(data: JSONBody[CardIn], request: ApiRequest) -> Reply[CardOut]:
    """A card that the member holds already stays as it is; another member's card is refused."""
    by = request.auth.by
    member_id = read_id(data.member.id, otherwise=UnknownMember)

    def issue(at: datetime) -> CardOut:
        card = issue_card(member_id=member_id, number=data.number, at=at, by=by)
        return CardOut(card.number, card.status, MemberRef(str(card.member_id)), card.issued_at)

    return await do_write(request, issue)
