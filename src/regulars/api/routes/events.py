"""What happens to members besides sales, told by the shop's other programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest, Call
from regulars.api.errors import Failure, refused
from regulars.api.replies import Reply
from regulars.api.routes.rewards import StoreCode
from regulars.api.routing import creates
from regulars.api.shapes import MemberNamed, MemberRef, Moment, read_moment
from regulars.api.writes import do_write
from regulars.core.refusals import Refusal
from regulars.ledger.wallet import Balance
from regulars.sales.answers import Brought
from regulars.sales.event_batch import Given, NewMemberEvent
from regulars.sales.member_events import Happened, record_member_event, record_member_events
from regulars.staff.models import Scope

MOST_AT_ONCE = 500


class EventIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`event` is sign_up, birthday, review, referral, qr, or a name of the shop's own that its program has a rule for.
    (event, external_id) is told once for ever.
    """

    event: Annotated[str, Meta(min_length=1, max_length=64)]
    external_id: Annotated[str, Meta(min_length=1, max_length=128, description="The caller's own id of this.")]
    member: MemberNamed
    occurred_at: Moment
    store: StoreCode | None = None
    channel: Annotated[str, Meta(max_length=64)] = ""


class EventsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: Annotated[tuple[EventIn, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class EventOut(msgspec.Struct, frozen=True, kw_only=True):
    """`given` by which rule, desired before and awarded after caps; `brought` cards, levels and rewards; `started` is
    how many credits had waited for this.
    """

    id: str
    member: MemberRef
    replayed: bool
    given: tuple[Given, ...]
    brought: Brought
    started: int
    balances: tuple[Balance, ...]


class EventOutcome(msgspec.Struct, frozen=True):
    """One of the two."""

    event: EventOut | None
    error: Failure | None


class EventsOut(msgspec.Struct, frozen=True):
    """An outcome for each event, in order."""

    outcomes: list[EventOutcome]


@creates("/events", scope=Scope.SALES_WRITE, takes=EventIn, summary="Tell what happened to a member")
async def create_event(data: JSONBody[EventIn], request: ApiRequest) -> Reply[EventOut]:
    """It earns by the event rules of its time. Told again, it changes nothing."""
    new = _new(data, request.auth, where="")
    return await do_write(request, lambda at: event_out(record_member_event(new, at=at)))


@creates("/events/batch", scope=Scope.SALES_WRITE, takes=EventsIn, summary="Tell what happened to many members")
async def create_events(data: JSONBody[EventsIn], request: ApiRequest) -> Reply[EventsOut]:
    """Decided in their order; one that is refused leaves the others alone."""
    batch = [_new(each, request.auth, where=f"events[{place}].") for place, each in enumerate(data.events)]
    return await do_write(request, lambda at: _tell(batch, at=at))


def _tell(batch: Sequence[NewMemberEvent], *, at: datetime) -> EventsOut:
    return EventsOut([_outcome(each) for each in record_member_events(batch, at=at)])


def _outcome(outcome: Happened | Refusal) -> EventOutcome:
    if isinstance(outcome, Refusal):
        return EventOutcome(None, msgspec.json.decode(refused(outcome).body, type=Failure))
    return EventOutcome(event_out(outcome), None)


def _new(data: EventIn, call: Call, *, where: str) -> NewMemberEvent:
    return NewMemberEvent(
        event=data.event,
        external_id=data.external_id,
        member=data.member.handle(),
        occurred_at=read_moment(data.occurred_at, where=f"{where}occurred_at"),
        store=data.store or call.only_store or "",
        channel=data.channel,
        by=call.by,
        only_store=call.only_store,
    )


def event_out(done: Happened) -> EventOut:
    return EventOut(
        id=str(done.id),
        member=MemberRef(str(done.member_id)),
        replayed=done.replayed,
        given=done.given,
        brought=done.brought,
        started=done.started,
        balances=done.balances,
    )
