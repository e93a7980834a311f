"""A card comes out of stock into somebody's hand: from then on it is a member's card like any other.

Who holds what the card earned before is decided by `care.activate_card`; here are the steps on the card itself.
"""

from datetime import datetime

from regulars.audit.record import record_event
from regulars.cards.anonymous import find_anonymous
from regulars.cards.pins import CardUnusable
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.cards import UnknownCard
from regulars.members.models import Card, CardStatus


class NotInStock(Refusal):
    """The card cannot be activated: somebody has it (`status` active), or it is lost, replaced, blocked or expired."""

    code = "card_not_in_stock"

    def __init__(self, *, status: str) -> None:
        self.status = status


def find_in_stock(number: str, *, at: datetime) -> Card:
    """Return a card that the team may activate without its PIN. Refuses: UnknownCard, NotInStock."""
    card = Card.objects.filter(number=number).first()
    if card is None:
        raise UnknownCard()
    anonymous = find_anonymous([number]).get(number)
    if anonymous is None or anonymous.is_dead(at):
        raise NotInStock(status=card.status if anonymous is None else CardStatus.EXPIRED.value)
    return card


def take_out_of_stock(
    card_id: int, *, held_by: int | None, member_id: int, at: datetime, by: Actor, earned_before: bool
) -> None:
    """Give a card that `held_by` holds to its member, once: of two who come at the same moment with one card, the
    second is refused. The caller holds the rows of both. Refuses: CardUnusable.
    """
    in_stock = Card.objects.filter(pk=card_id, status=CardStatus.STOCK)
    held = in_stock.filter(member=None) if held_by is None else in_stock.filter(member_id=held_by)
    taken = held.update(member_id=member_id, status=CardStatus.ACTIVE, activated_at=at, dies_at=None)
    if not taken:
        raise CardUnusable()
    record_event(
        action="card.activated",
        about="card",
        about_id=card_id,
        member_id=member_id,
        facts={"earned_before": earned_before},
        at=at,
        by=by,
    )
