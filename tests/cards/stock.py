"""Cards in stock, and what happens with them: all of it goes through the verbs."""

from datetime import datetime
from itertools import count

import msgspec

from regulars.cards.batches import NewBatch, ask_batch, make_batch
from regulars.cards.models import CardBatch, CardType
from regulars.cards.types import CardTerms, make_card_type
from regulars.core.actor import SYSTEM, Actor
from regulars.core.card_numbers import Pattern
from regulars.core.identifiers import MemberHandle
from regulars.core.sale import NewSale
from tests.shop import NOON, OPENED, a_sale

CLERK = Actor(kind="staff", id=7)

_numbers = count(1)


def a_card_type(code: str = "paper", **terms: object) -> CardType:
    return make_card_type(code=code, terms=CardTerms(name="Paper card", **terms), at=OPENED, by=SYSTEM)  # type: ignore[arg-type]


def a_batch(
    pattern: str = "900****", *, cards: int = 3, card_type: str = "paper", start: int = 1, at: datetime = OPENED
) -> CardBatch:
    """Make the cards 9000001, 9000002, …"""
    new = NewBatch(type=card_type, name="First", pattern=Pattern(text=pattern), count=cards, start=start)
    batch = ask_batch(new, key=f"batch-{next(_numbers)}", at=at, by=CLERK)
    for _ in make_batch(batch.pk, at=at):
        pass
    batch.refresh_from_db()
    return batch


def a_sale_with(
    card: str, total_minor: int = 1000, *, at: datetime = NOON, points: int = 0, **fields: object
) -> NewSale:
    """What a till sends when a card is scanned."""
    sale = a_sale(total_minor, at=at, points=points, **fields)  # type: ignore[arg-type]
    return msgspec.structs.replace(sale, member=MemberHandle(card=card))
