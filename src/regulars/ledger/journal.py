"""The journal of one batch: what was decided on locked wallets, written in one statement when all is decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core.actor import Actor
from regulars.core.lots import Draw, Lot
from regulars.core.why import Why
from regulars.ledger.models import Kind, Side
from regulars.ledger.rows import AccountRow, AllocationRow, DebtRow, EntryRow, LotChange, LotRow, write_rows
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

    def __init__(self, *, at: datetime, sides: Mapping[tuple[int, str], int]) -> None:
        self.at = at
        self._sides = sides
        self._entries: list[EntryRow] = []
        self._lots: list[Lot] = []
        self._accounts_of_lots: list[int] = []
        self._changed_lots: dict[int, Lot] = {}
        self._debts: list[DebtRow] = []
        self._changed_debts: dict[int, OpenDebt] = {}
        self._allocations: list[AllocationRow] = []
        self._wallets: dict[int, Wallet] = {}

    def credit(
        self,
        wallet: Wallet,
        *,
        kind: Kind,
        amount: int,
        note: Note,
        expires_at: datetime | None = None,
        available_at: datetime | None = None,
    ) -> int:
        """Open a lot of `amount` (> 0); the oldest debts are repaid from it at once. Returns the entry's number."""
        number = self._enter(wallet, kind=kind, amount=amount, note=note, is_credit=True)
        available = available_at or min(note.occurred_at, self.at)
        # A till that reports late can bring points that were dead on arrival: they lived for no time at all.
        if expires_at is not None and expires_at <= available:
            available = expires_at - _MOMENT
        lot = Lot(number, amount, amount, available, expires_at)
        self._lots.append(lot)
        self._accounts_of_lots.append(wallet.id)
        self._repay(wallet, lot, by_entry=number)
        wallet.add(lot)
        if kind in (Kind.EARN, Kind.ADJUST):
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
        elif kind is Kind.EXPIRE:
            wallet.expired += amount
        return number

    def give_back(self, wallet: Wallet, *, debit: int, draws: Sequence[Draw], note: Note) -> int:
        """Reverse part of a redemption: the (negative) draws return to their lots; debts are repaid from them first."""
        amount = -sum(draw.amount for draw in draws)
        number = self._enter(wallet, kind=Kind.REVERSE, amount=amount, note=note, is_credit=True)
        for draw in draws:
            self._allocate(wallet, draw, entry=number, debit=debit)
        wallet.balance += amount
        wallet.spent -= amount
        for draw in draws:
            self._repay(wallet, draw.lot, by_entry=number, at_most=-draw.amount)
        return number

    def extend(self, lot: Lot, *, expires_at: datetime) -> None:
        """Let a lot live longer: promises may grow, never shrink."""
        lot.expires_at = expires_at
        self._note_lot(lot)

    def write(self, free_ids: Sequence[int] | None = None) -> list[int]:
        """Write everything; return the entries' ids in the order they were decided.

        One statement where the caller took enough `free_ids` with an earlier question, otherwise two.
        """
        changed = [wallet for wallet in self._wallets.values() if wallet.is_changed]
        if not self._entries:
            return []
        if free_ids is None:
            [free_ids] = take_ids(ledger_entry=len(self._entries))
        ids = list(free_ids[: len(self._entries)])

        def real(number: int) -> int:
            return ids[-number - 1] if number < 0 else number

        for entry, entry_id in zip(self._entries, ids, strict=True):
            entry.id = entry_id
        for row in self._debts:
            row.entry_id = real(row.entry_id)
        write_rows(
            at=self.at,
            entries=self._entries,
            lots=[
                LotRow(real(lot.id), account, lot.amount, lot.remaining, lot.available_at, lot.expires_at)
                for lot, account in zip(self._lots, self._accounts_of_lots, strict=True)
            ],
            lot_changes=[LotChange(lot.id, lot.remaining, lot.expires_at) for lot in self._changed_lots.values()],
            debts=self._debts,
            debt_changes=[(debt.entry_id, debt.remaining) for debt in self._changed_debts.values()],
            allocations=[
                AllocationRow(real(row.entry_id), real(row.debit_id), real(row.lot_id), row.amount)
                for row in self._allocations
            ],
            accounts=[AccountRow(w.id, w.balance, w.debt, w.earned, w.spent, w.expired) for w in changed],
        )
        return ids

    def _enter(self, wallet: Wallet, *, kind: Kind, amount: int, note: Note, is_credit: bool) -> int:
        assert amount > 0, "an entry moves something"
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
                reason=note.reason,
                comment=note.comment,
                why=note.why,
            )
        )
        self._wallets[wallet.id] = wallet
        wallet.is_changed = True
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
