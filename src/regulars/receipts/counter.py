"""A receipt on the counter: what it decides about is locked in the one order that every batch locks in."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from regulars.core.actor import Actor, actor_of
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import check_awaiting
from regulars.core.sale import NewSale, SaleLine, Tender
from regulars.ledger.lock import Wallets, ask_wallets
from regulars.ledger.lots import Waiting, ask_waiting
from regulars.platform.rows import together
from regulars.programs.book import Book, load_book
from regulars.receipts.models import Receipt
from regulars.receipts.promise import event_of
from regulars.receipts.promise import withdraw as withdraw_promise
from regulars.receipts.refusals import ReceiptNotFound
from regulars.sales.member_states import ask_shared, scopes_of
from regulars.sales.sold import load_sold

LOOKS = 3
MOMENT = timedelta(microseconds=1)


class Counter(msgspec.Struct, kw_only=True):
    """A receipt that waits, with its member's wallets, all locked until the transaction ends."""

    receipt: Receipt
    book: Book
    wallets: Wallets
    waiting: list[Waiting]

    def withdraw(self, outcome: str, *, at: datetime, by: Actor) -> None:
        """Take back what the receipt promised, because it was `confirmed`, `rejected`, `lapsed` or `changed`."""
        withdraw_promise(
            [(unit, amount) for unit, amount in self.receipt.promised],
            receipt_id=self.receipt.pk,
            member_id=self.receipt.member_id,
            outcome=outcome,
            wallets=self.wallets,
            waiting=self.waiting,
            book=self.book,
            at=at,
            by=by,
        )


def put_on_counter(receipt_id: int, *, at: datetime, waits_at: datetime | None = None) -> Counter:
    """Lock what members share, then the accounts, then the receipt; what is decided is read under the locks.

    It has to wait still, at `at` or just before `waits_at`.

    Refuses ReceiptNotFound, NotAwaiting.
    """
    book = load_book()
    for _ in range(LOOKS):
        seen = find_receipt(receipt_id)
        corrected = load_sold([seen.corrects_id]).get(seen.corrects_id) if seen.corrects_id else None
        program = book.compiled_at(seen.occurred_at)
        scopes = [(program, scopes_of(card_id=None, cashier=seen.keyed_by, store_id=seen.store_id))]
        members = {seen.member_id}
        if corrected is not None:
            scopes.append((book.compiled_at(corrected.occurred_at), corrected.scopes))
            members |= {corrected.member_id} if corrected.member_id else set()
        with together():
            shared = ask_shared(scopes, lock=True)
            asked = ask_wallets(members, units=book.units, at=at, giving=members)
            waiting = ask_waiting(members, [event_of(receipt_id)])
        shared()
        wallets = asked()
        receipt = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("store").get(pk=seen.pk)
        if receipt.member_id == seen.member_id:
            check_awaiting(receipt.state, receipt.lapses_at, waits_at - MOMENT if waits_at else at)  # type: ignore[arg-type]
            return Counter(receipt=receipt, book=book, wallets=wallets, waiting=waiting())
    raise ReceiptNotFound()


def find_receipt(receipt_id: int) -> Receipt:
    """Refuses ReceiptNotFound."""
    found = Receipt.objects.select_related("store").filter(pk=receipt_id).first()
    if found is None:
        raise ReceiptNotFound()
    return found


def sale_from(receipt: Receipt, *, approver: str | None = None) -> NewSale:
    """Return the sale that a receipt stands for, as its till would have sent it; who keyed it sold it."""
    return NewSale(
        external_id=receipt.number,
        store=receipt.store.code,
        occurred_at=receipt.occurred_at,
        total_minor=receipt.total_minor or 0,
        lines=_read(receipt.lines, tuple[SaleLine, ...]),
        tenders=_read(receipt.tenders, tuple[Tender, ...]),
        member=MemberHandle(id=str(receipt.member_id)),
        cashier=receipt.keyed_by,
        by=actor_of(receipt.keyed_by, approver=approver),
    )


def _read(kept: Any, kind: Any) -> Any:
    return msgspec.convert(kept, kind)
