"""Rewards: what a member could claim, claiming, what they have in hand, and using it at a till."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest, Call
from regulars.api.leave import weigh_units, write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates, deletes, reads
from regulars.api.shapes import LONGEST_ID, MemberRef, read_id
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.ledger.wallet import Balance
from regulars.members.lock import UnknownMember
from regulars.members.rows import read_member
from regulars.points.claim import claim_reward
from regulars.points.claimable import Claimable, list_claimable, price_for
from regulars.rewards.issued import Issued, StepTaken, list_issued, read_one, steps_of
from regulars.rewards.use import RewardUnknown, take_back_use, use_reward
from regulars.sales.refusals import WrongStore
from regulars.staff.models import Scope

RewardCode = Annotated[str, Meta(min_length=1, max_length=32, description="A reward's code in the program.")]
StoreCode = Annotated[str, Meta(min_length=1, max_length=32)]
TillCode = Annotated[str, Meta(min_length=1, max_length=32, description="What the till read: 12 letters and digits.")]
Note = Annotated[str, Meta(max_length=1_000)]


class ClaimRewardIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`store` is where the member stands, if in one."""

    reward: RewardCode
    store: StoreCode | None = None


class UseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: TillCode
    store: StoreCode | None = None
    note: Note = ""


class RewardOut(msgspec.Struct, frozen=True, kw_only=True):
    """One reward in a member's hand. `state` is outstanding, used, expired, withdrawn or removed; `code` is what a till
    reads; `fulfilment` says how far a reward that is sent has come.
    """

    id: str
    member: MemberRef
    reward: str
    name: str
    cause: str
    price_unit: str | None
    price_amount: int
    state: str
    fulfilment: str
    code: str
    issued_at: datetime
    usable_until: datetime | None
    ended_at: datetime | None


class StepOut(msgspec.Struct, frozen=True):
    name: str
    at: datetime
    store: str
    note: str


class RewardWithStepsOut(msgspec.Struct, frozen=True):
    reward: RewardOut
    steps: list[StepOut]


class RewardsOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    rewards: list[RewardOut]
    next: str | None


class WhyNot(msgspec.Struct, frozen=True):
    """A refusal as it would be answered: its code and its numbers."""

    code: str
    facts: dict[str, Any]


class ClaimableOut(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is this member's, `listed` that of a member without a level; `after` is what would be left. `left` of a
    limited stock. `refusal` says why it cannot be claimed now, null where it can.
    """

    reward: str
    name: str
    kind: str
    description: str
    unit: str
    price: int
    listed: int
    available: int
    after: int
    left: int | None
    refusal: WhyNot | None


class ClaimableListOut(msgspec.Struct, frozen=True):
    rewards: list[ClaimableOut]


class ClaimOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was claimed, and what is left of the unit it cost."""

    reward: RewardOut
    replayed: bool
    balance: Balance | None


@reads("/members/{member_id:str}/claimable", scope=Scope.MEMBERS_READ, summary="List what a member could claim")
async def list_member_claimable(
    request: ApiRequest,
    member_id: FromPath[str],
    store: Annotated[str | None, QueryParameter(min_length=1, max_length=32, required=False)] = None,
) -> Reply[ClaimableListOut]:
    """The catalogue as this member sees it: affordable ones first, each with its price, or why not."""
    number = read_id(member_id, otherwise=UnknownMember)
    place = store_of(request.auth, store)

    def read(at: datetime) -> ClaimableListOut:
        return ClaimableListOut([_claimable(each) for each in list_claimable(member_id=number, at=at, store=place)])

    return await do_read(request, read)


@creates(
    "/members/{member_id:str}/claims",
    scope=Scope.SALES_WRITE,
    takes=ClaimRewardIn,
    summary="Claim a reward for units",
    may_need_leave=True,
)
async def create_reward_claim(
    data: JSONBody[ClaimRewardIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[ClaimOut]:
    """The price leaves the member's balance. Send an `Idempotency-Key`: without one, the same request claims again."""
    call = request.auth
    number = read_id(member_id, otherwise=UnknownMember)
    place, key = store_of(call, data.store), call.natural_key()

    def claim(at: datetime, by: Actor) -> ClaimOut:
        done = claim_reward(member_id=number, reward=data.reward, key=key, store=place, at=at, by=by)
        return ClaimOut(reward=reward_out(done.issued, at=at), replayed=done.replayed, balance=done.balance)

    def weigh(at: datetime) -> Weight:
        unit, price = price_for(member_id=number, reward=data.reward, at=at)
        return weigh_units(price, unit, store=place)

    return await write_with_leave(request, Action.SPEND_POINTS, claim, weigh=weigh)


@reads("/members/{member_id:str}/rewards", scope=Scope.MEMBERS_READ, summary="List a member's rewards")
async def list_member_rewards(
    request: ApiRequest,
    member_id: FromPath[str],
    open_only: Annotated[bool, QueryParameter(required=False)] = False,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[RewardsOut]:
    """Outstanding, used and gone; with `open_only`, what can still be used."""
    number = read_id(member_id, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(at: datetime) -> RewardsOut:
        if read_member(number) is None:
            raise UnknownMember()
        found = list_issued(number, at=at, is_open=open_only, before=before, limit=limit + 1)
        more = str(found[limit - 1].id) if len(found) > limit else None
        return RewardsOut([reward_out(each, at=at) for each in found[:limit]], more)

    return await do_read(request, read)


@reads("/rewards/{issued_id:str}", scope=Scope.MEMBERS_READ, summary="Read a reward in somebody's hand")
async def get_reward(request: ApiRequest, issued_id: FromPath[str]) -> Reply[RewardWithStepsOut]:
    """With everything that happened to it."""
    number = read_id(issued_id, otherwise=RewardUnknown)

    def read(at: datetime) -> RewardWithStepsOut:
        issued = read_one(number)
        if issued is None:
            raise RewardUnknown()
        return RewardWithStepsOut(reward_out(issued, at=at), [_step(step) for step in steps_of(number)])

    return await do_read(request, read)


@creates("/rewards/uses", scope=Scope.SALES_WRITE, takes=UseIn, summary="Use a reward")
async def create_reward_use(data: JSONBody[UseIn], request: ApiRequest) -> Reply[RewardOut]:
    """Once: who comes second is told when it was used."""
    call = request.auth
    place = store_of(call, data.store)

    def use(at: datetime) -> RewardOut:
        return reward_out(use_reward(code=data.code, store=place, note=data.note, at=at, by=call.by), at=at)

    return await do_write(request, use)


@deletes("/rewards/{issued_id:str}/use", scope=Scope.SALES_WRITE, summary="Take the use of a reward back")
async def delete_reward_use(request: ApiRequest, issued_id: FromPath[str]) -> Reply[RewardOut]:
    """It was a mistake, or its sale came back: the reward is outstanding again, with the end it had."""
    call = request.auth
    number = read_id(issued_id, otherwise=RewardUnknown)

    def take_back(at: datetime) -> RewardOut:
        return reward_out(take_back_use(issued_id=number, at=at, by=call.by), at=at)

    return await do_write(request, take_back, status=200)


def store_of(call: Call, store: str | None) -> str:
    """Return where it happens: a key that is bound to a store works there. Refuses: WrongStore."""
    if call.only_store is not None and store not in (None, call.only_store):
        raise WrongStore(allowed=call.only_store)
    return store or call.only_store or ""


def reward_out(issued: Issued, *, at: datetime) -> RewardOut:
    return RewardOut(
        id=str(issued.id),
        member=MemberRef(str(issued.member_id)),
        reward=issued.reward,
        name=issued.name,
        cause=issued.cause,
        price_unit=issued.price_unit or None,
        price_amount=issued.price_amount,
        state=issued.state_at(at),
        fulfilment=issued.fulfilment,
        code=issued.code,
        issued_at=issued.issued_at.astimezone(UTC),
        usable_until=issued.usable_until and issued.usable_until.astimezone(UTC),
        ended_at=issued.ended_at and issued.ended_at.astimezone(UTC),
    )


def _step(step: StepTaken) -> StepOut:
    return StepOut(step.name, step.at.astimezone(UTC), step.store, step.note)


def _claimable(each: Claimable) -> ClaimableOut:
    refusal = each.refusal
    return ClaimableOut(
        reward=each.reward.code,
        name=each.reward.name,
        kind=each.reward.kind,
        description=each.reward.description,
        unit=each.unit,
        price=each.price,
        listed=each.listed,
        available=each.available,
        after=each.after,
        left=each.left,
        refusal=None if refusal is None else WhyNot(refusal.code, refusal.facts()),
    )
