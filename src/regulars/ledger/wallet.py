"""A wallet is one locked holder account while a batch decides: what it holds, and what the batch does to it."""

from datetime import datetime

import msgspec

from regulars.core.lots import Draw, Lot, is_lapsed, is_spendable


class NextExpiry(msgspec.Struct, frozen=True, gc=False):
    """So much expires next, at this moment."""

    amount: int
    at: datetime


class Balance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The parts of a balance, in whole units. `available` may be negative: debt is taken off."""

    unit: str
    available: int
    pending: int
    reserved: int = 0
    debt: int = 0
    next_expiry: NextExpiry | None = None


class OpenDebt(msgspec.Struct):
    entry_id: int
    amount: int
    remaining: int


class Wallet(msgspec.Struct, kw_only=True):
    """`lots` is None where the batch only adds: then `pending`, `lapsed` and `next_expiry` sum up what is held at
    `seen_at`.
    """

    id: int
    holder_id: int
    unit: str
    unit_id: int
    balance: int
    debt: int
    earned: int
    spent: int
    expired: int
    seen_at: datetime
    pending: int = 0
    lapsed: int = 0
    next_expiry: NextExpiry | None = None
    lots: list[Lot] | None = None
    debts: list[OpenDebt] = []
    is_changed: bool = False

    @property
    def open_lots(self) -> list[Lot]:
        assert self.lots is not None, "a wallet that gives must be loaded with its lots"
        return self.lots

    def add(self, lot: Lot) -> None:
        """Take a new lot in; its amount joins the balance."""
        self.balance += lot.amount
        self.is_changed = True
        if self.lots is not None:
            self.lots.append(lot)
        elif lot.remaining:
            self._sum_up(lot)

    def take(self, draw: Draw) -> None:
        """Move so much out of a lot, or back in where the draw is negative; the balance follows the entry, not the
        draw.
        """
        draw.lot.remaining -= draw.amount
        self.is_changed = True

    def balance_at(self, at: datetime) -> Balance:
        """Return the balance's parts at `at`, which is not before `seen_at`."""
        if self.lots is not None:
            self._count_lots(at)
        return Balance(
            unit=self.unit,
            available=self.balance - self.pending - self.lapsed,
            pending=self.pending,
            debt=self.debt,
            next_expiry=self.next_expiry,
        )

    def _sum_up(self, lot: Lot) -> None:
        if lot.available_at > self.seen_at:
            self.pending += lot.remaining
        elif is_lapsed(lot, at=self.seen_at):
            self.lapsed += lot.remaining
        elif lot.expires_at is not None:
            self._expect(lot.expires_at, lot.remaining)

    def _expect(self, expires_at: datetime, amount: int) -> None:
        upcoming = self.next_expiry
        if upcoming is None or expires_at < upcoming.at:
            self.next_expiry = NextExpiry(amount, expires_at)
        elif expires_at == upcoming.at:
            self.next_expiry = NextExpiry(upcoming.amount + amount, expires_at)

    def _count_lots(self, at: datetime) -> None:
        self.pending = self.lapsed = 0
        self.next_expiry = None
        for lot in self.open_lots:
            if is_lapsed(lot, at=at):
                self.lapsed += lot.remaining
            elif lot.available_at > at:
                self.pending += lot.remaining
            elif is_spendable(lot, at=at) and lot.expires_at is not None:
                self._expect(lot.expires_at, lot.remaining)
