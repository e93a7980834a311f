"""A card finds its member: a member may hold several, and a lost one is blocked without touching the others."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import clean_card
from regulars.core.refusals import Refusal
from regulars.members.claims import CARD
from regulars.members.identity import CardInStock, Duplicate
from regulars.members.lock import lock_member
from regulars.members.models import Card, CardStatus
from regulars.members.status import check_reason
from regulars.platform.again import looks_again

ACTIONS = {
    CardStatus.BLOCKED: "card.blocked",
    CardStatus.LOST: "card.lost",
    CardStatus.ACTIVE: "card.unblocked",
    CardStatus.STOCK: "card.unblocked",
}


class UnknownCard(Refusal):
    """No card of this merchant has this number."""

    code = "card_not_found"


class CardIsOver(Refusal):
    """The card was replaced, or expired in stock: nothing brings it back."""

    code = "card_is_over"

    def __init__(self, *, status: str) -> None:
        self.status = status


@looks_again
def issue_card(*, member_id: int, number: str, at: datetime, by: Actor, type_code: str = "", rank: str = "") -> Card:
    """Give a member a card; one who holds it already keeps it as it is.

    Refuses: UnknownMember, InvalidCard, Duplicate (another member's card), CardInStock (nobody has activated it).
    """
    number = clean_card(number)
    member = lock_member(member_id)
    if card := Card.objects.filter(number=number).first():
        if card.member_id is None or card.status == CardStatus.STOCK:
            raise CardInStock(number=number)
        if card.member_id != member.pk:
            raise Duplicate(kind=CARD, member_id=card.member_id)
        return card
    card = Card.objects.create(member=member, number=number, type_code=type_code, rank=rank, issued_at=at)
    if not member.has_card:
        member.has_card = True
        member.save(update_fields=["has_card"])
    record_event(action="card.issued", about="card", about_id=card.pk, member_id=member.pk, at=at, by=by)
    return card


def block_card(*, number: str, reason: str, at: datetime, by: Actor) -> Card:
    """Block a card: no till accepts it any more. Refuses: UnknownCard, InvalidCard, ReasonNeeded, CardIsOver."""
    return _change_card(number, CardStatus.BLOCKED, reason=check_reason(reason, needed=True), at=at, by=by)


def lose_card(*, number: str, reason: str, at: datetime, by: Actor) -> Card:
    """Note that a card is lost: no till accepts it, and its number still finds its member.

    Refuses: UnknownCard, InvalidCard, ReasonNeeded, CardIsOver.
    """
    return _change_card(number, CardStatus.LOST, reason=check_reason(reason, needed=True), at=at, by=by)


def unblock_card(*, number: str, reason: str = "", at: datetime, by: Actor) -> Card:
    """Make a blocked or lost card valid again; one that was in stock is in stock again.

    Refuses: UnknownCard, InvalidCard, ReasonNeeded (too long), CardIsOver.
    """
    return _change_card(number, CardStatus.ACTIVE, reason=check_reason(reason, needed=False), at=at, by=by)


def lock_card(number: str) -> Card:
    """Return a card, locked until the transaction ends. Refuses: UnknownCard, InvalidCard."""
    card = Card.objects.select_for_update(no_key=True).filter(number=clean_card(number)).first()
    if card is None:
        raise UnknownCard()
    return card


def was_in_stock(card: Card) -> bool:
    """Tell whether nobody has activated a card yet, whatever became of it since."""
    return card.batch_id is not None and card.activated_at is None


def _change_card(number: str, status: CardStatus, *, reason: str, at: datetime, by: Actor) -> Card:
    with transaction.atomic():
        card = lock_card(number)
        if card.status in (CardStatus.REPLACED, CardStatus.EXPIRED) or card.replaced_by_id is not None:
            raise CardIsOver(status=card.status)
        if status is CardStatus.ACTIVE and was_in_stock(card):
            status = CardStatus.STOCK
        if card.status != status:
            card.status, card.status_reason = status, reason
            card.save(update_fields=["status", "status_reason"])
            action = ACTIONS[status]
            record_event(action=action, about="card", about_id=card.pk, member_id=card.member_id, at=at, by=by)
    return card
