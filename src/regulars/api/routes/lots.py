"""What a member was given, lot by lot; the team starts lots early, lets them live longer, or brings them back."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates, reads
from regulars.api.shapes import Id, Reason, read_day, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.life import WAITS
from regulars.ledger.lots import LotView, State, lots_of
from regulars.ledger.wallet import Balance
from regulars.members.lock import UnknownMember
from regulars.members.rows import read_member
from regulars.points.dates import NothingToReinstate, extend_lots, reinstate_expired
from regulars.points.pending import LotNotFound, Started, release_early
from regulars.staff.models import Scope

Lots = Annotated[list[Id], Meta(min_length=1, max_length=200, description="Ids of one member's lots.")]
LastDay = Annotated[date, Meta(description="The last day they live, in the program's time zone.")]


class LotOut(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is that of the entry that gave it. `state` is active, pending (until `available_at`), waiting (for
    `waits_for`, with no time yet) or over. `expired` is how much of it could be reinstated.
    """

    id: str
    unit: str
    state: State
    given_at: datetime
    amount: int
    remaining: int
    expired: int
    available_at: datetime | None
    expires_at: datetime | None
    waits_for: str | None


class LotsOut(msgspec.Struct, frozen=True):
    """Soonest to end first, what never ends last."""

    lots: list[LotOut]


class EarlyReleaseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lots: Lots
    reason: Reason


class StartedOut(msgspec.Struct, frozen=True, kw_only=True):
    lot_id: str
    unit: str
    amount: int
    available_at: datetime
    expires_at: datetime | None


class EarlyReleaseOut(msgspec.Struct, frozen=True):
    started: list[StartedOut]
    balances: tuple[Balance, ...]


class ExtensionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lots: Lots
    until: LastDay
    reason: Reason


class ExtensionOut(msgspec.Struct, frozen=True):
    """So much lives until the moment `until`, and is gone at it."""

    amount: int
    until: datetime
    balances: tuple[Balance, ...]


class ReinstatementIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lots: Lots
    until: LastDay
    reason: Reason


class ReinstatementOut(msgspec.Struct, frozen=True):
    """So much came back, and lives until the moment `until`."""

    amount: int
    until: datetime
    replayed: bool
    balances: tuple[Balance, ...]


@reads("/members/{member_id:str}/lots", scope=Scope.MEMBERS_READ, summary="List a member's lots")
async def list_lots(
    request: ApiRequest,
    member_id: FromPath[str],
    unit: Annotated[str | None, QueryParameter(min_length=1, max_length=32, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[LotsOut]:
    """The open lots that end soonest and those that expired last: at most `limit` of either, of each unit."""
    number = read_id(member_id, otherwise=UnknownMember)

    def read(at: datetime) -> LotsOut:
        if read_member(number) is None:
            raise UnknownMember()
        return LotsOut([_lot(view) for view in lots_of(number, at=at, unit=unit, limit=limit)])

    return await do_read(request, read)


@creates(
    "/members/{member_id:str}/early-releases",
    scope=Scope.POINTS_ADJUST,
    takes=EarlyReleaseIn,
    summary="Let waiting units be spent now",
)
async def create_early_release(
    data: JSONBody[EarlyReleaseIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[EarlyReleaseOut]:
    """An end that was promised stays; one that counts from the start is counted from now."""
    by = request.auth.by
    number = read_id(member_id, otherwise=UnknownMember)
    lots = [read_id(lot, otherwise=LotNotFound) for lot in data.lots]

    def release(at: datetime) -> EarlyReleaseOut:
        released = release_early(member_id=number, lots=lots, reason=data.reason, at=at, by=by)
        return EarlyReleaseOut([_started(each) for each in released.started], released.balances)

    return await do_write(request, release)


@creates(
    "/members/{member_id:str}/extensions",
    scope=Scope.POINTS_ADJUST,
    takes=ExtensionIn,
    summary="Let units live longer",
)
async def create_extension(
    data: JSONBody[ExtensionIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[ExtensionOut]:
    """Lots that live longer than `until` anyway, or for ever, stay as they are."""
    by = request.auth.by
    number = read_id(member_id, otherwise=UnknownMember)
    lots = [read_id(lot, otherwise=LotNotFound) for lot in data.lots]
    last = read_day(data.until, where="until")

    def extend(at: datetime) -> ExtensionOut:
        extended = extend_lots(member_id=number, lots=lots, until=last, reason=data.reason, at=at, by=by)
        return ExtensionOut(extended.amount, extended.until, extended.balances)

    return await do_write(request, extend)


@creates(
    "/members/{member_id:str}/reinstatements",
    scope=Scope.POINTS_ADJUST,
    takes=ReinstatementIn,
    summary="Bring back what has expired",
)
async def create_reinstatement(
    data: JSONBody[ReinstatementIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[ReinstatementOut]:
    """What expired of these lots comes back to them. Send an `Idempotency-Key`: the same again changes nothing."""
    call = request.auth
    number = read_id(member_id, otherwise=UnknownMember)
    lots = [read_id(lot, otherwise=NothingToReinstate) for lot in data.lots]
    last = read_day(data.until, where="until")
    key = call.natural_key()

    def reinstate(at: datetime) -> ReinstatementOut:
        done = reinstate_expired(
            member_id=number, lots=lots, until=last, reason=data.reason, key=key, at=at, by=call.by
        )
        return ReinstatementOut(done.amount, done.until, done.replayed, done.balances)

    return await do_write(request, reinstate)


def _lot(view: LotView) -> LotOut:
    return LotOut(
        id=str(view.id),
        unit=view.unit,
        state=view.state,
        given_at=view.given_at,
        amount=view.amount,
        remaining=view.remaining,
        expired=view.expired,
        available_at=None if view.available_at == WAITS else view.available_at,
        expires_at=view.expires_at,
        waits_for=view.event if view.available_at == WAITS else None,
    )


def _started(started: Started) -> StartedOut:
    return StartedOut(
        lot_id=str(started.lot_id),
        unit=started.unit,
        amount=started.amount,
        available_at=started.available_at,
        expires_at=started.expires_at,
    )
