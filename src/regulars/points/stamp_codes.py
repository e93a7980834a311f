"""One-time codes on slips of paper: made in batches, kept as hashes, each good for stamps on one member's card."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.claiming import RewardNotFound
from regulars.core.refusals import Refusal
from regulars.platform.rows import encode_rows, run
from regulars.points.card_in_hand import CardNow, CardUnknown, open_card
from regulars.points.models import StampCode
from regulars.points.self_stamping import fetch_stamps, rest_of
from regulars.programs.book import load_book
from regulars.rewards.issue import ALPHABET
from regulars.rewards.use import place_of

LENGTH = 16
"""80 random bits: nobody guesses one, so a plain hash keeps them."""

MOST_AT_ONCE = 10_000

INSERT = """
INSERT INTO points_stampcode (card, code_hash, batch, stamps, made_at, usable_until)
SELECT %(card)s, decode(code_hash, 'hex'), %(batch)s, %(stamps)s, %(at)s, %(until)s
FROM json_to_recordset(%(rows)s::json) AS r(code_hash text)
"""


class InvalidCodes(Refusal):
    """1 to 10,000 codes at once, each for 1 to 100 stamps, in a batch with a name."""

    code = "invalid_codes"

    def __init__(self, *, field: str) -> None:
        self.field = field


@transaction.atomic
def make_stamp_codes(
    *, card: str, count: int, batch: str, at: datetime, by: Actor, stamps: int = 1, usable_until: datetime | None = None
) -> list[str]:
    """Make `count` codes for a card and return them: they are shown once, and only their hashes are kept.

    Refuses: InvalidCodes, CardUnknown.
    """
    for field, is_sound in (
        ("count", 1 <= count <= MOST_AT_ONCE),
        ("stamps", 1 <= stamps <= 100),
        ("batch", 1 <= len(batch.strip()) <= 64 and batch.isprintable()),
        ("usable_until", usable_until is None or usable_until > at),
    ):
        if not is_sound:
            raise InvalidCodes(field=field)
    if card not in load_book().compiled_at(at).cards:
        raise CardUnknown(card=card)
    codes = [_code() for _ in range(count)]
    rows = encode_rows([{"code_hash": _hash(code).hex()} for code in codes])
    run(INSERT, {"card": card, "batch": batch.strip(), "stamps": stamps, "at": at, "until": usable_until, "rows": rows})
    facts = {"card": card, "count": count, "stamps": stamps, "batch": batch.strip()}
    record_event(action="stamp_codes.made", about="stamp_codes", about_id=0, facts=facts, at=at, by=by)
    return codes


@transaction.atomic
def use_stamp_code(*, code: str, member_id: int, at: datetime, by: Actor, store: str = "") -> CardNow:
    """Put a code's stamps on a member's card, once; the same member with the same code again changes nothing.

    A code that nobody knows, that is over or was used by somebody else is refused alike. Refuses: RewardNotFound,
    PlaceUnknown, UnknownMember, Blocked, and what `fetch_stamps` refuses, which leaves the code unused.
    """
    hashed = _hash(code)
    seen = StampCode.objects.filter(code_hash=hashed).first()
    book = load_book()
    if seen is None or seen.card not in book.compiled_at(at).cards:
        raise RewardNotFound()
    hand = open_card(member_id=member_id, card=seen.card, book=book, at=at)
    kept = StampCode.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if kept.used_at is not None and kept.member_id == member_id:
        return hand.now(put=kept.stamps, state=hand.state, held=hand.held, replayed=True)
    if kept.used_at is not None or (kept.usable_until is not None and kept.usable_until <= at):
        raise RewardNotFound()
    done = fetch_stamps(
        hand,
        kept.stamps,
        source="stamp_code",
        key=f"code/{kept.pk}",
        rest=rest_of(hand.card),
        place=place_of(store),
        at=at,
        by=by,
    )
    StampCode.objects.filter(pk=kept.pk).update(used_at=at, member_id=member_id)
    record_event(
        action="stamp_code.used",
        about="stamp_code",
        about_id=kept.pk,
        member_id=member_id,
        facts={"card": kept.card, "stamps": done.put},
        at=at,
        by=by,
    )
    return done


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _hash(code: str) -> bytes:
    cleaned = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(cleaned.encode()).digest()
