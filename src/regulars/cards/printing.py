"""Whoever prints a batch gets its numbers with their PINs, as long as it is not sealed; each time is written down."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.batches import UnknownBatch
from regulars.cards.models import CardBatch
from regulars.cards.pins import pin_of
from regulars.cards.sheets import PrintedCard
from regulars.core.actor import Actor
from regulars.platform.rows import fetch

# Who activated a card has read its PIN: it is of no more use to anybody, and not printed again.
SELECT = """
SELECT number, pin_hash IS NULL AND activated_at IS NULL FROM members_card
WHERE batch_id = %(batch)s ORDER BY id OFFSET %(skipped)s LIMIT %(count)s
"""


@transaction.atomic
def print_cards(batch_id: int, *, first: int, count: int, at: datetime, by: Actor) -> list[PrintedCard]:
    """Return `count` cards of a batch, from the `first` on, counted from 1. Of a sealed batch no PIN is known.

    Refuses: UnknownBatch.
    """
    batch = CardBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise UnknownBatch()
    secret = bytes(batch.secret) if batch.secret is not None and batch.seal_asked_at is None else None
    cards = [
        PrintedCard(number, pin_of(number, digits=batch.pin_digits, batch_secret=secret) if secret and has_pin else "")
        for number, has_pin in fetch(SELECT, {"batch": batch_id, "skipped": max(first, 1) - 1, "count": count})
    ]
    facts = {"first": first, "count": len(cards), "pins": secret is not None}
    record_event(action="card_batch.printed", about="card_batch", about_id=batch_id, facts=facts, at=at, by=by)
    return cards
