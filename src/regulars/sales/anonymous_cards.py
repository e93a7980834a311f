"""Sales with a card that nobody has activated: they earn, up to what the card may hold, and pay with nothing it holds.

The first purchase makes the guest who holds what the card earns, in the sale's own transaction. Batches without such a
card ask nothing.
"""

from collections.abc import Sequence

from regulars.cards.anonymous import AnonymousCard, find_anonymous
from regulars.core.identifiers import InvalidCard, clean_card
from regulars.core.sale import NewSale
from regulars.members.find import Found
from regulars.members.models import CardStatus, Status
from regulars.sales.refusals import CardInactive, CardNotActivated


def meet_cards(named: Sequence[tuple[int, NewSale, Found | None]]) -> dict[int, AnonymousCard]:
    """Return the anonymous cards of these sales, by place; with one statement, or none where nobody has such a card.

    A card that was never used finds nobody, so unknown numbers are looked at too.
    """
    numbers: dict[int, str] = {}
    for place, sale, found in named:
        if sale.member is None or sale.member.card is None:
            continue
        if found is None or found.card_status == CardStatus.STOCK:
            try:
                numbers[place] = clean_card(sale.member.card)
            except InvalidCard:
                continue
    cards = find_anonymous(set(numbers.values()))
    return {place: cards[number] for place, number in numbers.items() if number in cards}


def guest_of(card: AnonymousCard, found: Found | None) -> Found:
    """Return who buys with an anonymous card; before its first use a guest who is not there yet (`member_id` < 0)."""
    if found is not None:
        return found
    return Found(
        member_id=-card.id, status=Status.ACTIVE, joined_at=None, card_status=CardStatus.STOCK, card_id=card.id
    )


def check_card(card: AnonymousCard, sale: NewSale) -> None:
    """Refuses: CardInactive (it is dead, or its kind does not earn before), CardNotActivated (it was to pay)."""
    if not card.earns or card.is_dead(sale.occurred_at):
        raise CardInactive()
    if any(tender.type == "points" for tender in sale.tenders):
        raise CardNotActivated()
