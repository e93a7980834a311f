"""A wallet is one locked holder account while a batch decides: what it holds, and what the batch does to it."""

from datetime import datetime

import msgspec

from regulars.core.lots import Draw, Lot, is_lapsed


class NextExpiry(msgspec.Struct, frozen=True, gc=False):
    """So much expires next, at this moment."""

    amount: int
    at: datetime


def soonest(dated: NextExpiry | None, idle_live: int, idle_at: datetime | None) -> NextExpiry | None:
    """Return what goes first: what has a day, or what dies of idleness; both where they go together."""
    if not idle_live or idle_at is None:
        return dated
    if dated is None or idle_at < dated.at:
        return NextExpiry(idle_live, idle_at)
    return NextExpiry(dated.amount + (idle_live if idle_at == dated.at else 0), dated.at)


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


class OpenHold(msgspec.Struct, kw_only=True):
    """What a basket has reserved, as (lot, amount) pairs; `id` 0 is new. It ends once: then `ending` says how."""

    id: int
    key: str
    amount: int
    draws: list[tuple[int, int]]
    began_at: datetime
    until: datetime
    actor: str
    ending: str | None = None
    entry_id: int | None = None


class Wallet(msgspec.Struct, kw_only=True):
    """`lots` is None where the batch only adds: then `pending`, `lapsed`, `reserved` and what ends next sum up what is
    held at `seen_at`. `idle_live` of it dies at `idle_at` if the member stays away.
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
    idle_days: int | None = None
    idle_at: datetime | None = None
    pending: int = 0
    lapsed: int = 0
    reserved: int = 0
    idle_live: int = 0
    dated: NextExpiry | None = None
    lots: list[Lot] | None = None
    debts: list[OpenDebt] = []
    holds: list[OpenHold] = []
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
        draw. Where a lot has less than baskets hold of it, the youngest of them hold less.
        """
        lot = draw.lot
        lot.remaining -= draw.amount
        self.is_changed = True
        if lot.held > lot.remaining:
            self._hold_less(lot, lot.held - lot.remaining)

    def free(self, hold: OpenHold, *, ending: str) -> None:
        """End a hold: what it held can be spent again."""
        assert hold.ending is None, "a hold ends once"
        hold.ending = ending
        lots = {lot.id: lot for lot in self.open_lots}
        for lot_id, amount in hold.draws:
            if lot := lots.get(lot_id):
                lot.held -= amount

    def reserve(self, hold: OpenHold) -> None:
        """Put a new hold on the lots it draws from."""
        lots = {lot.id: lot for lot in self.open_lots}
        for lot_id, amount in hold.draws:
            lots[lot_id].held += amount
        self.holds = [*self.holds, hold]

    @property
    def open_holds(self) -> list[OpenHold]:
        return [hold for hold in self.holds if hold.ending is None]

    @property
    def next_expiry(self) -> NextExpiry | None:
        """What goes next: by its day, or because the member stays away."""
        return soonest(self.dated, self.idle_live, self.idle_at)

    def balance_at(self, at: datetime) -> Balance:
        """Return the balance's parts at `at`, which is not before `seen_at`."""
        if self.lots is not None:
            self._count_lots(at)
        return Balance(
            unit=self.unit,
            available=self.balance - self.pending - self.lapsed - self.reserved,
            pending=self.pending,
            reserved=self.reserved,
            debt=self.debt,
            next_expiry=self.next_expiry,
        )

    def _hold_less(self, lot: Lot, amount: int) -> None:
        for hold in reversed(self.open_holds):
            held = dict(hold.draws).get(lot.id, 0)
            if cut := min(held, amount):
                amount -= cut
                self.free(hold, ending="replaced")
                draws = [(each, part - cut * (each == lot.id)) for each, part in hold.draws]
                if hold.amount > cut:
                    self.reserve(
                        msgspec.structs.replace(
                            hold,
                            id=0,
                            amount=hold.amount - cut,
                            draws=[(each, part) for each, part in draws if part],
                            ending=None,
                        )
                    )

    def _sum_up(self, lot: Lot) -> None:
        if lot.available_at > self.seen_at:
            self.pending += lot.remaining
        elif is_lapsed(lot, at=self.seen_at):
            self.lapsed += lot.remaining
        elif lot.dies_idle:
            self.idle_live += lot.remaining
        elif lot.expires_at is not None:
            self._expect(lot.expires_at, lot.remaining)

    def _expect(self, expires_at: datetime, amount: int) -> None:
        upcoming = self.dated
        if upcoming is None or expires_at < upcoming.at:
            self.dated = NextExpiry(amount, expires_at)
        elif expires_at == upcoming.at:
            self.dated = NextExpiry(upcoming.amount + amount, expires_at)

    def _count_lots(self, at: datetime) -> None:
        self.pending = self.lapsed = self.reserved = self.idle_live = 0
        self.dated = None
        for lot in self.open_lots:
            self.reserved += lot.held
            if lot.expires_at is not None and lot.expires_at <= at:
                self.lapsed += lot.free
            elif lot.available_at > at:
                self.pending += lot.remaining
            elif lot.remaining and lot.dies_idle:
                self.idle_live += lot.remaining
            elif lot.remaining and lot.expires_at is not None:
                self._expect(lot.expires_at, lot.remaining)
