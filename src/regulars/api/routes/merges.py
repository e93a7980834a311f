"""Two records of one person: which ones look alike, making them one, and parting them again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.leave import write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, Id, read_id
from regulars.api.writes import do_read
from regulars.care.duplicates import Candidate
from regulars.care.merge import Merged, merge_members
from regulars.care.models import Duplicate
from regulars.care.unmerge import UnknownMerge, Unmerged, undo_merge
from regulars.core.actor import Actor
from regulars.core.approval import Action
from regulars.members.lock import UnknownMember
from regulars.platform.rows import LARGEST_ID
from regulars.staff.models import Scope

PAGE = 50

Choices = Annotated[
    Mapping[Annotated[str, Meta(max_length=48)], Literal["keeper", "source"]],
    Meta(
        max_length=100,
        description="Whose value stays, by field: name, birth_on, phone, email, external_id, language, home_store, or "
        "`attribute:` and its code. The keeper's where nothing is said, unless the keeper has none.",
    ),
]


class LikelyOut(msgspec.Struct, frozen=True):
    """A member who may be the same person: so sure in percent, because of these signals: phone, email, birth (name and
    birth date) or name.
    """

    member_id: str
    confidence: int
    signals: tuple[str, ...]


class DuplicateOut(msgspec.Struct, frozen=True):
    """Two members who may be one person; `found_at` is when they first looked alike."""

    members: tuple[str, str]
    confidence: int
    signals: tuple[str, ...]
    found_at: datetime


class DuplicatesOut(msgspec.Struct, frozen=True):
    """The newest first; `next` as `cursor` for what follows."""

    duplicates: list[DuplicateOut]
    next: str | None


class MergeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`source` becomes part of the member in the address, who stays."""

    source: Id
    choices: Choices = {}
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Stays inside.")]


class MergeOut(msgspec.Struct, frozen=True, kw_only=True):
    """`rewards` are those that only both together have reached. `replayed`: this was done before."""

    id: str
    source: str
    keeper: str
    rewards: tuple[str, ...]
    replayed: bool


class MergeUndoIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Stays inside.")]


class DifferenceOut(msgspec.Struct, frozen=True):
    """What is not as it was before the merge: units (of a unit, with the change), rows, field, level, rewards or
    consent.
    """

    what: str
    of: str
    amount: int


class MergeUndoneOut(msgspec.Struct, frozen=True):
    id: str
    source: str
    keeper: str
    differences: tuple[DifferenceOut, ...]


@reads("/duplicates", scope=Scope.MEMBERS_READ, summary="Members who may be one person")
async def list_duplicates(
    request: ApiRequest,
    cursor: Annotated[str | None, QueryParameter(max_length=LONGEST_ID)] = None,
) -> Reply[DuplicatesOut]:
    """Found within a minute after somebody was enrolled, brought in or changed; what was dismissed is left out."""

    def read(at: datetime) -> DuplicatesOut:
        rows = Duplicate.objects.filter(state="open").order_by("-pk")
        if cursor is not None and cursor.isascii() and cursor.isdigit():
            rows = rows.filter(pk__lt=min(int(cursor), LARGEST_ID))
        found = list(rows[: PAGE + 1])
        shown = [
            DuplicateOut((str(row.older_id), str(row.newer_id)), row.confidence, tuple(row.signals), row.found_at)
            for row in found[:PAGE]
        ]
        return DuplicatesOut(shown, str(found[PAGE - 1].pk) if len(found) > PAGE else None)

    return await do_read(request, read)


@creates(
    "/members/{member_id:str}/merges",
    scope=Scope.POINTS_ADJUST,
    takes=MergeIn,
    summary="Merge another member into one",
    may_need_leave=True,
)
async def create_merge(data: JSONBody[MergeIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[MergeOut]:
    """Everything of the source is this member's; its number goes on finding this member. Send an `Idempotency-Key`:
    the same again changes nothing.
    """
    keeper, source = read_id(member_id, otherwise=UnknownMember), read_id(data.source, otherwise=UnknownMember)
    key = request.auth.natural_key()

    def merge(at: datetime, by: Actor) -> MergeOut:
        return _merge_out(
            merge_members(source=source, keeper=keeper, choices=data.choices, reason=data.reason, key=key, at=at, by=by)
        )

    return await write_with_leave(request, Action.MERGE_MEMBERS, merge)


@creates(
    "/merges/{merge_id:str}/undo",
    scope=Scope.POINTS_ADJUST,
    takes=MergeUndoIn,
    summary="Undo a merge",
    may_need_leave=True,
)
async def create_merge_undo(
    data: JSONBody[MergeUndoIn], request: ApiRequest, merge_id: FromPath[str]
) -> Reply[MergeUndoneOut]:
    """Within 90 days: each has what was theirs, less what was spent since; what could not go back is told."""
    number = read_id(merge_id, otherwise=UnknownMerge)

    def undo(at: datetime, by: Actor) -> MergeUndoneOut:
        return _undone_out(undo_merge(merge_id=number, reason=data.reason, at=at, by=by))

    return await write_with_leave(request, Action.MERGE_MEMBERS, undo)


def likely_out(candidates: Sequence[Candidate]) -> tuple[LikelyOut, ...]:
    return tuple(LikelyOut(str(each.member_id), each.confidence, each.signals) for each in candidates)


def _merge_out(done: Merged) -> MergeOut:
    return MergeOut(
        id=str(done.merge_id),
        source=str(done.source),
        keeper=str(done.keeper),
        rewards=done.rewards,
        replayed=done.replayed,
    )


def _undone_out(done: Unmerged) -> MergeUndoneOut:
    return MergeUndoneOut(
        id=str(done.merge_id),
        source=str(done.source),
        keeper=str(done.keeper),
        differences=tuple(DifferenceOut(each.what, each.of, each.amount) for each in done.differences),
    )
