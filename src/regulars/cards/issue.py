"""A member gets a card of a kind: a new one, or one they have from elsewhere, whose number is registered."""

from datetime import datetime

from regulars.cards.models import CardType
from regulars.cards.types import UnknownCardType
from regulars.core.actor import Actor
from regulars.members.cards import issue_card
from regulars.members.models import Card


def give_card(*, member_id: int, number: str, card_type: str, at: datetime, by: Actor) -> Card:
    """Give a member a card; `card_type` may be empty. It begins with the first rank of its kind.

    Refuses: UnknownCardType, UnknownMember, InvalidCard, Duplicate, CardInStock.
    """
    rank = ""
    if card_type:
        found = CardType.objects.filter(code=card_type).first()
        if found is None:
            raise UnknownCardType(card_type=card_type)
        rank = first_rank(found)
    return issue_card(member_id=member_id, number=number, type_code=card_type, rank=rank, at=at, by=by)


def first_rank(card_type: CardType) -> str:
    """Return the rank that cards of a kind begin with; none where it is the member's level."""
    return "" if card_type.tier_set or not card_type.ranks else str(card_type.ranks[0]["code"])
