"""A card finds its member: a member may hold several, and a lost one is blocked without touching the others."""

from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import clean_card
from regulars.core.refusals import Refusal
from regulars.members.claims import CARD
from regulars.members.identity import Duplicate
from regulars.members.lock import lock_member
from regulars.members.models import Card, CardStatus


class UnknownCard(Refusal):
    """No card of this merchant has this number."""

    code = "card_not_found"


def issue_card(*, member_id: int, number: str, at: datetime, by: Actor) -> Card:
    """Give a member a card; one who holds it already keeps it as it is.

    Refuses: UnknownMember, InvalidCard, Duplicate (another member's card).
    """
    number = clean_card(number)
    try:
        with transaction.atomic():
            return _issue(member_id, number, at=at, by=by)
    except IntegrityError:
        # Another transaction issued this number since we looked; its commit is visible now, so look again.
        with transaction.atomic():
            return _issue(member_id, number, at=at, by=by)


def block_card(*, number: str, at: datetime, by: Actor) -> Card:
    """Block a card: no till accepts it any more. Refuses: UnknownCard, InvalidCard."""
    return _change_card(number, CardStatus.BLOCKED, at=at, by=by)


def unblock_card(*, number: str, at: datetime, by: Actor) -> Card:
    """Make a blocked card valid again. Refuses: UnknownCard, InvalidCard."""
    return _change_card(number, CardStatus.ACTIVE, at=at, by=by)


def _issue(member_id: int, number: str, *, at: datetime, by: Actor) -> Card:
    member = lock_member(member_id)
    if card := Card.objects.filter(number=number).first():
        if card.member_id is None:
            raise UnknownCard()  # an anonymous card is activated, and not given away
        if card.member_id != member_id:
            raise Duplicate(kind=CARD, member_id=card.member_id)
        return card
    card = Card.objects.create(member_id=member_id, number=number, issued_at=at)
    if not member.has_card:
        member.has_card = True
        member.save(update_fields=["has_card"])
    record_event(action="card.issued", about="card", about_id=card.pk, member_id=member_id, at=at, by=by)
    return card


def _change_card(number: str, status: CardStatus, *, at: datetime, by: Actor) -> Card:
    with transaction.atomic():
        card = Card.objects.select_for_update(no_key=True).filter(number=clean_card(number)).first()
        if card is None:
            raise UnknownCard()
        if card.status != status:
            card.status = status
            card.save(update_fields=["status"])
            action = "card.blocked" if status is CardStatus.BLOCKED else "card.unblocked"
            record_event(action=action, about="card", about_id=card.pk, member_id=card.member_id, at=at, by=by)
    return card
