"""Cards: a member may hold several; anonymous ones earn from the first purchase on, and are activated later."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from regulars.api.bodies import InvalidRequest
from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates, deletes, reads
from regulars.api.shapes import ExternalId, Id, MemberRef, Text, read_id
from regulars.api.writes import do_read, do_write
from regulars.cards.issue import give_card
from regulars.cards.ranks import change_rank
from regulars.cards.replace import replace_card
from regulars.care.activate_card import activate_with_pin
from regulars.core.identifiers import InvalidCard, clean_card
from regulars.core.refusals import Refusal
from regulars.members.cards import UnknownCard, block_card, lose_card, unblock_card
from regulars.members.change import MemberChanges
from regulars.members.lock import UnknownMember
from regulars.members.models import Card
from regulars.staff.models import Scope

CardNumber = Annotated[str, Meta(min_length=1, max_length=64, description="Letters, digits and dashes.")]
CardReason = Annotated[str, Meta(min_length=1, max_length=200, description="Stays inside.")]


class MemberIdIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id


class CardIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`type` is the code of a kind of card."""

    number: CardNumber
    member: MemberIdIn
    type: Annotated[str, Meta(max_length=32)] = ""


class NewcomerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever joins with the card in their hand."""

    first_name: Text = ""
    last_name: Text = ""
    phone: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254)] | None = None
    birth_on: date | None = None
    external_id: ExternalId | None = None


class ActivationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card goes to the `member`, or to the `newcomer` who joins with it: give one of the two. `pin` is what stands
    under the scratch field.
    """

    number: CardNumber
    pin: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    member: MemberIdIn | None = None
    newcomer: NewcomerIn | None = None


class BlockIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lost`: the member has lost it."""

    reason: CardReason
    lost: bool = False


class ReplacementIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`number` is the new card's: one of yours that nobody has used, or a number that is not known yet."""

    number: CardNumber
    reason: CardReason
    lost: bool = False


class RankIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rank: Annotated[str, Meta(min_length=1, max_length=32)]
    reason: CardReason


class CardOut(msgspec.Struct, frozen=True, kw_only=True):
    """`status`: stock (nobody has activated it), active, blocked, lost, replaced or expired. Of a card in stock
    `member` is the nameless guest who holds what it earned, null before the first purchase.
    """

    number: str
    status: str
    type: str
    rank: str
    member: MemberRef | None
    issued_at: datetime
    activated_at: datetime | None
    replaced_by: str | None


class ActivationOut(msgspec.Struct, frozen=True):
    """`joined`: the member is new."""

    number: str
    member: MemberRef
    joined: bool


@creates("/cards", scope=Scope.MEMBERS_WRITE, takes=CardIn, summary="Give a member a card")
async def create_card(data: JSONBody[CardIn], request: ApiRequest) -> Reply[CardOut]:
    """A card that the member holds already stays as it is; another member's card is refused, and so is one that nobody
    has activated.
    """
    by = request.auth.by
    member_id = read_id(data.member.id, otherwise=UnknownMember)

    def issue(at: datetime) -> CardOut:
        return _card(give_card(member_id=member_id, number=data.number, card_type=data.type, at=at, by=by))

    return await do_write(request, issue)


@reads("/cards/{number:str}", scope=Scope.MEMBERS_READ, summary="Read a card")
async def get_card(number: FromPath[str], request: ApiRequest) -> Reply[CardOut]:
    """Also one that was lost or replaced: its number goes on finding its member."""

    def read(_at: datetime) -> CardOut:
        return _card(_find(number))

    return await do_read(request, read)


@creates("/cards/activations", scope=Scope.MEMBERS_WRITE, takes=ActivationIn, summary="Activate an anonymous card")
async def create_activation(data: JSONBody[ActivationIn], request: ApiRequest) -> Reply[ActivationOut]:
    """What the card has earned comes along: receipts, points with their dates, stamps and what caps have counted.

    A number that nobody printed, a wrong PIN and a card that cannot be activated are answered alike; wrong ones are
    counted, for the card, the key and the member.
    """
    by = request.auth.by
    to = _whose(data)

    def activate(at: datetime) -> ActivationOut | Refusal:
        done = activate_with_pin(number=data.number, pin=data.pin, to=to, at=at, by=by)
        if isinstance(done, Refusal):
            return done
        return ActivationOut(done.number, MemberRef(str(done.member_id)), done.is_new)

    return await do_write(request, activate)


@creates(
    "/cards/{number:str}/block", scope=Scope.MEMBERS_WRITE, takes=BlockIn, summary="Block a card, or note its loss"
)
async def create_block(number: FromPath[str], data: JSONBody[BlockIn], request: ApiRequest) -> Reply[CardOut]:
    """No till accepts it any more. The member and other cards are not touched."""
    by = request.auth.by
    stop = lose_card if data.lost else block_card
    return await do_write(request, lambda at: _card(stop(number=number, reason=data.reason, at=at, by=by)))


@deletes("/cards/{number:str}/block", scope=Scope.MEMBERS_WRITE, summary="Make a blocked or lost card valid again")
async def delete_block(number: FromPath[str], request: ApiRequest) -> Reply[CardOut]:
    """A card that nobody had activated is in stock again. One that was replaced is over."""
    by = request.auth.by
    return await do_write(request, lambda at: _card(unblock_card(number=number, at=at, by=by)), status=200)


@creates(
    "/cards/{number:str}/replacement",
    scope=Scope.MEMBERS_WRITE,
    takes=ReplacementIn,
    summary="Replace a card by another",
)
async def create_replacement(
    number: FromPath[str], data: JSONBody[ReplacementIn], request: ApiRequest
) -> Reply[CardOut]:
    """Answers with the new card. The old number goes on finding the member; unless it is lost it still earns, and it
    pays for nothing.
    """
    by = request.auth.by

    def replace(at: datetime) -> CardOut:
        return _card(
            replace_card(number=number, by_number=data.number, is_lost=data.lost, reason=data.reason, at=at, by=by)
        )

    return await do_write(request, replace)


@creates("/cards/{number:str}/rank", scope=Scope.MEMBERS_WRITE, takes=RankIn, summary="Give a card another rank")
async def create_rank(number: FromPath[str], data: JSONBody[RankIn], request: ApiRequest) -> Reply[CardOut]:
    """One of the ranks of its kind; the history keeps what it was."""
    by = request.auth.by

    def change(at: datetime) -> CardOut:
        return _card(change_rank(number=number, rank=data.rank, reason=data.reason, at=at, by=by))

    return await do_write(request, change)


def _find(number: str) -> Card:
    """What can be no card's number is nobody's. Refuses: UnknownCard."""
    try:
        card = Card.objects.filter(number=clean_card(number)).first()
    except InvalidCard:
        card = None
    if card is None:
        raise UnknownCard()
    return card


def _whose(data: ActivationIn) -> int | MemberChanges:
    if data.member is not None and data.newcomer is None:
        return read_id(data.member.id, otherwise=UnknownMember)
    if data.newcomer is not None and data.member is None:
        return MemberChanges(**{name: told for name, told in msgspec.structs.asdict(data.newcomer).items() if told})
    raise InvalidRequest(where="member", problem="Expected one of member and newcomer")


def _card(card: Card) -> CardOut:
    return CardOut(
        number=card.number,
        status=card.status,
        type=card.type_code,
        rank=card.rank,
        member=None if card.member_id is None else MemberRef(str(card.member_id)),
        issued_at=card.issued_at,
        activated_at=card.activated_at,
        replaced_by=card.replaced_by.number if card.replaced_by else None,
    )
