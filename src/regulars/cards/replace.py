"""A card is replaced by another: what it stands for goes on under the new number, and the old one still finds it.

A card that was lost is refused at tills from then on. One that was only worn out or changed for a nicer one still
earns, so that a sale under the old number is not lost; it pays for nothing.
"""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.pins import CardUnusable
from regulars.core.actor import Actor
from regulars.core.identifiers import clean_card
from regulars.core.refusals import Refusal
from regulars.members.cards import CardIsOver, lock_card, was_in_stock
from regulars.members.claims import CARD
from regulars.members.identity import Duplicate
from regulars.members.models import Card, CardStatus
from regulars.members.status import check_reason


class NothingToReplace(Refusal):
    """Nobody has this card yet, and it holds nothing: hand out another one."""

    code = "nothing_to_replace"


@transaction.atomic
def replace_card(*, number: str, by_number: str, is_lost: bool, reason: str, at: datetime, by: Actor) -> Card:
    """Let the card `by_number` stand for what `number` stood for, and return it.

    The new card is one of ours that nobody has used, or a number that is not known yet. What replaces a card that is
    not activated has to be activated itself, with its own PIN.
    Refuses: UnknownCard, InvalidCard, ReasonNeeded, CardIsOver, NothingToReplace, Duplicate, CardUnusable (the new one
    is blocked or lost).
    """
    reason, new_number = check_reason(reason, needed=True), clean_card(by_number)
    # The lower number first: two who replace cards by each other do not wait in a circle.
    locked = {card: _lock_if_known(card) for card in sorted({clean_card(number), new_number})}
    old, new = lock_card(number), locked[new_number]
    if old.replaced_by_id is not None or old.status in (CardStatus.REPLACED, CardStatus.EXPIRED):
        raise CardIsOver(status=old.status)
    if old.member_id is None:
        raise NothingToReplace()
    if new is not None and new.member_id is not None:
        raise Duplicate(kind=CARD, member_id=new.member_id)
    if new is not None and new.status != CardStatus.STOCK:
        raise CardUnusable()
    new = new or Card(number=new_number, issued_at=at, type_code=old.type_code, batch_id=_batch_of_stock(old))
    _take_over(new, old, at=at)
    old.status = CardStatus.LOST if is_lost else CardStatus.REPLACED
    old.status_reason, old.replaced_by = reason, new
    old.save(update_fields=["status", "status_reason", "replaced_by"])
    record_event(
        action="card.replaced",
        about="card",
        about_id=old.pk,
        member_id=old.member_id,
        facts={"lost": is_lost},
        at=at,
        by=by,
    )
    return new


def _lock_if_known(number: str) -> Card | None:
    return Card.objects.select_for_update(no_key=True).filter(number=number).first()


def _batch_of_stock(old: Card) -> int | None:
    """A number that replaces a card in stock counts as one of its batch: it has to be activated too."""
    return old.batch_id if was_in_stock(old) else None


def _take_over(new: Card, old: Card, *, at: datetime) -> None:
    new.member_id, new.rank = old.member_id, old.rank
    new.type_code = new.type_code or old.type_code
    if was_in_stock(old):
        new.status = CardStatus.STOCK
        new.dies_at = new.dies_at or old.dies_at
    else:
        new.status, new.activated_at, new.dies_at = CardStatus.ACTIVE, at, None
    new.save()
