"""A till asks who holds a card. The questions of a moment are answered with one statement each for all of them."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from django.utils import timezone
from litestar.params import QueryParameter

from regulars.api.callers import ApiRequest
from regulars.api.flush import flush, reply_to
from regulars.api.lane import Lanes
from regulars.api.replies import Reply, encoded
from regulars.api.routing import reads
from regulars.api.shapes import MemberNamed
from regulars.core.identifiers import MemberHandle
from regulars.ledger.statement import FullBalance, balances_of
from regulars.members.find import Found, find_members
from regulars.members.lock import UnknownMember
from regulars.programs.book import load_book
from regulars.staff.models import Scope


class FoundOut(msgspec.Struct, frozen=True):
    """Who was found: `status` is active, locked, left, or blocked, which shows no balances. `card_status` is set when
    the question named one of the member's cards.
    """

    id: str
    status: str
    card_status: str | None
    balances: list[FullBalance]


def _handle_part(longest: int) -> QueryParameter:
    return QueryParameter(min_length=1, max_length=longest, required=False)


@reads("/members/lookup", scope=Scope.MEMBERS_READ, summary="Find a member by what a till has at hand")
async def look_up_member(
    request: ApiRequest,
    card: Annotated[str | None, _handle_part(64)] = None,
    phone: Annotated[str | None, _handle_part(32)] = None,
    email: Annotated[str | None, _handle_part(254)] = None,
    external_id: Annotated[str | None, _handle_part(64)] = None,
) -> Reply[FoundOut]:
    """Give one of card, phone, email, external_id; of several, the first that finds somebody counts."""
    handle = MemberNamed(card=card, phone=phone, email=email, external_id=external_id).handle()
    return await LOOKUPS.submit(request.auth.schema, handle)


def flush_lookups(schema: str, handles: Sequence[MemberHandle]) -> list[Reply[Any]]:
    """Answer what waited in a lane, together."""
    at = timezone.now()

    def work(part: Sequence[MemberHandle]) -> list[Reply[Any]]:
        found = find_members(part, country=load_book().program.country, at=at)
        balances = balances_of([each.member_id for each in found if each], at=at)
        return [
            encoded(FoundOut(str(each.member_id), each.status, each.card_status, _shown(each, balances)))
            if each
            else reply_to(UnknownMember())
            for each in found
        ]

    return flush(schema, handles, work)


def _shown(found: Found, balances: dict[int, list[FullBalance]]) -> list[FullBalance]:
    """A till says of a blocked member that they are not valid, and no more."""
    return [] if found.status == "blocked" else balances[found.member_id]


LOOKUPS: Lanes[MemberHandle, Reply[Any]] = Lanes("lookups", flush_lookups, at_once=2)
