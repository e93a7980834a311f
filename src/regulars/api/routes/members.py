"""Members: enrol, find, read, change."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, cast

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from regulars.api.bodies import InvalidRequest
from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import changes, creates, reads
from regulars.api.shapes import LONGEST_ID, ExternalId, Text, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.members.change import MemberChanges, change_member
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.lock import UnknownMember
from regulars.members.models import Member, Status
from regulars.members.rows import CardRow, MemberRow, read_member, read_members
from regulars.members.search import search_members
from regulars.members.status import change_status
from regulars.programs.book import load_book
from regulars.staff.models import Scope

Phone = Annotated[str, Meta(min_length=1, max_length=32, description="National, or with its country code.")]
Email = Annotated[str, Meta(min_length=1, max_length=254)]
CardNumber = Annotated[str, Meta(min_length=1, max_length=64)]
Reason = Annotated[str, Meta(max_length=200, description="Stays inside.")]
CHANGED = ("first_name", "last_name", "birth_on", "phone", "email", "external_id")


class MemberIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least a name, a card or something else that finds the member."""

    first_name: Text = ""
    last_name: Text = ""
    phone: Phone | None = None
    email: Email | None = None
    birth_on: date | None = None
    external_id: ExternalId | None = None
    cards: Annotated[tuple[CardNumber, ...], Meta(max_length=20)] = ()


class MemberChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that is left out stays as it is, null empties it. A change of `status` carries its `reason`."""

    first_name: Text | None = None
    last_name: Text | None = None
    phone: Phone | None = None
    email: Email | None = None
    birth_on: date | None = None
    external_id: ExternalId | None = None
    status: Literal["active", "locked", "blocked"] | None = None
    reason: Reason = ""


class GivenChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same as it is decoded, where a field that was left out differs from null."""

    first_name: Text | UnsetType | None = UNSET
    last_name: Text | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    birth_on: date | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    status: Literal["active", "locked", "blocked"] | None = None
    reason: Reason = ""


class MemberOut(msgspec.Struct, frozen=True, kw_only=True):
    """`joined_at` is null for a guest; phones are in E.164, e-mails in lower case."""

    id: str
    first_name: str
    last_name: str
    phone: str | None
    email: str | None
    birth_on: date | None
    external_id: str | None
    status: str
    joined_at: datetime | None
    cards: tuple[CardRow, ...]


class MembersOut(msgspec.Struct, frozen=True):
    """A search has the likeliest first, and one page; a list the newest, and `next` as `cursor` for what follows."""

    members: list[MemberOut]
    next: str | None


@creates("/members", scope=Scope.MEMBERS_WRITE, takes=MemberIn, summary="Enrol a member")
async def create_member(data: JSONBody[MemberIn], request: ApiRequest) -> Reply[MemberOut]:
    """Whoever shares a card, phone, e-mail or external id with a member is that member: 409 says which."""
    by = request.auth.by

    def enrol(at: datetime) -> MemberOut:
        new = NewMember(
            first_name=data.first_name,
            last_name=data.last_name,
            phone=data.phone,
            email=data.email,
            birth_on=data.birth_on,
            external_id=data.external_id,
            cards=data.cards,
            joined_at=at,
            by=by,
        )
        return member_out(enrol_member(new, at=at).member_id)

    return await do_write(request, enrol)


@reads("/members", scope=Scope.MEMBERS_READ, summary="Search or list members")
async def list_members(
    request: ApiRequest,
    search: Annotated[str | None, QueryParameter(min_length=2, max_length=128, required=False)] = None,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> Reply[MembersOut]:
    """By the beginning of a name, card, e-mail, phone or external id, or the last digits of a phone; or all of them."""
    before = None if cursor is None else read_id(cursor)
    if search is not None:
        text = search
        return await do_read(request, lambda _: _search(text, limit=limit))
    return await do_read(request, lambda _: _page(before, limit=limit))


def _search(text: str, *, limit: int) -> MembersOut:
    found = search_members(text, country=load_book().program.country, limit=limit)
    return MembersOut([_out(row) for row in found], None)


def _page(before: int | None, *, limit: int) -> MembersOut:
    newest = Member.objects.order_by("-id")
    wanted = newest if before is None else newest.filter(id__lt=before)
    ids = list(wanted.values_list("id", flat=True)[: limit + 1])
    page = read_members(ids[:limit])
    return MembersOut([_out(row) for row in page], str(ids[limit - 1]) if len(ids) > limit else None)


@reads("/members/{member_id:str}", scope=Scope.MEMBERS_READ, summary="Read a member")
async def get_member(request: ApiRequest, member_id: FromPath[str]) -> Reply[MemberOut]:
    """One member, with their cards."""
    number = read_id(member_id, otherwise=UnknownMember)
    return await do_read(request, lambda _: member_out(number))


@changes("/members/{member_id:str}", scope=Scope.MEMBERS_WRITE, takes=GivenChangeIn, summary="Change a member")
async def update_member(
    data: JSONBody[MemberChangeIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[MemberOut]:
    """Locked: looks and earns, does not spend. Blocked: not valid at any till."""
    number = read_id(member_id, otherwise=UnknownMember)
    by = request.auth.by
    given = cast("GivenChangeIn", data)
    return await do_write(request, lambda at: _change(number, given, at=at, by=by), status=200)


def _change(member_id: int, data: GivenChangeIn, *, at: datetime, by: Actor) -> MemberOut:
    given = {name: value for name in CHANGED if (value := getattr(data, name)) is not UNSET}
    if given:
        change_member(member_id=member_id, changes=MemberChanges(**given), at=at, by=by)
    if data.status is not None:
        change_status(member_id=member_id, status=Status(data.status), reason=data.reason, at=at, by=by)
    elif data.reason:
        raise InvalidRequest(where="reason", problem="A reason goes with a change of `status`")
    return member_out(member_id)


def member_out(member_id: int) -> MemberOut:
    """Refuses: UnknownMember."""
    row = read_member(member_id)
    if row is None:
        raise UnknownMember()
    return _out(row)


def _out(row: MemberRow) -> MemberOut:
    return MemberOut(
        id=str(row.id),
        first_name=row.first_name,
        last_name=row.last_name,
        phone=row.phone,
        email=row.email,
        birth_on=row.birth_on,
        external_id=row.external_id,
        status=row.status,
        joined_at=row.joined_at.astimezone(UTC) if row.joined_at else None,
        cards=row.cards,
    )
