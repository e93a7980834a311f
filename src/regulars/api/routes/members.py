"""Members: enrol, find, read, change."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from regulars.api.bodies import InvalidRequest
from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routes.attributes import AttributeOut, Attributes, attributes_out
from regulars.api.routes.consents import ConsentIn, ConsentStateOut, consents_out, new_consent
from regulars.api.routes.merges import LikelyOut, likely_out
from regulars.api.routing import changes, creates, reads
from regulars.api.shapes import LONGEST_ID, ExternalId, Moment, Text, read_id
from regulars.api.writes import do_read, do_write
from regulars.care.duplicates import likely_duplicates
from regulars.consents.record import record_consents
from regulars.core.actor import Actor
from regulars.core.attributes import Value
from regulars.core.refusals import Refusal
from regulars.members.attributes import load_definitions, read_values
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
Language = Annotated[
    str, Meta(max_length=8, description="What messages are written in: en, zh-hans. Empty: the shop's.")
]
StoreCode = Annotated[str, Meta(min_length=1, max_length=32)]
CHANGED = ("first_name", "last_name", "birth_on", "phone", "email", "external_id", "language", "home_store")


class MemberIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least a name, a card or something else that finds the member. `consents` are what they decided about their
    data as they joined: if one of them cannot be noted, nobody is enrolled.
    """

    first_name: Text = ""
    last_name: Text = ""
    phone: Phone | None = None
    email: Email | None = None
    birth_on: date | None = None
    external_id: ExternalId | None = None
    cards: Annotated[tuple[CardNumber, ...], Meta(max_length=20)] = ()
    language: Language = ""
    home_store: StoreCode | None = None
    attributes: Attributes = {}
    consents: Annotated[tuple[ConsentIn, ...], Meta(max_length=50)] = ()


class MemberChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that is left out stays as it is, null empties it. A change of `status` carries its `reason`, and may say
    until when a lock or block holds.
    """

    first_name: Text | None = None
    last_name: Text | None = None
    phone: Phone | None = None
    email: Email | None = None
    birth_on: date | None = None
    external_id: ExternalId | None = None
    language: Language | None = None
    home_store: StoreCode | None = None
    attributes: Attributes = {}
    status: Literal["active", "locked", "blocked"] | None = None
    status_until: Moment | None = None
    reason: Reason = ""


class GivenChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same as it is decoded, where a field that was left out differs from null."""

    first_name: Text | UnsetType | None = UNSET
    last_name: Text | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    birth_on: date | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    home_store: StoreCode | UnsetType | None = UNSET
    attributes: Attributes = {}
    status: Literal["active", "locked", "blocked"] | None = None
    status_until: Moment | None = None
    reason: Reason = ""


class MemberOut(msgspec.Struct, frozen=True, kw_only=True):
    """`joined_at` is null for a guest, `left_at` set for who has left the program: both are bought for, and earn
    nothing. Phones are in E.164, e-mails in lower case; `…_verified_at` is when they read back a code. Regulated
    attributes and files are left out.
    """

    id: str
    first_name: str
    last_name: str
    phone: str | None
    phone_verified_at: datetime | None
    email: str | None
    email_verified_at: datetime | None
    birth_on: date | None
    external_id: str | None
    language: str
    home_store: str | None
    attributes: dict[str, AttributeOut]
    status: str
    status_until: datetime | None
    joined_at: datetime | None
    left_at: datetime | None
    cards: tuple[CardRow, ...]


class EnrolledOut(MemberOut, frozen=True, kw_only=True):
    """A new member; `possible_duplicates` are others who may be the same person, the likeliest first. `consents` say
    where they stand, if decisions came with them.
    """

    possible_duplicates: tuple[LikelyOut, ...]
    consents: list[ConsentStateOut] = []


class MembersOut(msgspec.Struct, frozen=True):
    """A search has the likeliest first, and one page; a list the newest, and `next` as `cursor` for what follows."""

    members: list[MemberOut]
    next: str | None


@creates("/members", scope=Scope.MEMBERS_WRITE, takes=MemberIn, summary="Enrol a member")
async def create_member(data: JSONBody[MemberIn], request: ApiRequest) -> Reply[EnrolledOut]:
    """Whoever shares a card, phone, e-mail or external id with a member is that member: 409 says which. Who only looks
    like one is enrolled, and the answer says whom.
    """
    by = request.auth.by

    def enrol(at: datetime) -> EnrolledOut:
        new = NewMember(
            first_name=data.first_name,
            last_name=data.last_name,
            phone=data.phone,
            email=data.email,
            birth_on=data.birth_on,
            external_id=data.external_id,
            cards=data.cards,
            language=data.language,
            home_store=data.home_store,
            attributes=data.attributes,
            joined_at=at,
            by=by,
        )
        member_id = enrol_member(new, at=at).member_id
        consents = _note(data.consents, member_id, at=at, by=by)
        enrolled = member_out(member_id, at=at)
        alike = likely_duplicates(
            first_name=data.first_name,
            last_name=data.last_name,
            birth_on=data.birth_on,
            phone=enrolled.phone or "",
            email=enrolled.email or "",
            country=load_book().program.country,
        )
        fields = {name: getattr(enrolled, name) for name in MemberOut.__struct_fields__}
        return EnrolledOut(**fields, possible_duplicates=likely_out(alike), consents=consents)

    return await do_write(request, enrol)


def _note(consents: Sequence[ConsentIn], member_id: int, *, at: datetime, by: Actor) -> list[ConsentStateOut]:
    """Note what somebody decided as they joined, in the same transaction. Refuses what `record_consents` answers."""
    if not consents:
        return []
    news = [new_consent(each, member_id, where=f"consents[{n}].given_at") for n, each in enumerate(consents)]
    for outcome in record_consents(news, at=at, by=by):
        if isinstance(outcome, Refusal):
            raise outcome
    return consents_out(member_id, at=at)


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
        return await do_read(request, lambda at: _search(text, limit=limit, at=at))
    return await do_read(request, lambda at: _page(before, limit=limit, at=at))


def _search(text: str, *, limit: int, at: datetime) -> MembersOut:
    found = search_members(text, country=load_book().program.country, limit=limit)
    return MembersOut(_members_out(found, at=at), None)


def _page(before: int | None, *, limit: int, at: datetime) -> MembersOut:
    newest = Member.objects.filter(merged_into=None, erased_at=None).order_by("-id")
    wanted = newest if before is None else newest.filter(id__lt=before)
    ids = list(wanted.values_list("id", flat=True)[: limit + 1])
    page = read_members(ids[:limit])
    return MembersOut(_members_out(page, at=at), str(ids[limit - 1]) if len(ids) > limit else None)


@reads("/members/{member_id:str}", scope=Scope.MEMBERS_READ, summary="Read a member")
async def get_member(request: ApiRequest, member_id: FromPath[str]) -> Reply[MemberOut]:
    """One member, with their cards."""
    number = read_id(member_id, otherwise=UnknownMember)
    return await do_read(request, lambda at: member_out(number, at=at))


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
    given: dict[str, Any] = {name: value for name in CHANGED if (value := getattr(data, name)) is not UNSET}
    if data.attributes:
        given["attributes"] = data.attributes
    if given:
        change_member(member_id=member_id, changes=MemberChanges(**given), at=at, by=by)
    if data.status is not None:
        change_status(
            member_id=member_id,
            status=Status(data.status),
            reason=data.reason,
            until=data.status_until,
            at=at,
            by=by,
        )
    elif data.reason or data.status_until:
        where = "reason" if data.reason else "status_until"
        raise InvalidRequest(where=where, problem="It goes with a change of `status`")
    return member_out(member_id, at=at)


def member_out(member_id: int, *, at: datetime) -> MemberOut:
    """Who was merged is read as the member they are now. Refuses: UnknownMember, also where the person was erased."""
    row = read_member(member_id)
    while row is not None and row.merged_into is not None:
        row = read_member(row.merged_into)
    if row is None or row.erased_at is not None:
        raise UnknownMember()
    return _members_out([row], at=at)[0]


def _members_out(rows: Sequence[MemberRow], *, at: datetime) -> list[MemberOut]:
    values = read_values([row.id for row in rows], load_definitions())
    return [_out(row.at(at), values[row.id]) for row in rows]


def _out(row: MemberRow, values: Mapping[str, Value]) -> MemberOut:
    return MemberOut(
        id=str(row.id),
        first_name=row.first_name,
        last_name=row.last_name,
        phone=row.phone,
        phone_verified_at=_utc(row.phone_verified_at),
        email=row.email,
        email_verified_at=_utc(row.email_verified_at),
        birth_on=row.birth_on,
        external_id=row.external_id,
        language=row.language,
        home_store=row.home_store,
        attributes=attributes_out(values),
        status=row.status,
        status_until=_utc(row.status_until),
        joined_at=_utc(row.joined_at),
        left_at=_utc(row.left_at),
        cards=row.cards,
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
