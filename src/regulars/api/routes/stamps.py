"""Stamps by the team's hand, by a code on a slip of paper, and by a poster's QR."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.leave import weigh_units, write_with_leave
from regulars.api.replies import Reply
from regulars.api.routes.rewards import RewardOut, StoreCode, reward_out, store_of
from regulars.api.routing import creates, deletes, reads
from regulars.api.shapes import Comment, MemberNamed, MemberRef, Moment, Reason, read_id, read_moment
from regulars.api.writes import do_read, do_write
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.identifiers import MemberHandle
from regulars.members.find import find_member
from regulars.members.lock import UnknownMember
from regulars.points.card_in_hand import CardNow
from regulars.points.cards_of import CardInProgress, cards_of
from regulars.points.posters import hang_poster, scan_poster, take_poster_down
from regulars.points.stamp_codes import make_stamp_codes, use_stamp_code
from regulars.points.stamps import adjust_stamps
from regulars.programs.book import load_book
from regulars.sales.till_batch import check_member
from regulars.staff.models import Scope

CardCode = Annotated[str, Meta(min_length=1, max_length=32, description="A stamp card's code in the program.")]
Stamps = Annotated[int, Meta(ge=1, le=100)]


class StampsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`stamps` is signed: a minus takes them off, and opens full cards again whose rewards are unused."""

    card: CardCode
    stamps: Annotated[int, Meta(ge=-100, le=100)]
    reason: Reason
    comment: Comment = ""


class StampCodeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    member: MemberNamed
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    store: StoreCode | None = None


class StampCodesIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`batch` names the codes that are made together."""

    card: CardCode
    count: Annotated[int, Meta(ge=1, le=10_000)]
    batch: Annotated[str, Meta(min_length=1, max_length=64)]
    stamps: Stamps = 1
    usable_until: Moment | None = None


class ScanIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`text` is what the poster's QR says."""

    member: MemberNamed
    text: Annotated[str, Meta(min_length=1, max_length=128)]


class PosterIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    store: StoreCode
    card: CardCode
    stamps: Stamps = 1


class CardOut(msgspec.Struct, frozen=True, kw_only=True):
    """The member's card now: `held` of `size` stamps of their card `number`. `put` is what this call put on (or took
    off); `rewards` what it brought, `withdrawn` how many it took back.
    """

    member: MemberRef
    card: str
    number: int
    held: int
    size: int
    put: int
    completed: int
    reopened: int
    rewards: list[RewardOut]
    withdrawn: int
    replayed: bool


class CodesOut(msgspec.Struct, frozen=True):
    """Shown this once: only hashes of them are kept."""

    codes: list[str]


class PosterOut(msgspec.Struct, frozen=True):
    """What the QR has to say."""

    text: str


class StampCardsOut(msgspec.Struct, frozen=True):
    cards: list[CardInProgress]


@reads("/members/{member_id:str}/stamp-cards", scope=Scope.MEMBERS_READ, summary="Read a member's stamp cards")
async def list_stamp_cards(request: ApiRequest, member_id: FromPath[str]) -> Reply[StampCardsOut]:
    """The present card of each kind, with the size and the rewards it began with."""
    number = read_id(member_id, otherwise=UnknownMember)
    return await do_read(request, lambda at: StampCardsOut(cards_of(number, at=at)))


class PosterRef(msgspec.Struct, frozen=True):
    id: str


@creates(
    "/members/{member_id:str}/stamps",
    scope=Scope.POINTS_ADJUST,
    takes=StampsIn,
    summary="Put stamps on a card",
    may_need_leave=True,
)
async def create_stamps(data: JSONBody[StampsIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[CardOut]:
    """Full cards bring their rewards. Send an `Idempotency-Key`: without one, the same request stamps again."""
    call = request.auth
    number, key = read_id(member_id, otherwise=UnknownMember), call.natural_key()

    def adjust(at: datetime, by: Actor) -> CardOut:
        done = adjust_stamps(
            member_id=number,
            card=data.card,
            stamps=data.stamps,
            reason=data.reason,
            comment=data.comment,
            key=key,
            at=at,
            by=by,
        )
        return card_out(done, number, at=at)

    def weigh(_at: datetime) -> Weight:
        return weigh_units(data.stamps, data.card)

    return await write_with_leave(request, Action.ADJUST_STAMPS, adjust, weigh=weigh)


@creates("/stamp-codes/uses", scope=Scope.SALES_WRITE, takes=StampCodeIn, summary="Use a stamp code")
async def create_stamp_code_use(data: JSONBody[StampCodeIn], request: ApiRequest) -> Reply[CardOut]:
    """Once, for one member. Codes that nobody knows, that are over or were used by others are refused alike."""
    call = request.auth
    handle, place = data.member.handle(), store_of(request.auth, data.store)

    def use(at: datetime) -> CardOut:
        member = _find(handle, at=at)
        return card_out(use_stamp_code(code=data.code, member_id=member, store=place, at=at, by=call.by), member, at=at)

    return await do_write(request, use)


@creates("/stamp-codes", scope=Scope.POINTS_ADJUST, takes=StampCodesIn, summary="Make stamp codes")
async def create_stamp_codes(data: JSONBody[StampCodesIn], request: ApiRequest) -> Reply[CodesOut]:
    """For slips of paper: each is good once."""
    call = request.auth
    until = data.usable_until and read_moment(data.usable_until, where="usable_until")

    def make(at: datetime) -> CodesOut:
        codes = make_stamp_codes(
            card=data.card,
            count=data.count,
            batch=data.batch,
            stamps=data.stamps,
            usable_until=until,
            at=at,
            by=call.by,
        )
        return CodesOut(codes)

    return await do_write(request, make)


@creates("/posters/scans", scope=Scope.SALES_WRITE, takes=ScanIn, summary="Scan a store's stamp poster")
async def create_scan(data: JSONBody[ScanIn], request: ApiRequest) -> Reply[CardOut]:
    """Once in the card's cool-down; a day, where the card has none."""
    call = request.auth
    handle = data.member.handle()

    def scan(at: datetime) -> CardOut:
        member = _find(handle, at=at)
        return card_out(scan_poster(text=data.text, member_id=member, at=at, by=call.by), member, at=at)

    return await do_write(request, scan)


@creates("/posters", scope=Scope.POINTS_ADJUST, takes=PosterIn, summary="Make a stamp poster for a store")
async def create_poster(data: JSONBody[PosterIn], request: ApiRequest) -> Reply[PosterOut]:
    """Print the text as a QR, and hang it up."""
    call = request.auth
    store_of(call, data.store)

    def hang(at: datetime) -> PosterOut:
        return PosterOut(hang_poster(store=data.store, card=data.card, stamps=data.stamps, at=at, by=call.by))

    return await do_write(request, hang)


@deletes("/posters/{poster_id:str}", scope=Scope.POINTS_ADJUST, summary="Take a stamp poster down")
async def delete_poster(request: ApiRequest, poster_id: FromPath[str]) -> Reply[PosterRef]:
    """Its QR stamps no card any more. The id is what its text begins with."""
    call = request.auth
    number = read_id(poster_id)

    def take_down(at: datetime) -> PosterRef:
        take_poster_down(number, at=at, by=call.by)
        return PosterRef(str(number))

    return await do_write(request, take_down, status=200)


def _find(handle: MemberHandle, *, at: datetime) -> int:
    return check_member(find_member(handle, country=load_book().program.country, at=at)).member_id


def card_out(done: CardNow, member_id: int, *, at: datetime) -> CardOut:
    return CardOut(
        member=MemberRef(str(member_id)),
        card=done.card,
        number=done.number,
        held=done.held,
        size=done.size,
        put=done.put,
        completed=done.completed,
        reopened=done.reopened,
        rewards=[reward_out(each, at=at) for each in done.rewards],
        withdrawn=len(done.withdrawn),
        replayed=done.replayed,
    )
