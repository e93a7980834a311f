"""A second opinion on one wallet: lots, holds, waiting and idleness in plain Python, without entries or cached sums."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
IDLE_DAYS = 7
LATEST = datetime(9999, 1, 1, tzinfo=ZONE)


class Refused(Exception):
    """The program must refuse with this code."""


def demand(condition: object, code: str) -> None:
    if not condition:
        raise Refused(code)


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def day_of(at: datetime) -> date:
    return at.astimezone(ZONE).date()


@dataclass
class Lot:
    """`event`: it waits for one, and `lives` counts from then; `is_idle`: it dies with its member's inactivity."""

    number: int
    left: int
    start: datetime
    end: datetime | None = None
    is_idle: bool = False
    event: bool = False
    lives: int | None = None
    gone: int = 0
    held: dict[str, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        return self.left - sum(self.held.values())


@dataclass
class Purse:
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    idle_end: datetime | None = None
    holds: dict[str, datetime] = field(default_factory=dict)
    began: dict[str, datetime] = field(default_factory=dict)

    # --- time ---------------------------------------------------------------------------------------

    def look(self, at: datetime) -> None:
        """Let what is over by now be over."""
        if self.idle_end and self.idle_end <= at:
            for lot in self.lots:
                if lot.is_idle and lot.start < self.idle_end and lot.left:
                    lot.is_idle, lot.end = False, self.idle_end
            self.idle_end = None
        for key in [key for key, until in self.holds.items() if until <= at]:
            self.drop(key)

    def end_of(self, lot: Lot) -> datetime | None:
        if lot.is_idle:
            return self.idle_end if self.idle_end and lot.start < self.idle_end else None
        return lot.end

    def is_over(self, lot: Lot, at: datetime) -> bool:
        end = self.end_of(lot)
        return end is not None and end <= at

    def stir(self, at: datetime) -> None:
        if self.idle_end:
            self.idle_end = max(self.idle_end, midnight_after(day_of(at) + timedelta(days=IDLE_DAYS)))

    def start_clock(self, at: datetime) -> None:
        self.idle_end = max(self.idle_end or at, midnight_after(day_of(at) + timedelta(days=IDLE_DAYS)))

    # --- in and out ---------------------------------------------------------------------------------

    def in_order(self, lots: list[Lot]) -> list[Lot]:
        def rank(lot: Lot) -> tuple[object, ...]:
            if lot.is_idle:
                return (LATEST, 1, lot.number)
            return (lot.end or LATEST, 0 if lot.end else 2, lot.number)

        return sorted(lots, key=rank)  # type: ignore[arg-type,return-value]

    def alive(self, at: datetime) -> list[Lot]:
        return self.in_order([lot for lot in self.lots if lot.start <= at and not self.is_over(lot, at)])

    def spendable(self, at: datetime) -> int:
        return sum(lot.free for lot in self.alive(at)) - self.debt

    def put(self, lot: Lot, amount: int) -> None:
        paid = min(self.debt, amount)
        self.debt -= paid
        lot.left += amount - paid

    def credit(self, at: datetime, lot: Lot, amount: int, *, is_activity: bool = True) -> None:
        self.look(at)
        if is_activity:
            self.stir(at)
        if lot.is_idle and not lot.event:
            self.start_clock(max(at, lot.start))
        self.lots.append(lot)
        self.put(lot, amount)

    def take_free(self, lots: list[Lot], amount: int) -> list[tuple[Lot, int]]:
        taken = []
        for lot in lots:
            part = min(lot.free, amount)
            lot.left, amount = lot.left - part, amount - part
            taken += [(lot, part)] * (part > 0)
        return taken

    def spend(self, at: datetime, amount: int, *, is_activity: bool = True) -> None:
        self.look(at)
        demand(self.spendable(at) >= amount, "insufficient_balance")
        self.take_free(self.alive(at), amount)
        if is_activity:
            self.stir(at)

    def claw(self, at: datetime, own: Lot, amount: int) -> None:
        self.look(at)
        live = [lot for lot in self.lots if not self.is_over(lot, at)]
        order = [own] * (own in live) + list(reversed(self.in_order([lot for lot in live if lot is not own])))
        amount -= sum(part for _, part in self.take_free(order, amount))
        for lot in order:
            for key in sorted(lot.held, key=lambda key: -self.order_of(key)):
                part = min(lot.held[key], amount)
                lot.held[key] -= part
                lot.left -= part
                amount -= part
        self.debt += amount
        for key in [key for key in self.holds if not any(lot.held.get(key) for lot in self.lots)]:
            self.drop(key)

    def order_of(self, key: str) -> int:
        return list(self.holds).index(key)

    # --- baskets ------------------------------------------------------------------------------------

    def drop(self, key: str) -> None:
        self.holds.pop(key, None)
        self.began.pop(key, None)
        for lot in self.lots:
            lot.held.pop(key, None)

    def reserve(self, at: datetime, key: str, amount: int, minutes: int) -> None:
        self.look(at)
        kept = [(lot, lot.held[key]) for lot in self.in_order(self.lots) if lot.held.get(key)]
        over = sum(part for lot, part in kept if self.is_over(lot, at))
        others = sum(part for lot, part in kept if not self.is_over(lot, at))
        demand(self.spendable(at) + others + min(over, amount) >= amount, "insufficient_balance")
        began = self.began.get(key, at)
        self.drop(key)
        for lot, part in kept + [(lot, lot.left) for lot in self.alive(at)]:
            now = min(part, lot.free, amount)
            if now:
                lot.held[key] = lot.held.get(key, 0) + now
                amount -= now
        self.holds[key] = min(at + timedelta(minutes=minutes), began + timedelta(hours=24))
        self.began[key] = began

    def pay(self, at: datetime, key: str, amount: int) -> None:
        self.look(at)
        kept = [(lot, lot.held[key]) for lot in self.in_order(self.lots) if lot.held.get(key)]
        demand(self.spendable(at) + sum(part for _, part in kept) >= amount, "insufficient_balance")
        self.drop(key)
        for lot, part in kept:
            now = min(part, amount)
            lot.left -= now
            amount -= now
        self.take_free(self.alive(at), amount)
        self.stir(at)

    # --- the team and the night -----------------------------------------------------------------------

    def expire(self, at: datetime) -> int:
        self.look(at)
        due = [] if self.holds else [lot for lot in self.lots if self.is_over(lot, at) and lot.free]
        for lot in due:
            lot.gone += lot.free
            lot.left -= lot.free
        return len(due)

    def happen(self, at: datetime) -> None:
        self.look(at)
        for lot in self.lots:
            if lot.event and lot.left and (lot.lives or lot.end is None or lot.end > at):
                self.begin(lot, at)

    def release(self, at: datetime, lot: Lot) -> None:
        self.look(at)
        demand(lot.left, "lot_not_found")
        demand(lot.start > at and not self.is_over(lot, at), "not_pending")
        self.begin(lot, at)

    def begin(self, lot: Lot, at: datetime) -> None:
        if lot.event and lot.lives:
            lot.end = midnight_after(day_of(at) + timedelta(days=lot.lives))
        lot.start, lot.event = at, False
        if lot.is_idle:
            self.start_clock(at)

    def extend(self, at: datetime, lot: Lot, until: date) -> None:
        self.look(at)
        demand(lot.left, "lot_not_found")
        end, later = self.end_of(lot), midnight_after(until)
        demand(end is not None and at < end < later, "nothing_to_extend")
        if lot.is_idle:
            self.idle_end = later
        else:
            lot.end = later

    def reinstate(self, at: datetime, lot: Lot, until: date) -> None:
        self.look(at)
        if self.is_over(lot, at) and lot.free:
            lot.gone += lot.free
            lot.left -= lot.free
        demand(lot.gone, "nothing_to_reinstate")
        assert lot.end is not None
        lot.end = max(lot.end, midnight_after(until))
        amount, lot.gone = lot.gone, 0
        self.put(lot, amount)
