"""The groups members belong to: tags that are put on, segments they fit now."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates, deletes, reads
from regulars.api.shapes import MemberRef, read_id
from regulars.api.writes import do_read, do_write
from regulars.audiences.segments import list_segments, read_segment, save_segment, segments_of
from regulars.audiences.tags import list_tags, retag_member, tags_of
from regulars.core.audience import Condition
from regulars.members.lock import UnknownMember
from regulars.members.rows import read_member
from regulars.staff.models import Scope

TagName = Annotated[str, Meta(min_length=1, max_length=64, description="A tag that was created in the back office.")]


class TagsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tags: Annotated[tuple[TagName, ...], Meta(min_length=1, max_length=50)]


class TagOut(msgspec.Struct, frozen=True):
    """`members` wear it now."""

    name: str
    about: str
    members: int


class TagsOut(msgspec.Struct, frozen=True):
    tags: list[TagOut]


class SegmentOut(msgspec.Struct, frozen=True):
    """`members` as they were counted last; about so many, where `is_exact` is false."""

    name: str
    about: str
    members: int | None
    is_exact: bool
    counted_at: datetime | None


class SegmentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`condition` is a tree: `all`, `any` and `not` hold others, and each leaf is one question, named by its `is`. It
    has up to 30 questions and is up to 5 deep; `{"is": "all"}` means everybody.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    condition: Condition
    about: Annotated[str, Meta(max_length=200, description="For the team.")] = ""


class NewSegmentOut(SegmentOut, frozen=True, kw_only=True):
    """As it is kept, with how many members belong now."""

    id: str


class SegmentsOut(msgspec.Struct, frozen=True):
    segments: list[SegmentOut]


class GroupsOut(msgspec.Struct, frozen=True):
    """The names of the tags a member wears, and of the segments they belong to at this moment."""

    member: MemberRef
    tags: list[str]
    segments: list[str]


@reads("/tags", scope=Scope.MEMBERS_READ, summary="List tags")
async def read_tags(request: ApiRequest) -> Reply[TagsOut]:
    """Every tag of members, and how many wear it."""
    return await do_read(request, lambda at: TagsOut([TagOut(tag.name, tag.about, worn) for tag, worn in list_tags()]))


@reads("/segments", scope=Scope.MEMBERS_READ, summary="List segments")
async def read_segments(request: ApiRequest) -> Reply[SegmentsOut]:
    """Every segment, and how many members belonged when they were counted last."""

    def read(at: datetime) -> SegmentsOut:
        return SegmentsOut(
            [
                SegmentOut(
                    each.name,
                    each.about,
                    each.size.members if each.size else None,
                    each.size.is_exact if each.size else False,
                    each.counted_at,
                )
                for each in list_segments()
            ]
        )

    return await do_read(request, read)


@creates("/segments", scope=Scope.MEMBERS_WRITE, takes=SegmentIn, summary="Create a segment")
async def create_segment(data: JSONBody[SegmentIn], request: ApiRequest) -> Reply[NewSegmentOut]:
    """Who belongs is asked anew each time. Lists, rules and automatic tags can ask for it at once."""
    by = request.auth.by

    def create(at: datetime) -> NewSegmentOut:
        number = save_segment(name=data.name, condition=data.condition, about=data.about, at=at, by=by)
        kept = read_segment(number)
        return NewSegmentOut(
            name=kept.name,
            about=kept.about,
            members=kept.size.members if kept.size else None,
            is_exact=kept.size.is_exact if kept.size else False,
            counted_at=kept.counted_at,
            id=str(number),
        )

    return await do_write(request, create)


@reads("/members/{member_id:str}/groups", scope=Scope.MEMBERS_READ, summary="Read a member's tags and segments")
async def read_groups(request: ApiRequest, member_id: FromPath[str]) -> Reply[GroupsOut]:
    """Segments are asked at this moment."""
    number = read_id(member_id, otherwise=UnknownMember)
    return await do_read(request, lambda at: _groups(_find(number), at=at))


@creates("/members/{member_id:str}/tags", scope=Scope.MEMBERS_WRITE, takes=TagsIn, summary="Put tags on a member")
async def create_member_tags(data: JSONBody[TagsIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[GroupsOut]:
    """A tag that is worn already stays on."""
    number, call = read_id(member_id, otherwise=UnknownMember), request.auth

    def put(at: datetime) -> GroupsOut:
        member = _find(number)
        retag_member(member_id=member, put=data.tags, at=at, by=call.by)
        return _groups(member, at=at)

    return await do_write(request, put)


@deletes("/members/{member_id:str}/tags/{tag:str}", scope=Scope.MEMBERS_WRITE, summary="Take a tag off a member")
async def delete_member_tag(request: ApiRequest, member_id: FromPath[str], tag: FromPath[str]) -> Reply[GroupsOut]:
    """One that is not worn stays off."""
    number, call = read_id(member_id, otherwise=UnknownMember), request.auth

    def take(at: datetime) -> GroupsOut:
        member = _find(number)
        retag_member(member_id=member, take=[tag], at=at, by=call.by)
        return _groups(member, at=at)

    return await do_write(request, take, status=200)


def _find(member_id: int) -> int:
    """Who was merged is the member they are now. Refuses: UnknownMember, also where the person was erased."""
    row = read_member(member_id)
    while row is not None and row.merged_into is not None:
        row = read_member(row.merged_into)
    if row is None or row.erased_at is not None:
        raise UnknownMember()
    return row.id


def _groups(member_id: int, *, at: datetime) -> GroupsOut:
    return GroupsOut(
        member=MemberRef(str(member_id)),
        tags=list(tags_of([member_id]).get(member_id, ())),
        segments=list(segments_of(member_id, at=at)),
    )
