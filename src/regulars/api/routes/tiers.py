"""A member's levels: how far the next one is, what keeps this one, how it came, and what the team decides about it."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.leave import write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, Moment, Reason, read_id, read_moment
from regulars.api.writes import do_read
from regulars.core.actor import Actor
from regulars.core.approval import Action
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import Progress
from regulars.members.lock import UnknownMember
from regulars.staff.models import Scope
from regulars.tiers.change import Changed, change_tier, release_tier, undo_change
from regulars.tiers.history import ChangeView, list_changes
from regulars.tiers.read import member_tiers
from regulars.tiers.refusals import UnknownLevelChange

Code = Annotated[str, Meta(min_length=1, max_length=32)]


class LevelOut(msgspec.Struct, frozen=True):
    code: str
    name: str
    benefits: tuple[str, ...] = ()


class DecidedOut(msgspec.Struct, frozen=True):
    """What the team decided: the level holds `until` a moment, is the least (floor), or is pinned."""

    kind: str
    level: str | None
    until: datetime | None


class TierOut(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts are in the smallest steps of what is counted: points, minor units of money, visits. `level` null: below
    the first. `to_keep` is missing to keep the level beyond `kept_until`, of what counts in [`keep_from`, `keep_by`).
    If nothing more happens, the level is `projected` on `review_at`.
    """

    tier_set: str
    name: str
    counts: str
    metric: int
    level: LevelOut | None
    entered_at: datetime | None
    kept_until: datetime | None
    decided: DecidedOut | None
    next_level: LevelOut | None
    to_next: int | None
    next_by: datetime | None
    to_keep: int | None
    keep_from: datetime | None
    keep_by: datetime | None
    review_at: datetime | None
    projected: LevelOut | None
    is_at_risk: bool


class TiersOut(msgspec.Struct, frozen=True):
    tiers: list[TierOut]


class TierChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """`cause` is reached, requalified, review, refund, override_ended, manual, undone or merged; `about` is a sale."""

    id: str
    tier_set: str
    before: str | None
    after: str | None
    cause: str
    at: datetime
    recorded_at: datetime
    kept_until: datetime | None
    about: str


class TierChangesOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    changes: list[TierChangeOut]
    next: str | None


class TierChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kind` says how long it holds: until a moment, at least this level (floor, `until` may end it), or pinned;
    without it the level is as if it had been reached now. With `rewards` the member gets what the level brings.
    """

    tier_set: Code
    level: Code | None
    note: Reason
    kind: Literal["until", "floor", "pinned"] | None = None
    until: Moment | None = None
    rewards: bool = False


class TierReleaseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tier_set: Code
    note: Reason


class TierUndoIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: Reason


class TierChangedOut(msgspec.Struct, frozen=True, kw_only=True):
    """`rewards` were given; `kept` are those an undo could not take back, because they are used."""

    id: str
    replayed: bool
    tier_set: str
    before: str | None
    after: str | None
    kept_until: datetime | None
    rewards: tuple[str, ...]
    kept: tuple[str, ...]


@reads("/members/{member_id:str}/tiers", scope=Scope.MEMBERS_READ, summary="Read a member's levels")
async def get_tiers(request: ApiRequest, member_id: FromPath[str]) -> Reply[TiersOut]:
    """Every tier set of the program, with the member's progress at this moment."""
    number = read_id(member_id, otherwise=UnknownMember)
    return await do_read(request, lambda at: TiersOut([_tier(*each) for each in member_tiers(number, at=at)]))


@reads("/members/{member_id:str}/tier-changes", scope=Scope.MEMBERS_READ, summary="List a member's level changes")
async def list_tier_changes(
    request: ApiRequest,
    member_id: FromPath[str],
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[TierChangesOut]:
    """Every level that was reached, kept, lost or given, with its cause."""
    number = read_id(member_id, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(at: datetime) -> TierChangesOut:
        found = list_changes(number, before=before, limit=limit + 1)
        if not found:
            member_tiers(number, at=at)  # refuses a member that is not there
        page = found[:limit]
        return TierChangesOut([_change(view) for view in page], str(page[-1].id) if len(found) > limit else None)

    return await do_read(request, read)


@creates(
    "/members/{member_id:str}/tier-changes",
    scope=Scope.POINTS_ADJUST,
    takes=TierChangeIn,
    summary="Change a member's level",
    may_need_leave=True,
)
async def create_tier_change(
    data: JSONBody[TierChangeIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[TierChangedOut]:
    """Any level of the live program, null for none. Send an `Idempotency-Key`: the same again changes nothing."""
    call = request.auth
    number = read_id(member_id, otherwise=UnknownMember)
    until = None if data.until is None else read_moment(data.until, where="until")
    key = call.natural_key()

    def change(at: datetime, by: Actor) -> TierChangedOut:
        return _changed(
            change_tier(
                member_id=number,
                tier_set=data.tier_set,
                level=data.level,
                kind=data.kind,
                until=until,
                rewards=data.rewards,
                note=data.note,
                key=key,
                at=at,
                by=by,
            )
        )

    return await write_with_leave(request, Action.CHANGE_TIER, change)


@creates(
    "/members/{member_id:str}/tier-releases",
    scope=Scope.POINTS_ADJUST,
    takes=TierReleaseIn,
    summary="End a decision about a level",
    may_need_leave=True,
)
async def create_tier_release(
    data: JSONBody[TierReleaseIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[TierChangedOut]:
    """The level that was counted shows again."""
    number = read_id(member_id, otherwise=UnknownMember)
    key = request.auth.natural_key()

    def release(at: datetime, by: Actor) -> TierChangedOut:
        return _changed(release_tier(member_id=number, tier_set=data.tier_set, note=data.note, key=key, at=at, by=by))

    return await write_with_leave(request, Action.CHANGE_TIER, release)


@creates(
    "/tier-changes/{change_id:str}/undo",
    scope=Scope.POINTS_ADJUST,
    takes=TierUndoIn,
    summary="Undo a level change of the team",
    may_need_leave=True,
)
async def create_tier_undo(
    data: JSONBody[TierUndoIn], request: ApiRequest, change_id: FromPath[str]
) -> Reply[TierChangedOut]:
    """The level is what it would be without the change; its unused rewards are withdrawn."""
    number = read_id(change_id, otherwise=UnknownLevelChange)

    def undo(at: datetime, by: Actor) -> TierChangedOut:
        return _changed(undo_change(change_id=number, note=data.note, at=at, by=by))

    return await write_with_leave(request, Action.CHANGE_TIER, undo)


def _tier(tier_set: TierSet, here: Progress) -> TierOut:
    def level(code: str | None) -> LevelOut | None:
        if code is None:
            return None
        known = next((each for each in tier_set.levels if each.code == code), None)
        return LevelOut(code, code) if known is None else LevelOut(code, known.name, known.benefits)

    override = here.override
    return TierOut(
        tier_set=tier_set.code,
        name=tier_set.name,
        counts=tier_set.metric.of,
        metric=here.metric,
        level=level(here.level),
        entered_at=here.entered_at,
        kept_until=here.kept_until,
        decided=None if override is None else DecidedOut(override.kind, override.level, override.until),
        next_level=level(here.next_level),
        to_next=here.to_next,
        next_by=here.next_by,
        to_keep=here.to_keep,
        keep_from=here.keep_from,
        keep_by=here.keep_by,
        review_at=here.review_at,
        projected=level(here.projected),
        is_at_risk=here.is_at_risk,
    )


def _change(view: ChangeView) -> TierChangeOut:
    return TierChangeOut(
        id=str(view.id),
        tier_set=view.tier_set,
        before=view.before,
        after=view.after,
        cause=view.cause,
        at=view.at,
        recorded_at=view.recorded_at,
        kept_until=view.kept_until,
        about=view.about,
    )


def _changed(done: Changed) -> TierChangedOut:
    return TierChangedOut(
        id=str(done.change_id),
        replayed=done.replayed,
        tier_set=done.tier_set,
        before=done.before,
        after=done.after,
        kept_until=done.kept_until,
        rewards=done.rewards,
        kept=done.kept,
    )
