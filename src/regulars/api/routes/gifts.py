"""What the team does with rewards: gives them, takes them away, and sends what is sent."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter

from regulars.api.callers import ApiRequest
from regulars.api.leave import write_with_leave
from regulars.api.replies import Reply
from regulars.api.routes.rewards import Note, RewardCode, RewardOut, RewardsOut, reward_out
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, Comment, Reason, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.core.approval import Action
from regulars.ledger.wallet import Balance
from regulars.members.lock import UnknownMember
from regulars.points.give_reward import give_reward
from regulars.points.remove_reward import remove_reward
from regulars.rewards.fulfil import fulfil_reward
from regulars.rewards.issued import list_to_send
from regulars.rewards.models import Fulfilment
from regulars.rewards.use import RewardUnknown
from regulars.staff.models import Scope


class GiftIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any reward of the program, also one that nobody can claim; for nothing."""

    reward: RewardCode
    reason: Reason


class RemovalIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`give_back`: whether the price returns to the member, to the lots it came from."""

    give_back: bool
    reason: Reason
    comment: Comment = ""


class RemovalOut(msgspec.Struct, frozen=True, kw_only=True):
    """`given_back` of the price's unit; what comes back to ended units can be used until `graced_until`."""

    reward: RewardOut
    given_back: int
    graced_until: datetime | None
    balance: Balance | None
    replayed: bool


class FulfilmentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next step; back to `ordered` where it has to be sent again."""

    to: Literal["ordered", "sent", "delivered"]
    note: Note = ""


@creates("/members/{member_id:str}/gifts", scope=Scope.POINTS_ADJUST, takes=GiftIn, summary="Give a member a reward")
async def create_gift(data: JSONBody[GiftIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[RewardOut]:
    """Send an `Idempotency-Key`: without one, the same request gives again."""
    call = request.auth
    number, key = read_id(member_id, otherwise=UnknownMember), call.natural_key()

    def give(at: datetime) -> RewardOut:
        issued = give_reward(member_id=number, reward=data.reward, reason=data.reason, key=key, at=at, by=call.by)
        return reward_out(issued, at=at)

    return await do_write(request, give)


@creates(
    "/rewards/{issued_id:str}/removal",
    scope=Scope.POINTS_ADJUST,
    takes=RemovalIn,
    summary="Take a reward away",
    may_need_leave=True,
)
async def create_removal(data: JSONBody[RemovalIn], request: ApiRequest, issued_id: FromPath[str]) -> Reply[RemovalOut]:
    """An unused one only. Removing it again changes nothing."""
    number = read_id(issued_id, otherwise=RewardUnknown)

    def remove(at: datetime, by: Actor) -> RemovalOut:
        done = remove_reward(
            issued_id=number, give_back=data.give_back, reason=data.reason, comment=data.comment, at=at, by=by
        )
        return RemovalOut(
            reward=reward_out(done.issued, at=at),
            given_back=done.given_back,
            graced_until=done.graced_until,
            balance=done.balance,
            replayed=done.replayed,
        )

    return await write_with_leave(request, Action.REMOVE_REWARD, remove)


@reads("/rewards", scope=Scope.MEMBERS_READ, summary="List the rewards that have to be sent")
async def list_rewards_to_send(
    request: ApiRequest,
    fulfilment: Annotated[Literal["ordered", "sent"], QueryParameter(required=False)] = "ordered",
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[RewardsOut]:
    """What is ordered and not sent yet, or sent and not delivered; oldest first."""
    after = 0 if cursor is None else read_id(cursor)

    def read(at: datetime) -> RewardsOut:
        found = list_to_send(fulfilment=fulfilment, after=after, limit=limit + 1)
        more = str(found[limit - 1].id) if len(found) > limit else None
        return RewardsOut([reward_out(each, at=at) for each in found[:limit]], more)

    return await do_read(request, read)


@creates(
    "/rewards/{issued_id:str}/fulfilment", scope=Scope.SALES_WRITE, takes=FulfilmentIn, summary="Send a reward further"
)
async def create_fulfilment(
    data: JSONBody[FulfilmentIn], request: ApiRequest, issued_id: FromPath[str]
) -> Reply[RewardOut]:
    """Ordered, sent, delivered; what is delivered counts as used."""
    call = request.auth
    number = read_id(issued_id, otherwise=RewardUnknown)

    def fulfil(at: datetime) -> RewardOut:
        done = fulfil_reward(issued_id=number, to=Fulfilment(data.to), note=data.note, at=at, by=call.by)
        return reward_out(done, at=at)

    return await do_write(request, fulfil)
