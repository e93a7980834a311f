"""When a batch is printed its PINs are sealed: only marks of them are kept, and nobody can read them again."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.batches import OPEN, lock_batch
from regulars.cards.models import CardBatch
from regulars.cards.pins import hash_pin, pin_of
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.platform.rows import encode_rows, fetch, run

CARDS_AT_ONCE = 1_000

NEXT = """
SELECT id, number FROM members_card
WHERE batch_id = %(batch)s AND id > %(after)s AND pin_hash IS NULL AND activated_at IS NULL
ORDER BY id LIMIT %(limit)s
"""

KEEP = """
UPDATE members_card AS card SET pin_hash = decode(r.pin_hash, 'hex')
FROM json_to_recordset(%(rows)s::json) AS r(id bigint, pin_hash text)
WHERE card.id = r.id AND card.pin_hash IS NULL
"""


class BatchIsOpen(Refusal):
    """Cards of this batch are still being made: wait, or stop it."""

    code = "card_batch_open"


@transaction.atomic
def ask_seal(batch_id: int, *, at: datetime, by: Actor) -> None:
    """Seal a batch's PINs: they cannot be printed from this moment on, and a job makes their marks.

    Refuses: UnknownBatch, BatchIsOpen. One that is sealed, or has no PINs, stays as it is.
    """
    batch = lock_batch(batch_id)
    if batch.state in OPEN:
        raise BatchIsOpen()
    if batch.secret is None or batch.seal_asked_at is not None:
        return
    batch.seal_asked_at = at
    batch.save(update_fields=["seal_asked_at"])
    record_event(action="card_batch.sealed", about="card_batch", about_id=batch_id, at=at, by=by)


def seal_batch(batch_id: int, *, at: datetime) -> Iterator[int]:
    """Make the marks of a batch's PINs, part by part; tell how many each part had. Runs on where it was stopped."""
    last = 0
    while sealed := seal_part(batch_id, after=last, at=at):
        last = sealed[-1]
        yield len(sealed)


@transaction.atomic
def seal_part(batch_id: int, *, after: int, at: datetime, limit: int = CARDS_AT_ONCE) -> list[int]:
    """Make the marks of the next cards behind the card `after`, and return which; none were left where there are none.

    When there are all of them, what the PINs were made with is forgotten.
    """
    batch = CardBatch.objects.select_for_update().filter(pk=batch_id, seal_asked_at__isnull=False).first()
    if batch is None or batch.secret is None:
        return []
    cards = fetch(NEXT, {"batch": batch_id, "after": after, "limit": limit})
    if not cards:
        batch.secret, batch.sealed_at = None, at
        batch.save(update_fields=["secret", "sealed_at"])
        return []
    secret, digits = bytes(batch.secret), batch.pin_digits
    rows = [
        {"id": card_id, "pin_hash": hash_pin(number, pin_of(number, digits=digits, batch_secret=secret)).hex()}
        for card_id, number in cards
    ]
    run(KEEP, {"rows": encode_rows(rows)})
    return [card_id for card_id, _ in cards]
