"""Cards that are printed before anybody has them are made in batches: thousands at once, each number once.

A batch is made in parts, each a transaction of its own that moves the batch's place on: whoever is stopped in between
goes on where it was.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.listed import ListedCard, read_listed
from regulars.cards.models import BatchState, CardBatch, CardType
from regulars.cards.pins import hash_pin
from regulars.cards.types import UnknownCardType
from regulars.core.actor import Actor
from regulars.core.card_numbers import Pattern, check_pattern, make_numbers
from regulars.core.identifiers import InvalidCard, clean_card
from regulars.core.refusals import Refusal
from regulars.platform.rows import encode_rows, fetch

MOST_AT_ONCE = 1_000_000
PART = 5_000
SECRET_BYTES = 32
FAULTS_KEPT = 200
OPEN = (BatchState.WAITING, BatchState.RUNNING)

# A number that somebody has already is left to them; the batch makes another one, or skips it.
INSERT = """
INSERT INTO members_card (number, status, type_code, batch_id, pin_hash, issued_at, dies_at, status_reason, rank)
SELECT number, 'stock', %(type)s, %(batch)s, decode(pin_hash, 'hex'), %(at)s, %(dies_at)s, '', %(rank)s
FROM json_to_recordset(%(rows)s::json) AS r(number text, pin_hash text)
ORDER BY number COLLATE "C"
ON CONFLICT DO NOTHING
RETURNING number
"""


class InvalidBatch(Refusal):
    """A batch has a name and makes 1 to 1,000,000 cards; a list has at least one number."""

    code = "invalid_batch"

    def __init__(self, *, field: str) -> None:
        self.field = field


class BatchKeyReused(Refusal):
    """The same key came with another batch."""

    code = "key_reused"


class UnknownBatch(Refusal):
    """There is no such batch."""

    code = "batch_not_found"


class NewBatch(msgspec.Struct, frozen=True, kw_only=True):
    """`count` cards by a `pattern`, the running number from `start` on; or the cards of a list (`numbers`, CSV: number
    and, if they have one, PIN) that are printed already.
    """

    type: str
    name: str
    pattern: Pattern | None = None
    count: int = 0
    start: int = 1
    numbers: bytes | None = None

    @property
    def hash(self) -> bytes:
        """Stand for exactly this: another name, number or list gives another hash."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).digest()


@transaction.atomic
def ask_batch(new: NewBatch, *, key: str, at: datetime, by: Actor) -> CardBatch:
    """Note that a batch is wanted; a job makes it. The same key again is the same batch.

    Refuses: BatchKeyReused, UnknownCardType, InvalidBatch, InvalidPattern, InvalidList.
    """
    if earlier := CardBatch.objects.filter(key=key).first():
        return _check_same(earlier, new)
    card_type = CardType.objects.filter(code=new.type).first()
    if card_type is None:
        raise UnknownCardType(card_type=new.type)
    name = " ".join(new.name.split())
    if not (1 <= len(name) <= 64 and name.isprintable()):
        raise InvalidBatch(field="name")
    count = new.count if new.numbers is None else len(read_listed(new.numbers))
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidBatch(field="count" if new.numbers is None else "numbers")
    has_pattern = new.numbers is None
    if has_pattern:
        if new.pattern is None:
            raise InvalidBatch(field="pattern")
        check_pattern(new.pattern, count=count, start=new.start)
    made = {
        "type": card_type,
        "name": name,
        "pattern": new.pattern.text if has_pattern and new.pattern else "",
        "check_digit": new.pattern.check_digit if has_pattern and new.pattern else "",
        "numbers": new.numbers,
        "wanted": count,
        "start": new.start,
        "next_start": new.start,
        "pin_digits": card_type.pin_digits if has_pattern else 0,
        "secret": secrets.token_bytes(SECRET_BYTES) if has_pattern and card_type.pin_digits else None,
        "created_at": at,
        "created_by": by.tag,
        "asked_hash": new.hash,
    }
    batch, is_new = CardBatch.objects.get_or_create(key=key, defaults=made)
    if not is_new:  # the same form came twice at once
        return _check_same(batch, new)
    facts = {"type": card_type.code, "count": count, "batch": name}
    record_event(action="card_batch.asked", about="card_batch", about_id=batch.pk, facts=facts, at=at, by=by)
    return batch


def _check_same(earlier: CardBatch, new: NewBatch) -> CardBatch:
    if bytes(earlier.asked_hash) != new.hash:
        raise BatchKeyReused()
    return earlier


@transaction.atomic
def stop_batch(batch_id: int, *, at: datetime, by: Actor) -> None:
    """Make no more cards of a batch; those that are made stay. Refuses: UnknownBatch."""
    batch = lock_batch(batch_id)
    if batch.state not in OPEN:
        return
    batch.state, batch.finished_at = BatchState.STOPPED, at
    batch.save(update_fields=["state", "finished_at"])
    facts = {"made": batch.made}
    record_event(action="card_batch.stopped", about="card_batch", about_id=batch_id, facts=facts, at=at, by=by)


def make_batch(batch_id: int, *, at: datetime) -> Iterator[int]:
    """Make a batch part by part; tell after each how many cards there are now. Runs on where it was stopped."""
    kept = CardBatch.objects.filter(pk=batch_id, state__in=OPEN).values_list("numbers", flat=True).first()
    listed = None if kept is None else read_listed(bytes(kept))
    while (made := make_part(batch_id, listed=listed, at=at)) is not None:
        yield made


@transaction.atomic
def make_part(
    batch_id: int, *, at: datetime, size: int = PART, listed: Sequence[ListedCard] | None = None
) -> int | None:
    """Make the next `size` cards of a batch; return how many there are, None when nothing is left to do. `listed` is
    its list where it has one, read once for all parts.
    """
    open_batches = CardBatch.objects.select_for_update(of=("self",)).select_related("type").defer("numbers")
    batch = open_batches.filter(pk=batch_id, state__in=OPEN).first()
    if batch is None:
        return None
    batch.state = BatchState.RUNNING
    if listed is None:
        _make_by_pattern(batch, size, at=at)
        is_over = batch.made >= batch.wanted or _is_used_up(batch)
    else:
        _register_listed(batch, listed[batch.seen : batch.seen + size], at=at)
        is_over = batch.seen >= batch.wanted
    if is_over:
        batch.state, batch.finished_at = BatchState.DONE, at
        if listed is not None:
            batch.numbers = b""
    batch.save()
    return batch.made


def lock_batch(batch_id: int) -> CardBatch:
    """Return the batch, locked until the transaction ends. Refuses: UnknownBatch."""
    batch = CardBatch.objects.select_for_update().defer("numbers").filter(pk=batch_id).first()
    if batch is None:
        raise UnknownBatch()
    return batch


def _make_by_pattern(batch: CardBatch, size: int, *, at: datetime) -> None:
    pattern = Pattern(text=batch.pattern, check_digit=batch.check_digit or "luhn")  # type: ignore[arg-type]
    count = min(size, batch.wanted - batch.made)
    if pattern.running:
        # Numbers that are taken already count as skipped: a running number never comes back.
        count = min(count, batch.start + batch.wanted - batch.next_start)
    numbers = make_numbers(pattern, count=count, start=batch.next_start, choose=secrets.choice)
    made = _insert(batch, [{"number": number} for number in dict.fromkeys(numbers)], at=at)
    batch.next_start += count
    batch.made += len(made)
    if pattern.running:
        batch.skipped += count - len(made)


def _is_used_up(batch: CardBatch) -> bool:
    return "*" in batch.pattern and batch.next_start >= batch.start + batch.wanted


def _register_listed(batch: CardBatch, part: Sequence[ListedCard], *, at: datetime) -> None:
    wanted: dict[str, ListedCard] = {}
    faults: list[dict[str, Any]] = []
    for each in part:
        try:
            number = clean_card(each.number)
        except InvalidCard:
            faults.append({"line": each.line, "number": each.number[:64], "why": "invalid_card"})
            continue
        if number in wanted:
            faults.append({"line": each.line, "number": number, "why": "twice"})
        else:
            wanted[number] = each
    rows = [
        {"number": number, "pin_hash": hash_pin(number, each.pin).hex() if each.pin else None}
        for number, each in wanted.items()
    ]
    made = _insert(batch, rows, at=at)
    faults += [
        {"line": each.line, "number": number, "why": "taken"} for number, each in wanted.items() if number not in made
    ]
    batch.faults = [*batch.faults, *sorted(faults, key=lambda fault: fault["line"])][:FAULTS_KEPT]
    batch.seen += len(part)
    batch.made += len(made)
    batch.skipped += len(part) - len(made)


def _insert(batch: CardBatch, rows: Sequence[dict[str, Any]], *, at: datetime) -> set[str]:
    days = batch.type.unused_days
    ranks = batch.type.ranks
    return {
        number
        for (number,) in fetch(
            INSERT,
            {
                "type": batch.type_id,
                "batch": batch.pk,
                "rows": encode_rows(rows),
                "at": at,
                "dies_at": None if days is None else at + timedelta(days=days),
                "rank": ranks[0]["code"] if ranks and not batch.type.tier_set else "",
            },
        )
    }
