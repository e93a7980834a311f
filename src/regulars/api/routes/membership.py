"""Joining, leaving and coming back: a membership is created and deleted, the person stays."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routes.members import MemberOut, member_out
from regulars.api.routing import creates, deletes
from regulars.api.shapes import read_id
from regulars.api.writes import do_write
from regulars.members.lock import UnknownMember
from regulars.members.status import join_member, remove_member
from regulars.staff.models import Scope


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object: everything is said by the address."""


@deletes("/members/{member_id:str}/membership", scope=Scope.MEMBERS_WRITE, summary="Take a member out of the program")
async def delete_membership(
    request: ApiRequest,
    member_id: FromPath[str],
    reason: Annotated[str, QueryParameter(min_length=1, max_length=200)],
) -> Reply[MemberOut]:
    """The person, the history and the balances stay; nothing is earned or spent until they come back."""
    number = read_id(member_id, otherwise=UnknownMember)
    by = request.auth.by

    def leave(at: datetime) -> MemberOut:
        remove_member(member_id=number, reason=reason, at=at, by=by)
        return member_out(number, at=at)

    return await do_write(request, leave, status=200)


@creates("/members/{member_id:str}/membership", scope=Scope.MEMBERS_WRITE, takes=Nothing, summary="Let somebody join")
async def create_membership(data: JSONBody[Nothing], request: ApiRequest, member_id: FromPath[str]) -> Reply[MemberOut]:
    """A guest becomes a member; who has left comes back, a member since the first time. Send `{}`."""
    number = read_id(member_id, otherwise=UnknownMember)
    by = request.auth.by

    def join(at: datetime) -> MemberOut:
        join_member(member_id=number, at=at, by=by)
        return member_out(number, at=at)

    return await do_write(request, join)
