"""A refund that should not have been: on its own day it can be undone, and everything it moved moves back."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.core.settling import Earning, put_stamps
from regulars.core.unsettling import Reconsidered, carry_again, climb_back, count_again
from regulars.core.why import TakenBack
from regulars.ledger.journal import Journal
from regulars.ledger.statement import EntryView, entries_about
from regulars.ledger.undo import undo_entries
from regulars.ledger.wallet import Balance
from regulars.platform.rows import fetch, run
from regulars.programs.book import Book, load_book
from regulars.rewards.issue import restore_withdrawn
from regulars.sales.answers import Refunded
from regulars.sales.bring import Bringing
from regulars.sales.case import reconsider
from regulars.sales.decide import balances_of
from regulars.sales.desk import Desk, open_desk
from regulars.sales.refusals import WrongStore
from regulars.sales.sold import EarlierRefund, Sold

SALE_OF = "SELECT sale_id FROM sales_refund WHERE id = %(id)s"

UNDO = """
WITH refund AS (
    UPDATE sales_refund SET undone_at = %(at)s, undone_by = %(by)s WHERE id = %(refund)s
)
UPDATE sales_sale SET refunded_minor = %(refunded)s WHERE id = %(sale)s
"""


class RefundNotFound(Refusal):
    code = "refund_not_found"


class RefundUndoTooLate(Refusal):
    """A refund can be undone on the day it was made, in the program's time zone."""

    code = "refund_undo_too_late"

    def __init__(self, *, refunded_at: datetime) -> None:
        self.refunded_at = refunded_at


class RefundNotLast(Refusal):
    """More of the sale came back after this refund: undo the later one first."""

    code = "refund_not_last"

    def __init__(self, *, later_id: str) -> None:
        self.later_id = later_id


class UndoneRefund(msgspec.Struct, frozen=True, kw_only=True):
    """`money_minor` is what the customer hands back. `replayed`: it was undone before."""

    refund_id: int
    sale_id: int
    money_minor: int
    balances: tuple[Balance, ...] = ()
    replayed: bool = False


@transaction.atomic
def undo_refund(*, refund_id: int, reason: str, at: datetime, by: Actor, only_store: str | None = None) -> UndoneRefund:
    """Undo a sale's newest refund on its day: what it took back returns to its lots, what it gave back is taken again.

    Caps, stamps and levels follow. Undoing it again changes nothing. Refuses: RefundNotFound, WrongStore,
    RefundUndoTooLate, RefundNotLast.
    """
    book = load_book()
    rows = fetch(SALE_OF, {"id": refund_id})
    if not rows:
        raise RefundNotFound()
    desk = open_desk({rows[0][0]}, book=book, at=at, lock=True)
    sold = desk.sold[rows[0][0]]
    refund = next(each for each in sold.refunds if each.id == refund_id)
    if only_store is not None and sold.store != only_store:
        raise WrongStore(allowed=only_store)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    money_minor = msgspec.json.decode(refund.outcome, type=Refunded).money_minor
    if refund.is_undone:
        balances = _balances(sold, desk, book, journal)
        return UndoneRefund(
            refund_id=refund_id, sale_id=sold.id, money_minor=money_minor, balances=balances, replayed=True
        )
    _check(sold, refund, book, at=at)
    _move_back(sold, refund, desk=desk, book=book, journal=journal, by=by, reason=reason)
    refunded = sold.refunded_minor - refund.amount_minor
    run(UNDO, {"at": at, "by": by.tag, "refund": refund_id, "refunded": refunded, "sale": sold.id})
    facts = {"refund": str(refund_id), "amount_minor": refund.amount_minor}
    record_event(
        action="sale.refund_undone",
        about="sale",
        about_id=sold.id,
        member_id=sold.member_id,
        store_id=sold.store_id,
        facts=facts,
        at=at,
        by=by,
    )
    balances = _balances(sold, desk, book, journal)
    return UndoneRefund(refund_id=refund_id, sale_id=sold.id, money_minor=money_minor, balances=balances)


def _check(sold: Sold, refund: EarlierRefund, book: Book, *, at: datetime) -> None:
    if refund.recorded_at.astimezone(book.zone).date() != at.astimezone(book.zone).date():
        raise RefundUndoTooLate(refunded_at=refund.recorded_at)
    later = [each for each in sold.refunds if each.id > refund.id and not each.is_undone]
    if later:
        raise RefundNotLast(later_id=str(later[-1].id))


def _move_back(
    sold: Sold, refund: EarlierRefund, *, desk: Desk, book: Book, journal: Journal, by: Actor, reason: str
) -> None:
    about = f"sale/{sold.id}/refund/{refund.id}"
    clawed = [view for view in entries_about(f"{about}/") if isinstance(view.why, TakenBack)]
    wallets = [wallet for wallet in desk.wallets.values() if wallet.holder_id == sold.member_id]
    held = {wallet.unit: wallet.balance - wallet.lapsed for wallet in wallets}
    undo_entries(f"{about}/", about=f"sale/{sold.id}/", wallets=wallets, journal=journal, by=by, reason=reason)
    bringing = Bringing(at=journal.at, book=book, wallets=desk.wallets, journal=journal)
    keys: list[str] = []
    if sold.member_id is not None and sold.version_id is not None:
        program = book.version(sold.version_id)
        again = reconsider(_without(sold, refund), program, refunded_minor=sold.refunded_minor, returned=refund.lines)
        earning = _count_again(sold, again, clawed, desk=desk, book=book, held=held)
        bringing.take(
            earning,
            program=program,
            member_id=sold.member_id,
            about=f"{about}/undo",
            occurred_at=journal.at,
            by=by,
        )
        keys = [each.key for each in bringing.rewards]
    journal.write()
    desk.states.write(bringing.moved, at=journal.at)
    restore_withdrawn(keys, at=journal.at, by=by)
    # What was not withdrawn is still there, and is not given twice; what is new since is given now.
    bringing.write()


def _without(sold: Sold, refund: EarlierRefund) -> Sold:
    return msgspec.structs.replace(
        sold,
        refunded_minor=sold.refunded_minor - refund.amount_minor,
        refunds=[each for each in sold.refunds if each.id != refund.id],
    )


def _count_again(
    sold: Sold, again: Reconsidered, clawed: list[EntryView], *, desk: Desk, book: Book, held: dict[str, int]
) -> Earning:
    """Count what the refund had taken off: in the caps of the sale's period, on the cards, towards the levels."""
    program, member_id = again.program, sold.member_id
    assert member_id is not None, "somebody's sale"
    state = desk.states.find(member_id, sold.joined_at, units=book.units)
    taken = {view.key.rpartition("/part/")[2]: -view.amount for view in clawed}
    back = again.undone()
    count_again(back, state, shared=desk.states.shared(program, sold.scopes))
    carry_again(back, state.tally, taken=taken)
    desk.states.note(program, member_id, sold.scopes)
    earning = Earning(awards=[], facts=sold.facts)
    for part, amount in taken.items():
        card = part.partition("~")[0]
        if card in program.cards and amount:
            state.balances[card] = held.get(card, 0)
            earning.stamped[card] = put_stamps(program, state, card, amount, book.version)
    earning.moves = climb_back(back, state)
    return earning


def _balances(sold: Sold, desk: Desk, book: Book, journal: Journal) -> tuple[Balance, ...]:
    if sold.member_id is None:
        return ()
    return balances_of(sold.member_id, wallets=desk.wallets, book=book, journal=journal)
