"""What a member would hold of a unit: lots as the ledger keeps them, in memory only."""

from datetime import datetime, tzinfo

from regulars.core.life import Life, end_of_idleness
from regulars.core.lots import Lot, draw

FIRST = 1


class Purse:
    """One member's lots of one unit. Lots that live alike are one lot: only their sum is asked for."""

    __slots__ = ("_idle_days", "ends_at", "lots")

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.ends_at: datetime | None = None
        self._idle_days = 0

    def give(self, amount: int, life: Life, *, at: datetime, zone: tzinfo) -> None:
        """Put a new credit in."""
        available_at, expires_at = life.available_at or at, life.expires_at
        if life.idle_days is not None:
            self._idle_days = life.idle_days
            expires_at = end_of_idleness(at, days=life.idle_days, zone=zone)
        is_idle = life.idle_days is not None
        for lot in reversed(self.lots):
            if lot.expires_at == expires_at and lot.dies_idle == is_idle and max(lot.available_at, at) == available_at:
                lot.amount += amount
                lot.remaining += amount
                return
        self.lots.append(Lot(len(self.lots) + FIRST, amount, amount, available_at, expires_at, dies_idle=is_idle))
        self._look_for_end()

    def spend(self, wanted: int, *, at: datetime) -> int:
        """Take up to `wanted` out, soonest to end first; return how much there was."""
        draws = draw(self.lots, wanted=wanted, at=at)
        for each in draws:
            each.lot.remaining -= each.amount
        return sum(each.amount for each in draws)

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

    def _look_for_end(self) -> None:
        self.ends_at = min((lot.expires_at for lot in self.lots if lot.expires_at is not None), default=None)
