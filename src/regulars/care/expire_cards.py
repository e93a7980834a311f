"""Cards that nobody has activated die when nobody buys with them for as long as cards of their kind live; what they
hold expires with them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM
from regulars.core.lots import Draw
from regulars.core.why import Expired
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.platform.again import looks_again
from regulars.platform.rows import fetch, run
from regulars.programs.book import Book, load_book

CARDS_AT_ONCE = 200

# Read without a lock: the look under the lock decides who is dead.
DUE = """
SELECT id, member_id FROM members_card WHERE status = 'stock' AND dies_at <= %(at)s
ORDER BY dies_at, id LIMIT %(limit)s
"""

# A purchase since then lets a card live on; it is asked again when that time is over.
LIVE_ON = """
UPDATE members_card AS card SET dies_at = living.dies_at
FROM (
    SELECT stock.id, (SELECT max(occurred_at) FROM sales_sale WHERE member_id = stock.member_id)
                     + make_interval(days => type.unused_days) AS dies_at
    FROM members_card AS stock JOIN cards_cardtype AS type ON type.code = stock.type_code
    WHERE stock.id = ANY(%(cards)s::bigint[]) ORDER BY stock.id FOR NO KEY UPDATE OF stock
) AS living
WHERE card.id = living.id AND living.dies_at > card.dies_at
"""

DIE = """
UPDATE members_card SET status = 'expired', status_reason = ''
WHERE id = ANY(%(cards)s::bigint[]) AND status = 'stock' AND dies_at <= %(at)s
RETURNING id, member_id, dies_at
"""


class Batch(msgspec.Struct, frozen=True):
    """How many cards were looked at, and how many of them died; none looked at: nothing is due any more."""

    seen: int
    died: int


def expire_cards_in_batches(*, at: datetime) -> Iterator[Batch]:
    """Let every card die whose time is over, a transaction for each batch; what a stop leaves over is found again."""
    while (batch := expire_cards(at=at)).seen:
        yield batch


@looks_again
def expire_cards(*, at: datetime, limit: int = CARDS_AT_ONCE) -> Batch:
    """Let up to `limit` cards die, with what their guests hold. The number of statements does not grow with them."""
    due = fetch(DUE, {"at": at, "limit": limit})
    if not due:
        return Batch(0, 0)
    guests = [member_id for _, member_id in due if member_id is not None]
    book = load_book()
    wallets = lock_wallets(guests, units=book.units, at=at, giving=guests)
    cards = [card_id for card_id, _ in due]
    run(LIVE_ON, {"cards": cards})
    died = fetch(DIE, {"cards": cards, "at": at})
    ends = {member_id: (card_id, dies_at) for card_id, member_id, dies_at in died if member_id is not None}
    lost = _expire([wallet for (holder, _), wallet in wallets.items() if holder in ends], ends, book=book, at=at)
    record_events([_event(card_id, member_id, lost.get(member_id, {})) for card_id, member_id, _ in died], at=at)
    return Batch(len(due), len(died))


def _expire(
    wallets: Sequence[Wallet], ends: dict[int, tuple[int, datetime]], *, book: Book, at: datetime
) -> dict[int, dict[str, int]]:
    """Write off what these hold, lot by lot; return how much of each unit, by guest."""
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    lost: dict[int, dict[str, int]] = {}
    for wallet in wallets:
        card_id, dies_at = ends[wallet.holder_id]
        for lot in list(wallet.open_lots):
            if lot.free == 0:
                continue
            note = Note(
                key=f"card/{card_id}/lot/{lot.id}",
                occurred_at=at,
                by=SYSTEM,
                why=Expired(lot.id, lot.amount, dies_at),
            )
            lost.setdefault(wallet.holder_id, {}).setdefault(wallet.unit, 0)
            lost[wallet.holder_id][wallet.unit] += lot.free
            journal.debit(wallet, kind=Kind.EXPIRE, draws=[Draw(lot, lot.free)], amount=lot.free, note=note)
    journal.write()
    return lost


def _event(card_id: int, member_id: int | None, lost: dict[str, int]) -> NewEvent:
    facts = {"lost": lost} if lost else {}
    return NewEvent(action="card.expired", about="card", about_id=card_id, member_id=member_id, by=SYSTEM, facts=facts)
