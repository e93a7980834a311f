"""The journal of one batch: what was decided on locked wallets, written in one statement when all is decided."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.life import FOR_EVER, WAITS, Life, Promise, end_of_idleness
from regulars.core.lots import Draw, Lot, spending_order
from regulars.core.why import Why
from regulars.ledger.models import Ending, Kind, Side
from regulars.ledger.rows import (
    AccountRow,
    AllocationRow,
    DateRow,
    DebtRow,
    EntryRow,
    HoldEnd,
    HoldRow,
    LotChange,
    LotRow,
    Posting,
    write_rows,
)
from regulars.ledger.wallet import OpenDebt, Wallet
from regulars.platform.rows import take_ids

_MOMENT = timedelta(microseconds=1)

_OTHER_SIDE = {
    Kind.EARN: Side.ISSUED,
    Kind.ADJUST: Side.ISSUED,
    Kind.CLAWBACK: Side.ISSUED,
    Kind.REDEEM: Side.REDEEMED,
    Kind.REVERSE: Side.REDEEMED,
    Kind.EXPIRE: Side.EXPIRED,
    Kind.WRITE_OFF: Side.WRITTEN_OFF,
    Kind.RESTORE: Side.ISSUED,
    Kind.REINSTATE: Side.EXPIRED,
    Kind.PROMISE: Side.ISSUED,
    Kind.WITHDRAW: Side.ISSUED,
    Kind.MERGE_OUT: Side.MERGED,
    Kind.MERGE_IN: Side.MERGED,
    Kind.FORFEIT: Side.EXPIRED,
}


class Note(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every entry carries: its natural key, when it happened, who did it, and why."""

    key: str
    occurred_at: datetime
    why: Why
    by: Actor
    reason: str = ""
    comment: str = ""


class Journal:
    """Collects entries in the order they are decided; nothing is written before `write`.

    New entries are known by negative numbers (-1 is the first) until `write` gives them ids.
    """

    def __init__(self, *, at: datetime, sides: Mapping[tuple[int, str], int], zone: tzinfo) -> None:
        self.at = at
        self.zone = zone
        self._sides = sides
        self._entries: list[EntryRow] = []
        self._lots: list[Lot] = []
        self._accounts_of_lots: list[int] = []
        self._promises: dict[int, Promise] = {}
        self._changed_lots: dict[int, Lot] = {}
        self._dated: set[int] = set()
        self._dates: list[DateRow] = []
        self._deaths: list[tuple[int, datetime]] = []
        self._debts: list[DebtRow] = []
        self._changed_debts: dict[int, OpenDebt] = {}
        self._allocations: list[AllocationRow] = []
        self._wallets: dict[int, Wallet] = {}

    @property
    def size(self) -> int:
        """How many entries were decided so far."""
        return len(self._entries)

    def credit(self, wallet: Wallet, *, kind: Kind, amount: int, note: Note, life: Life = FOR_EVER) -> int:
        """Open a lot of `amount` (> 0); the oldest debts are repaid from it at once. Returns the entry's number."""
        number = self._enter(wallet, kind=kind, amount=amount, note=note, is_credit=True)
        if kind is Kind.EARN:
            self.stir(wallet, active_at=note.occurred_at)
        lot = self._open_lot(wallet, Lot(number, amount, amount, self.at, life.expires_at), note, life)
        self._lots.append(lot)
        self._accounts_of_lots.append(wallet.id)
        if life.promise is not None:
            self._promises[number] = life.promise
        self._repay(wallet, lot, by_entry=number)
        wallet.add(lot)
        if kind in (Kind.EARN, Kind.ADJUST, Kind.PROMISE):
            wallet.earned += amount
        return number

    def debit(self, wallet: Wallet, *, kind: Kind, draws: Sequence[Draw], amount: int, note: Note) -> int:
        """Take `amount` (> 0) out of the drawn lots; what they lack becomes debt. Returns the entry's number."""
        number = self._enter(wallet, kind=kind, amount=amount, note=note, is_credit=False)
        for draw in draws:
            self._allocate(wallet, draw, entry=number, debit=number)
        short = amount - sum(draw.amount for draw in draws)
        if short:
            self._debts.append(DebtRow(entry_id=number, account_id=wallet.id, amount=short, remaining=short))
            wallet.debts = [*wallet.debts, OpenDebt(number, short, short)]
            wallet.debt += short
        wallet.balance -= amount
        if kind is Kind.REDEEM:
            wallet.spent += amount
            self.stir(wallet, active_at=note.occurred_at)
            # The hold that `take_from_hold` has just ended for this.
            for hold in wallet.holds:
                if hold.ending == Ending.REDEEMED and hold.entry_id is None:
                    hold.entry_id = number
        elif kind is Kind.EXPIRE:
            wallet.expired += amount
        elif kind is Kind.WITHDRAW:
            wallet.earned -= amount
        return number

    def give_back(
        self, wallet: Wallet, *, debit: int, draws: Sequence[Draw], note: Note, kind: Kind = Kind.REVERSE
    ) -> int:
        """Undo part of a redemption (or clawback, or expiry): the (negative) draws return to their lots, and debts are
        repaid from them first.
        """
        amount = -sum(draw.amount for draw in draws)
        number = self._enter(wallet, kind=kind, amount=amount, note=note, is_credit=True)
        for draw in draws:
            if draw.lot.dies_idle and wallet.idle_at is None:
                self._restart_idleness(wallet, active_at=self.at)
            self._allocate(wallet, draw, entry=number, debit=debit)
        wallet.balance += amount
        if kind is Kind.REVERSE:
            wallet.spent -= amount
        elif kind is Kind.REINSTATE:
            wallet.expired -= amount
        for draw in draws:
            self._repay(wallet, draw.lot, by_entry=number, at_most=-draw.amount)
        return number

    def repay(self, wallet: Wallet, *, by_entry: int) -> None:
        """Pay what is owed from what nobody holds, soonest to expire first: both came to be in one wallet through the
        (written) entry `by_entry`.
        """
        live = [lot for lot in wallet.open_lots if lot.free and (lot.expires_at is None or self.at < lot.expires_at)]
        for lot in sorted(live, key=spending_order):
            self._repay(wallet, lot, by_entry=by_entry, at_most=lot.free)
            self.touch(wallet)

    def extend(
        self, lot: Lot, *, expires_at: datetime | None, cause: str = "grace", by: Actor = SYSTEM, reason: str = ""
    ) -> None:
        """Let a lot live longer: promises may grow, never shrink."""
        self.date(lot, available_at=lot.available_at, expires_at=expires_at, cause=cause, by=by, reason=reason)

    def date(
        self,
        lot: Lot,
        *,
        available_at: datetime,
        expires_at: datetime | None,
        cause: str,
        by: Actor,
        reason: str = "",
    ) -> None:
        """Give a lot other dates, and keep what they were. What waited for an event waits no more."""
        self._dates.append(
            DateRow(
                lot_id=lot.id,
                available_before=lot.available_at,
                available_after=available_at,
                expires_before=None if lot.dies_idle else lot.expires_at,
                expires_after=None if lot.dies_idle and cause != "idle" else expires_at,
                cause=cause,
                actor=by.tag,
                reason=reason,
            )
        )
        lot.available_at = available_at
        lot.expires_at = expires_at
        self._dated.add(lot.id)
        self._note_lot(lot)

    def stir(self, wallet: Wallet, *, active_at: datetime) -> None:
        """The member was active: what lives while they are lives on. What has died before stays dead."""
        if wallet.idle_at is None or wallet.idle_days is None:
            return
        self.bury(wallet)
        if wallet.idle_at is not None:
            self._move_idleness(wallet, end_of_idleness(active_at, days=wallet.idle_days, zone=self.zone))

    def bury(self, wallet: Wallet) -> None:
        """Give what has died of idleness by now its end, so that no later activity revives it."""
        if wallet.idle_at is None or wallet.idle_at > self.at:
            return
        died_at = wallet.idle_at
        if wallet.lots is None:
            self._deaths.append((wallet.id, died_at))
        for lot in wallet.lots or ():
            if lot.dies_idle and lot.available_at < died_at:
                self.date(lot, available_at=lot.available_at, expires_at=died_at, cause="idle", by=SYSTEM)
                lot.dies_idle = False
        wallet.idle_at = None
        self.touch(wallet)

    def keep_alive(self, wallet: Wallet, *, until: datetime) -> None:
        """Let what dies of idleness live until then at the least."""
        self.bury(wallet)
        self._move_idleness(wallet, until)

    def begin_idleness(self, wallet: Wallet, *, active_at: datetime) -> None:
        """Let what has just started to live with its member's activity live on from then."""
        self.bury(wallet)
        if wallet.idle_days is not None:
            self._restart_idleness(wallet, active_at=active_at)

    def touch(self, wallet: Wallet) -> None:
        """Have this wallet written as it is now, its holds with it."""
        self._wallets[wallet.id] = wallet
        wallet.is_changed = True

    def write(self, free_ids: Sequence[int] | None = None) -> list[int]:
        """Write everything; return the entries' ids in the order they were decided.

        One statement where the caller took enough `free_ids` with an earlier question, otherwise two; one or two more
        where holds end or are made.
        """
        if free_ids is None:
            [free_ids] = take_ids(ledger_entry=len(self._entries)) if self._entries else [[]]
        ids = list(free_ids[: len(self._entries)])

        def real(number: int) -> int:
            return ids[-number - 1] if number < 0 else number

        for entry, entry_id in zip(self._entries, ids, strict=True):
            entry.id = entry_id
        for row in self._debts:
            row.entry_id = real(row.entry_id)
        for date in self._dates:
            date.lot_id = real(date.lot_id)
        changed = [wallet for wallet in self._wallets.values() if wallet.is_changed]
        ended, made = _holds_of(changed, real)
        posting = Posting(
            entries=self._entries,
            lots=[
                self._lot_row(lot, account, real)
                for lot, account in zip(self._lots, self._accounts_of_lots, strict=True)
            ],
            lot_changes=[
                LotChange(
                    lot.id,
                    lot.remaining,
                    lot.available_at,
                    None if lot.dies_idle else lot.expires_at,
                    lot.dies_idle,
                    lot.id in self._dated,
                )
                for lot in self._changed_lots.values()
            ],
            debts=self._debts,
            debt_changes=[(debt.entry_id, debt.remaining) for debt in self._changed_debts.values()],
            allocations=[
                AllocationRow(real(row.entry_id), real(row.debit_id), real(row.lot_id), row.amount)
                for row in self._allocations
            ],
            accounts=[
                AccountRow(w.id, w.balance, w.debt, w.earned, w.spent, w.expired, w.idle_days, w.idle_at)
                for w in changed
            ],
            dates=self._dates,
            deaths=self._deaths,
            holds=made,
            hold_ends=ended,
        )
        if changed:
            write_rows(posting, at=self.at)
        return ids

    def _open_lot(self, wallet: Wallet, lot: Lot, note: Note, life: Life) -> Lot:
        """Give a new lot its dates. One that a late till brings can be dead on arrival: it lived for no time at all."""
        lot.available_at = life.available_at or min(note.occurred_at, self.at)
        if life.idle_days is not None:
            self.bury(wallet)
            wallet.idle_days = max(life.idle_days, wallet.idle_days or 0) if wallet.idle_at else life.idle_days
            if lot.available_at != WAITS:
                self._restart_idleness(wallet, active_at=max(note.occurred_at, lot.available_at))
            lot.dies_idle = True
            lot.expires_at = _death(lot, wallet)
            if wallet.idle_at is not None and wallet.idle_at <= self.at:
                lot.dies_idle = False
                wallet.idle_at = None
        if lot.expires_at is not None and lot.expires_at <= lot.available_at and life.promise is None:
            lot.available_at = lot.expires_at - _MOMENT
        return lot

    def _restart_idleness(self, wallet: Wallet, *, active_at: datetime) -> None:
        assert wallet.idle_days is not None, "idleness has its days"
        self._move_idleness(wallet, end_of_idleness(active_at, days=wallet.idle_days, zone=self.zone))

    def _move_idleness(self, wallet: Wallet, idle_at: datetime) -> None:
        if wallet.idle_at is None or idle_at > wallet.idle_at:
            wallet.idle_at = idle_at
            self.touch(wallet)
            for lot in wallet.lots or ():
                if lot.dies_idle:
                    lot.expires_at = _death(lot, wallet)

    def _lot_row(self, lot: Lot, account: int, real: Callable[[int], int]) -> LotRow:
        return LotRow(
            real(lot.id),
            account,
            lot.amount,
            lot.remaining,
            lot.available_at,
            None if lot.dies_idle else lot.expires_at,
            lot.dies_idle,
            self._promises.get(lot.id),
        )

    def _enter(self, wallet: Wallet, *, kind: Kind, amount: int, note: Note, is_credit: bool) -> int:
        assert amount > 0, "an entry moves something"
        self.bury(wallet)
        other = self._sides[wallet.unit_id, _OTHER_SIDE[kind]]
        self._entries.append(
            EntryRow(
                source_id=other if is_credit else wallet.id,
                target_id=wallet.id if is_credit else other,
                amount=amount,
                kind=kind,
                key=note.key,
                occurred_at=note.occurred_at,
                actor=note.by.tag,
                approver=note.by.approver,
                reason=note.reason,
                comment=note.comment,
                why=note.why,
            )
        )
        self.touch(wallet)
        return -len(self._entries)

    def _allocate(self, wallet: Wallet, draw: Draw, *, entry: int, debit: int) -> None:
        wallet.take(draw)
        self._allocations.append(AllocationRow(entry, debit, draw.lot.id, draw.amount))
        self._note_lot(draw.lot)

    def _repay(self, wallet: Wallet, lot: Lot, *, by_entry: int, at_most: int | None = None) -> None:
        """Serve the oldest debts from a lot that has just been filled."""
        room = lot.remaining if at_most is None else min(at_most, lot.remaining)
        for debt in wallet.debts:
            paid = min(debt.remaining, room)
            if paid == 0:
                continue
            room -= paid
            debt.remaining -= paid
            wallet.debt -= paid
            self._allocate(wallet, Draw(lot, paid), entry=by_entry, debit=debt.entry_id)
            self._note_debt(debt)

    def _note_lot(self, lot: Lot) -> None:
        if lot.id > 0:
            self._changed_lots[lot.id] = lot

    def _note_debt(self, debt: OpenDebt) -> None:
        if debt.entry_id > 0:
            self._changed_debts[debt.entry_id] = debt
        else:
            [row] = [row for row in self._debts if row.entry_id == debt.entry_id]
            row.remaining = debt.remaining


def _death(lot: Lot, wallet: Wallet) -> datetime | None:
    """When a lot dies of idleness; what cannot be spent by then does not."""
    return wallet.idle_at if wallet.idle_at is not None and lot.available_at < wallet.idle_at else None


def _holds_of(wallets: Sequence[Wallet], real: Callable[[int], int]) -> tuple[list[HoldEnd], list[HoldRow]]:
    ended, made = [], []
    for wallet in wallets:
        for hold in wallet.holds:
            if hold.id and hold.ending:
                entry_id = None if hold.entry_id is None else real(hold.entry_id)
                ended.append(HoldEnd(hold.id, hold.ending, entry_id))
            elif not hold.id and not hold.ending:
                made.append(
                    HoldRow(wallet.id, hold.key, hold.amount, hold.draws, hold.began_at, hold.until, hold.actor)
                )
    return ended, made
