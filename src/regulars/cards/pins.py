"""The PIN under a card's scratch field: counted from the number until the batch is sealed, then known by a mark only.

Wrong guesses are counted in the database, under a lock, so that a hundred at once are no more than one by one.
"""

import hmac
import os
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from regulars.cards.anonymous import find_anonymous
from regulars.cards.models import CardBatch, WrongPins
from regulars.core.pin_tries import MOST_WRONG, lock_for
from regulars.core.refusals import Refusal
from regulars.members.models import Card, CardStatus
from regulars.platform.rows import fetch, run
from regulars.platform.sealing import keyed_hash

PURPOSE = "card-pin"
SALT = 16
ITERATIONS, MEMORY_KIB = 2, 1_024
"""A thousandth of a second for each PIN of a batch; what a guess costs is decided by the key beside the database."""

ACTOR_AN_HOUR = 30
MEMBER_AN_HOUR = 5
HOUR = timedelta(hours=1)

# Whoever asks waits here for the others who ask in the same name: the count is exact, whatever comes at once.
COUNT = """
INSERT INTO cards_wronglookups (who, since, wrong)
SELECT who, %(at)s, 0 FROM unnest(%(who)s::text[]) AS who ORDER BY who COLLATE "C"
ON CONFLICT (who) DO UPDATE SET
    wrong = CASE WHEN cards_wronglookups.since <= %(earlier)s THEN 0 ELSE cards_wronglookups.wrong END,
    since = CASE WHEN cards_wronglookups.since <= %(earlier)s THEN excluded.since ELSE cards_wronglookups.since END
RETURNING who, wrong, since
"""

ADD = "UPDATE cards_wronglookups SET wrong = wrong + 1 WHERE who = ANY(%(who)s::text[])"

FORGET = "DELETE FROM cards_wronglookups WHERE since <= %(earlier)s"


class CardUnusable(Refusal):
    """No card of this number can be activated with this PIN: it is not said which of the two is wrong, nor that there
    were too many guesses.
    """

    code = "not_found_or_unusable"


class TooManyGuesses(Refusal):
    """This caller, or this member, asked for cards in vain too often: not before `again_at`."""

    code = "too_many_guesses"

    def __init__(self, *, again_at: datetime) -> None:
        self.again_at = again_at


def pin_of(number: str, *, digits: int, batch_secret: bytes) -> str:
    """Return the PIN that is printed on a card: nobody counts it without the installation's data key."""
    mark = keyed_hash(f"{batch_secret.hex()}/{number}", purpose=PURPOSE)
    return f"{int(mark, 16) % 10**digits:0{digits}d}"


def hash_pin(number: str, pin: str) -> bytes:
    """Return what is kept of a PIN: Argon2id over an HMAC whose key is not in the database."""
    salt = os.urandom(SALT)
    return salt + _derive(number, pin, salt)


def guess_pin(number: str, pin: str | None, *, limits: Mapping[str, int], at: datetime) -> Card | Refusal:
    """Return the card in stock that has this number and PIN; or the refusal, which the caller must answer and not
    raise, so that the wrong guess stays counted.

    A card without a PIN needs none. `limits`: how often each of those who ask may be wrong in an hour. After five wrong
    PINs a card rests for 15 minutes, after each further one twice as long. Refuses: CardUnusable, TooManyGuesses.
    """
    asking = sorted(limits)
    counted = fetch(COUNT, {"who": asking, "at": at, "earlier": at - HOUR})
    too_many = [since + HOUR for who, wrong, since in counted if wrong >= limits[who]]
    if too_many:
        return TooManyGuesses(again_at=max(too_many))
    card = Card.objects.filter(number=number, status=CardStatus.STOCK).first()
    anonymous = find_anonymous([number]).get(number)
    if card is None or anonymous is None or anonymous.is_dead(at):
        _derive(number, pin or "", bytes(SALT))  # as long as a wrong PIN takes
    elif _is_right(card, pin or "", at=at):
        return card
    run(ADD, {"who": asking})
    return CardUnusable()


def forget_wrong_look_ups(*, at: datetime) -> int:
    """Delete the counts of hours that are over; how many there were."""
    return run(FORGET, {"earlier": at - HOUR})


def _is_right(card: Card, pin: str, *, at: datetime) -> bool:
    """Check a PIN under the lock of the card's count, and count it if it is wrong."""
    WrongPins.objects.get_or_create(card=card)
    known = WrongPins.objects.select_for_update().get(card=card)
    if known.locked_until is not None and known.locked_until > at:
        _derive(card.number, pin, bytes(SALT))
        return False
    if _matches(card, "".join(pin.split())):
        known.wrong, known.locked_until = 0, None
        known.save()
        return True
    known.wrong += 1
    if known.wrong >= MOST_WRONG:
        known.locked_until = at + lock_for(known.wrong - MOST_WRONG)
    known.save()
    return False


def _matches(card: Card, pin: str) -> bool:
    if card.pin_hash is not None:
        kept = bytes(card.pin_hash)
        return hmac.compare_digest(kept[SALT:], _derive(card.number, pin, kept[:SALT]))
    _derive(card.number, pin, bytes(SALT))
    batch = None if card.batch_id is None else CardBatch.objects.filter(pk=card.batch_id).first()
    if batch is None or batch.secret is None:
        return pin == ""
    printed = pin_of(card.number, digits=batch.pin_digits, batch_secret=bytes(batch.secret))
    return hmac.compare_digest(printed.encode(), pin.encode())


def _derive(number: str, pin: str, salt: bytes) -> bytes:
    mark = keyed_hash(f"{number}/{pin}", purpose=PURPOSE)
    return Argon2id(salt=salt, length=32, iterations=ITERATIONS, lanes=1, memory_cost=MEMORY_KIB).derive(mark.encode())
