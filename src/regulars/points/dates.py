"""The team lets units live longer, or brings back what has expired. Promises may grow, never shrink."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.lots import Draw, Lot, is_lapsed
from regulars.core.periods import end_of_day
from regulars.core.refusals import Refusal
from regulars.core.why import Reinstated as ReinstatedWhy
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets, load_lots, lock_wallets
from regulars.ledger.lots import load_expired
from regulars.ledger.models import Kind
from regulars.ledger.statement import entries_about
from regulars.ledger.wallet import Balance, Wallet
from regulars.points.adjust import AccountNotFound, InvalidAdjustment
from regulars.points.expire import expire_lots
from regulars.points.pending import choose_lots, clean_reason
from regulars.programs.book import Book, load_book


class InvalidEnd(Refusal):
    """The new last day lies in the past."""

    code = "invalid_end"


class NothingToExtend(Refusal):
    """None of these units ends before that day, or they are over: what has expired is reinstated."""

    code = "nothing_to_extend"


class NothingToReinstate(Refusal):
    """None of these units has expired."""

    code = "nothing_to_reinstate"


class Extended(msgspec.Struct, frozen=True):
    """So much lives on until `until` (half-open)."""

    amount: int
    until: datetime
    balances: tuple[Balance, ...]


class Reinstated(msgspec.Struct, frozen=True):
    """So much came back and lives on until `until` (half-open)."""

    amount: int
    until: datetime
    balances: tuple[Balance, ...]
    replayed: bool = False


@transaction.atomic
def extend_lots(*, member_id: int, lots: Sequence[int], until: date, at: datetime, by: Actor, reason: str) -> Extended:
    """Let units live to the end of the day `until`, in the program's zone; those that live longer stay as they are.

    What dies when its member stays away lives that long even so. Refuses: InvalidAdjustment without a reason,
    InvalidEnd, AccountNotFound, LotNotFound, NothingToExtend.
    """
    reason = clean_reason(reason)
    book = load_book()
    end = _end(until, book=book, at=at)
    wallets = lock_wallets([member_id], units=book.units, at=at, giving=[member_id])
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    chosen = [
        (wallet, lot)
        for wallet, lot in choose_lots(wallets, lots)
        if lot.expires_at is not None and at < lot.expires_at < end
    ]
    if not chosen:
        raise NothingToExtend()
    for wallet, lot in chosen:
        if lot.dies_idle:
            journal.keep_alive(wallet, until=end)
        else:
            journal.extend(lot, expires_at=end, cause="extended", by=by, reason=reason)
            journal.touch(wallet)
    journal.write()
    amounts = {wallet.unit: 0 for wallet, _ in chosen}
    for wallet, lot in chosen:
        amounts[wallet.unit] += lot.remaining
    _record("points.extended", member_id, amounts, until=end, at=at, by=by)
    return Extended(sum(amounts.values()), end, _balances(wallets, amounts, at=at))


@transaction.atomic
def reinstate_expired(
    *, member_id: int, lots: Sequence[int], until: date, key: str, at: datetime, by: Actor, reason: str
) -> Reinstated:
    """Bring back what expired of these lots, to live to the end of the day `until`. The same `key` changes nothing.

    What has ended and was not written off by the night yet is written off first, so that the record tells both.
    Refuses: InvalidAdjustment, InvalidEnd, AccountNotFound, NothingToReinstate.
    """
    reason = clean_reason(reason)
    if not 1 <= len(key) <= 100 or "/" in key:
        raise InvalidAdjustment(field="key")
    book = load_book()
    wallets = lock_wallets([member_id], units=book.units, at=at, giving=[member_id])
    if not wallets:
        raise AccountNotFound()
    if earlier := entries_about(f"reinstate/{member_id}/{key}/"):
        first = earlier[0].why
        end = first.until if isinstance(first, ReinstatedWhy) else at
        units = {entry.unit: 0 for entry in earlier}
        amount = sum(entry.amount for entry in earlier)
        return Reinstated(amount, end, _balances(wallets, units, at=at), replayed=True)
    end = _end(until, book=book, at=at)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    amounts: dict[str, int] = {}
    for place, (wallet, lot, debit, amount) in enumerate(_expired(member_id, lots, wallets, journal=journal, by=by)):
        if lot.expires_at is None or lot.expires_at < end:
            journal.extend(lot, expires_at=end, cause="reinstated", by=by, reason=reason)
        note = Note(
            key=f"reinstate/{member_id}/{key}/{lot.id}/{place}",
            occurred_at=at,
            why=ReinstatedWhy(lot.id, end),
            by=by,
            reason=reason,
        )
        journal.give_back(wallet, debit=debit, draws=[Draw(lot, -amount)], note=note, kind=Kind.REINSTATE)
        amounts[wallet.unit] = amounts.get(wallet.unit, 0) + amount
    if not amounts:
        raise NothingToReinstate()
    journal.write()
    _record("points.reinstated", member_id, amounts, until=end, at=at, by=by)
    return Reinstated(sum(amounts.values()), end, _balances(wallets, amounts, at=at))


def _expired(
    member_id: int, lot_ids: Sequence[int], wallets: Wallets, *, journal: Journal, by: Actor
) -> list[tuple[Wallet, Lot, int, int]]:
    """Return what can come back as (wallet, lot, expiry, amount), after writing off what the night has not yet."""
    by_account = {wallet.id: wallet for wallet in wallets.values()}
    found: list[tuple[Wallet, Lot, int, int]] = []
    known: dict[int, tuple[Wallet, Lot]] = {}
    for wallet in wallets.values():
        journal.bury(wallet)
        known |= {lot.id: (wallet, lot) for lot in wallet.open_lots}
    for lot_id in lot_ids:
        if lot_id in known and is_lapsed(known[lot_id][1], at=journal.at):
            wallet, lot = known[lot_id]
            amount = lot.free
            [number] = expire_lots(wallet, [lot], journal=journal, by=by)
            found.append((wallet, lot, number, amount))
    written_off = load_expired(member_id, lot_ids)
    loaded = load_lots({lot_id for lot_id, _, _, _ in written_off} - known.keys())
    for lot_id, account, debit, amount in written_off:
        wallet, lot = known.get(lot_id) or (by_account[account], loaded[lot_id])
        if lot_id in loaded and lot not in wallet.open_lots:
            wallet.open_lots.append(lot)
        found.append((wallet, lot, debit, amount))
    return found


def _end(until: date, *, book: Book, at: datetime) -> datetime:
    end = end_of_day(until, book.zone)
    if end <= at:
        raise InvalidEnd()
    return end


def _balances(wallets: Wallets, units: dict[str, int], *, at: datetime) -> tuple[Balance, ...]:
    return tuple(wallet.balance_at(at) for (_, unit), wallet in wallets.items() if unit in units)


def _record(action: str, member_id: int, amounts: dict[str, int], *, until: datetime, at: datetime, by: Actor) -> None:
    for unit, amount in amounts.items():
        record_event(
            action=action,
            about="member",
            about_id=member_id,
            member_id=member_id,
            facts={"unit": unit, "amount": amount, "until": until},
            at=at,
            by=by,
        )
