"""Soonest to expire is spent first, then the oldest; what has no day goes last.

A lot is what is left of one credit. It can be spent while available_at <= at < expires_at, but for what an open basket
holds of it. Amounts are whole units.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

NEVER = datetime.max.replace(tzinfo=UTC)


class Lot(msgspec.Struct, gc=False):
    """`id` is that of the credit's entry. A lot made in this batch has a negative id until it is written; -1 is
    the first.

    `held` is reserved for open baskets. With `dies_idle`, `expires_at` is when it dies if the member stays away.
    """

    id: int
    amount: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    dies_idle: bool = False
    held: int = 0

    @property
    def free(self) -> int:
        """What nobody holds."""
        return self.remaining - self.held


class Draw(msgspec.Struct, frozen=True, gc=False):
    """So much of one lot; negative gives back."""

    lot: Lot
    amount: int


def spending_order(lot: Lot) -> tuple[datetime, int, bool, int]:
    """Sort key of spending: what ends on a day by its end, then what dies with idleness, then what stays; among equals
    by age, and lots of this batch are the youngest.
    """
    if lot.dies_idle:
        return (NEVER, 1, lot.id < 0, abs(lot.id))
    return (lot.expires_at or NEVER, 0 if lot.expires_at else 2, lot.id < 0, abs(lot.id))


def is_spendable(lot: Lot, *, at: datetime) -> bool:
    return lot.free > 0 and lot.available_at <= at and (lot.expires_at is None or at < lot.expires_at)


def is_lapsed(lot: Lot, *, at: datetime) -> bool:
    """Past its end with something left that nobody holds: no longer spendable, and due to be expired."""
    return lot.free > 0 and lot.expires_at is not None and lot.expires_at <= at


def spendable_total(lots: Iterable[Lot], *, at: datetime) -> int:
    return sum(lot.free for lot in lots if is_spendable(lot, at=at))


def draw(lots: Sequence[Lot], *, wanted: int, at: datetime) -> list[Draw]:
    """Take up to `wanted` from the lots spendable at `at`, in spending order; the draws say what was found."""
    return _take(sorted((lot for lot in lots if is_spendable(lot, at=at)), key=spending_order), wanted)


def draw_first(own: Iterable[Draw], lots: Sequence[Lot], *, wanted: int, at: datetime) -> tuple[list[Draw], list[Draw]]:
    """Take up to `wanted` from these draws, and the rest from what else is spendable; both, as far as they go."""
    first = cut(own, wanted)
    for each in first:
        each.lot.held += each.amount
    more = draw(lots, wanted=wanted - sum(each.amount for each in first), at=at)
    for each in first:
        each.lot.held -= each.amount
    return first, more


def claw(lots: Sequence[Lot], *, own: int | Sequence[int], wanted: int, at: datetime) -> list[Draw]:
    """Take back up to `wanted`: from the sale's own lots first, the pending before the active, then from the others,
    latest to expire first, to hurt least; what open baskets hold comes last.

    Pending lots count too; lapsed ones are gone for everybody.
    """
    mine = {own} if isinstance(own, int) else set(own)
    live = [lot for lot in lots if lot.remaining > 0 and (lot.expires_at is None or at < lot.expires_at)]
    own_lots = sorted((lot for lot in live if lot.id in mine), key=lambda lot: (lot.available_at <= at, abs(lot.id)))
    others = sorted((lot for lot in live if lot.id not in mine), key=spending_order, reverse=True)
    ordered = own_lots + others
    free = _take(ordered, wanted)
    short = wanted - sum(each.amount for each in free)
    return joined([*free, *cut((Draw(lot, lot.held) for lot in ordered), short)])


def give_back(draws: Sequence[Draw], *, amount: int) -> list[Draw]:
    """Undo `amount` of a debit's draws, the newest draw first; what was already given back must be taken off before."""
    return [Draw(d.lot, -d.amount) for d in cut(reversed(draws), amount)]


def outstanding(draws: Sequence[Draw]) -> list[Draw]:
    """Return what a debit's draws still hold after what was given back of them (the negative ones), oldest first."""
    left: list[Draw] = []
    for each in draws:
        if each.amount > 0:
            left.append(each)
            continue
        rest = -each.amount
        for place in range(len(left) - 1, -1, -1):
            if left[place].lot is each.lot and rest:
                part = min(rest, left[place].amount)
                rest -= part
                left[place] = Draw(each.lot, left[place].amount - part)
        assert rest == 0, "nothing comes back that was not taken"
    return [each for each in left if each.amount]


def _take(lots: Iterable[Lot], wanted: int) -> list[Draw]:
    return cut((Draw(lot, lot.free) for lot in lots), wanted)


def cut(draws: Iterable[Draw], wanted: int) -> list[Draw]:
    """Return the first `wanted` of these draws."""
    taken: list[Draw] = []
    for each in draws:
        if wanted == 0:
            break
        if amount := min(each.amount, wanted):
            taken.append(Draw(each.lot, amount))
            wanted -= amount
    return taken


def joined(draws: Sequence[Draw]) -> list[Draw]:
    """Put draws on the same lot together, at the place of the first."""
    amounts: dict[int, int] = {}
    for each in draws:
        amounts[each.lot.id] = amounts.get(each.lot.id, 0) + each.amount
    lots = {each.lot.id: each.lot for each in draws}
    return [Draw(lots[lot], amount) for lot, amount in amounts.items()]
