"""Somebody of the team corrects a balance: with an internal reason, and a comment that the member reads."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.lots import Draw, draw, spendable_total
from regulars.core.refusals import Refusal
from regulars.core.tongue import mark
from regulars.core.why import Adjusted as AdjustedWhy
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets, peek_wallets
from regulars.ledger.models import Kind
from regulars.ledger.statement import EntryView, entries_about
from regulars.ledger.wallet import Balance, Wallet
from regulars.programs.book import Book, load_book

DEFAULT_COMMENT = mark("Manual adjustment")


class InvalidAdjustment(Refusal):
    """An adjustment moves a whole, countable number of units, and says why."""

    code = "invalid_adjustment"

    def __init__(self, *, field: str) -> None:
        self.field = field


class AccountNotFound(Refusal):
    """There is no such member, or no such unit."""

    code = "member_not_found"


class NotEnoughToDeduct(Refusal):
    code = "insufficient_balance"

    def __init__(self, *, available: int, wanted: int) -> None:
        self.available = available
        self.wanted = wanted


class AdjustmentKeyReused(Refusal):
    """The same key came with another adjustment."""

    code = "key_reused"


class Adjusted(msgspec.Struct, frozen=True, kw_only=True):
    """What an adjustment did, or in a preview would do. `leaving` are the lots a deduction takes from."""

    entry_id: int | None
    before: int
    balance: Balance
    replayed: bool = False
    leaving: tuple[Draw, ...] = ()


@transaction.atomic
def adjust_points(
    *,
    member_id: int,
    amount: int,
    reason: str,
    key: str,
    at: datetime,
    by: Actor,
    comment: str = "",
    unit: str = "points",
) -> Adjusted:
    """Add `amount` units to a member's balance, or take them where it is negative, soonest to expire first.

    What is added never expires. The same `key` again changes nothing. `reason` stays inside; the member reads
    `comment`,
    "Manual adjustment" if empty. Refuses InvalidAdjustment, AccountNotFound, NotEnoughToDeduct, AdjustmentKeyReused.
    """
    _check(amount=amount, reason=reason, comment=comment, key=key)
    book = load_book()
    _check_unit(unit, book)
    wallets = lock_wallets([member_id], units=book.units, at=at, giving=[member_id])
    wallet = _find(wallets.get((member_id, unit)))
    before = wallet.balance_at(at).available
    if earlier := entries_about(f"adjust/{member_id}/{key}/"):
        return _replay(earlier[0], member_id=member_id, amount=amount, unit=unit, wallet=wallet, at=at)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    leaving = _leaving(wallet, amount=amount, at=at)
    note = Note(
        key=f"adjust/{member_id}/{key}/{unit}",
        occurred_at=at,
        why=AdjustedWhy(before),
        by=by,
        reason=reason.strip(),
        comment=comment.strip() or DEFAULT_COMMENT,
    )
    if amount > 0:
        journal.credit(wallet, kind=Kind.ADJUST, amount=amount, note=note)
    else:
        journal.debit(wallet, kind=Kind.ADJUST, draws=leaving, amount=-amount, note=note)
    [entry_id] = journal.write()
    record_event(
        action="points.adjusted",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"unit": unit, "amount": amount, "entry": str(entry_id)},
        at=at,
        by=by,
    )
    return Adjusted(entry_id=entry_id, before=before, balance=wallet.balance_at(at), leaving=tuple(leaving))


def preview_adjustment(*, member_id: int, amount: int, at: datetime, unit: str = "points") -> Adjusted:
    """Return what `adjust_points` would do, and write nothing. Refuses what it refuses of the amount and the
    balance.
    """
    _check_amount(amount)
    book = load_book()
    _check_unit(unit, book)
    wallet = _find(peek_wallets([member_id], units=book.units, at=at, giving=[member_id]).get((member_id, unit)))
    before = wallet.balance_at(at)
    leaving = _leaving(wallet, amount=amount, at=at)
    after = msgspec.structs.replace(before, available=before.available + amount)
    return Adjusted(entry_id=None, before=before.available, balance=after, leaving=tuple(leaving))


def _check(*, amount: int, reason: str, comment: str, key: str) -> None:
    _check_amount(amount)
    for field, text in (("reason", reason), ("comment", comment), ("key", key)):
        if len(text) > 1000 or "\x00" in text:
            raise InvalidAdjustment(field=field)
    if not reason.strip():
        raise InvalidAdjustment(field="reason")
    # The key is a part of the entry's natural key, where a slash ends a part.
    if not key or len(key) > 100 or "/" in key:
        raise InvalidAdjustment(field="key")


def _check_unit(unit: str, book: Book) -> None:
    # Cards and rewards follow stamps: `points.stamps` puts them on and takes them off.
    if book.unit(unit).kind == "stamps":
        raise InvalidAdjustment(field="unit")


def _check_amount(amount: int) -> None:
    if amount == 0 or abs(amount) > LARGEST_AMOUNT:
        raise InvalidAdjustment(field="amount")


def _find(wallet: Wallet | None) -> Wallet:
    if wallet is None:
        raise AccountNotFound()
    return wallet


def _leaving(wallet: Wallet, *, amount: int, at: datetime) -> list[Draw]:
    if amount > 0:
        return []
    available = spendable_total(wallet.open_lots, at=at) - wallet.debt
    if available < -amount:
        raise NotEnoughToDeduct(available=available, wanted=-amount)
    return draw(wallet.open_lots, wanted=-amount, at=at)


def _replay(earlier: EntryView, *, member_id: int, amount: int, unit: str, wallet: Wallet, at: datetime) -> Adjusted:
    if (earlier.amount, earlier.unit, earlier.member_id) != (amount, unit, member_id):
        raise AdjustmentKeyReused()
    before = earlier.why.before if isinstance(earlier.why, AdjustedWhy) else 0
    return Adjusted(entry_id=earlier.id, replayed=True, before=before, balance=wallet.balance_at(at))
