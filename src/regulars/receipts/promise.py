"""What a receipt would earn is in the member's wallet while it waits: seen as pending, spent by nobody."""

from collections.abc import Iterable
from datetime import datetime

from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.life import RECEIPT, WAITS, Life, Promise
from regulars.core.lots import Draw
from regulars.core.why import Promised, Withdrawn
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.lots import Waiting
from regulars.ledger.models import Kind
from regulars.programs.book import Book
from regulars.sales.answers import Earned

Promises = list[tuple[str, int]]
"""Units by code, and how much of each."""


def event_of(receipt_id: int) -> str:
    """Return what the receipt's promise waits for; it never happens: the promise is withdrawn and the sale earns."""
    return f"{RECEIPT}{receipt_id}"


def worth_promising(earned: Iterable[Earned], program: Compiled) -> Promises:
    """Return what is promised of a quote. Stamps are not: a card shows those it has."""
    return [(each.unit, each.awarded) for each in earned if each.awarded and each.unit not in program.cards]


def promise(
    promised: Promises,
    *,
    receipt_id: int,
    member_id: int,
    total_minor: int,
    wallets: Wallets,
    book: Book,
    at: datetime,
    by: Actor,
) -> None:
    """Put what a receipt promises into locked wallets."""
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    for unit, amount in promised:
        journal.credit(
            wallets[member_id, unit],
            kind=Kind.PROMISE,
            amount=amount,
            life=Life(available_at=WAITS, promise=Promise(event=event_of(receipt_id))),
            note=Note(
                key=f"receipt/{receipt_id}/{unit}",
                occurred_at=at,
                by=by,
                why=Promised(receipt=receipt_id, total_minor=total_minor),
            ),
        )
    journal.write()


def withdraw(
    promised: Promises,
    *,
    receipt_id: int,
    member_id: int,
    outcome: str,
    wallets: Wallets,
    waiting: Iterable[Waiting],
    book: Book,
    at: datetime,
    by: Actor,
) -> None:
    """Take a promise out of locked wallets that came with their lots. What repaid a debt meanwhile is owed again."""
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    own = {wait.lot_id for wait in waiting if wait.promise.event == event_of(receipt_id)}
    for unit, amount in promised:
        wallet = wallets[member_id, unit]
        journal.debit(
            wallet,
            kind=Kind.WITHDRAW,
            draws=[Draw(lot, lot.remaining) for lot in wallet.open_lots if lot.id in own],
            amount=amount,
            note=Note(
                key=f"receipt/{receipt_id}/{unit}",
                occurred_at=at,
                by=by,
                why=Withdrawn(receipt=receipt_id, outcome=outcome),
            ),
        )
    journal.write()
