"""What a member would hold of a unit: lots as the ledger keeps them, in memory only."""

from datetime import datetime, tzinfo

from regulars.core import lots as core_lots
from regulars.core.life import Life, end_of_idleness
from regulars.core.lots import Draw, Lot, draw


class Purse:
    """One member's lots of one unit. Lots that live alike are one lot: only their sum is asked for. `debt` is owed:
    what comes in repays it first.
    """

    __slots__ = ("_idle_days", "_number", "debt", "ends_at", "lots")

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.ends_at: datetime | None = None
        self.debt = 0
        self._idle_days = 0
        self._number = 0

    def give(self, amount: int, life: Life, *, at: datetime, zone: tzinfo) -> int:
        """Put a new credit in; return the number of its lot."""
        repaid = min(self.debt, amount)
        self.debt -= repaid
        available_at, expires_at = life.available_at or at, life.expires_at
        if life.idle_days is not None:
            self._idle_days = life.idle_days
            expires_at = end_of_idleness(at, days=life.idle_days, zone=zone)
        is_idle = life.idle_days is not None
        lot = self._find(available_at, expires_at, is_idle=is_idle, at=at) or self._open(
            available_at, expires_at, is_idle=is_idle
        )
        lot.amount += amount
        lot.remaining += amount - repaid
        return lot.id

    def spend(self, wanted: int, *, at: datetime) -> list[Draw]:
        """Take up to `wanted` out, soonest to end first; return from where."""
        draws = draw(self.lots, wanted=wanted, at=at)
        for each in draws:
            each.lot.remaining -= each.amount
        return draws

    def claw(self, wanted: int, *, own: int | None, at: datetime) -> int:
        """Take up to `wanted` back: from the own lot first, then from the others, latest to end first."""
        draws = core_lots.claw(self.lots, own=[] if own is None else [own], wanted=wanted, at=at)
        for each in draws:
            each.lot.remaining -= each.amount
        return sum(each.amount for each in draws)

    def take_in(self, draws: list[Draw], *, before: int, amount: int, grace: datetime | None, at: datetime) -> None:
        """Put back what was drawn, the newest first, after `before` of it came back: into the same lots, or, where
        those have ended, for as long as the grace.
        """
        for each in core_lots.give_back(draws, amount=before + amount):
            skipped = min(before, -each.amount)
            before -= skipped
            back, lot = -each.amount - skipped, each.lot
            if not back:
                continue
            if lot.expires_at is not None and lot.expires_at <= at:
                lot = self._open(at, grace or at, is_idle=False)
                lot.amount += back
            elif lot not in self.lots:
                self.lots.append(lot)
            lot.remaining += back
        self._look_for_end()

    def reopen(self, amount: int, *, at: datetime) -> None:
        """Put the stamps of a card that is full no more back, to be taken off at once."""
        lot = self._find(at, None, is_idle=False, at=at) or self._open(at, None, is_idle=False)
        lot.amount += amount
        lot.remaining += amount

    def live_on(self, *, at: datetime, zone: tzinfo) -> None:
        """The member did something: what dies with idleness lives on from here."""
        if self._idle_days:
            for lot in self.lots:
                if lot.dies_idle:
                    lot.expires_at = end_of_idleness(at, days=self._idle_days, zone=zone)
            self._look_for_end()

    def lapse(self, *, at: datetime) -> list[tuple[datetime, int]]:
        """Take out what has ended by `at`; return when and how much."""
        if self.ends_at is None or self.ends_at > at:
            return []
        ended = [lot for lot in self.lots if lot.expires_at is not None and lot.expires_at <= at]
        self.lots = [lot for lot in self.lots if lot.remaining and (lot.expires_at is None or lot.expires_at > at)]
        self._look_for_end()
        return [(lot.expires_at, lot.remaining) for lot in ended if lot.expires_at is not None and lot.remaining]

    def _find(self, available_at: datetime, expires_at: datetime | None, *, is_idle: bool, at: datetime) -> Lot | None:
        """Return a lot that lives alike from `at` on."""
        for lot in reversed(self.lots):
            if (
                lot.expires_at == expires_at
                and lot.dies_idle == is_idle
                and max(lot.available_at, at) == max(available_at, at)
            ):
                return lot
        return None

    def _open(self, available_at: datetime, expires_at: datetime | None, *, is_idle: bool) -> Lot:
        self._number += 1
        lot = Lot(self._number, 0, 0, available_at, expires_at, dies_idle=is_idle)
        self.lots.append(lot)
        self._look_for_end()
        return lot

    def _look_for_end(self) -> None:
        self.ends_at = min((lot.expires_at for lot in self.lots if lot.expires_at is not None), default=None)
