"""Soonest to expire is spent first, then the oldest; what never expires goes last.

A lot is what is left of one credit. It can be spent while available_at <= at < expires_at. Amounts are whole units.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

NEVER = datetime.max.replace(tzinfo=UTC)


class Lot(msgspec.Struct, gc=False):
    """`id` is that of the credit's entry. A lot made in this batch has a negative id until it is written; -1 is
    the first.
    """

    id: int
    amount: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None


class Draw(msgspec.Struct, frozen=True, gc=False):
    """So much of one lot; negative gives back."""

    lot: Lot
    amount: int


def spending_order(lot: Lot) -> tuple[datetime, bool, int]:
    """Sort key of spending: expiry, then age; lots of this batch are the youngest."""
    return (lot.expires_at or NEVER, lot.id < 0, abs(lot.id))


def is_spendable(lot: Lot, *, at: datetime) -> bool:
    return lot.remaining > 0 and lot.available_at <= at and (lot.expires_at is None or at < lot.expires_at)


def is_lapsed(lot: Lot, *, at: datetime) -> bool:
    """Past its end with something left: no longer spendable, and due to be expired."""
    return lot.remaining > 0 and lot.expires_at is not None and lot.expires_at <= at


def spendable_total(lots: Iterable[Lot], *, at: datetime) -> int:
    return sum(lot.remaining for lot in lots if is_spendable(lot, at=at))


def draw(lots: Sequence[Lot], *, wanted: int, at: datetime) -> list[Draw]:
    """Take up to `wanted` from the lots spendable at `at`, in spending order; the draws say what was found."""
    return _take(sorted((lot for lot in lots if is_spendable(lot, at=at)), key=spending_order), wanted)


def claw(lots: Sequence[Lot], *, own: int, wanted: int, at: datetime) -> list[Draw]:
    """Take back up to `wanted`: from the sale's own lot first, then from the others, latest to expire first, to
    hurt least.

    Pending lots count too; lapsed ones are gone for everybody.
    """
    live = [lot for lot in lots if lot.remaining > 0 and not is_lapsed(lot, at=at)]
    others = sorted((lot for lot in live if lot.id != own), key=spending_order, reverse=True)
    return _take([lot for lot in live if lot.id == own] + others, wanted)


def give_back(draws: Sequence[Draw], *, amount: int) -> list[Draw]:
    """Undo `amount` of a debit's draws, the newest draw first; what was already given back must be taken off before."""
    return [Draw(d.lot, -d.amount) for d in _cut(reversed(draws), amount)]


def _take(lots: Iterable[Lot], wanted: int) -> list[Draw]:
    return _cut((Draw(lot, lot.remaining) for lot in lots), wanted)


def _cut(draws: Iterable[Draw], wanted: int) -> list[Draw]:
    taken: list[Draw] = []
    for each in draws:
        if wanted == 0:
            break
        amount = min(each.amount, wanted)
        taken.append(Draw(each.lot, amount))
        wanted -= amount
    return taken
