"""What waits starts by its time, by the event it waits for, or earlier by the team's hand."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import Actor
from regulars.core.expiry import expires_at
from regulars.core.life import RECEIPT, kept
from regulars.core.lots import Lot
from regulars.core.refusals import Refusal
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets
from regulars.ledger.lots import Waiting, load_promises
from regulars.ledger.wallet import Balance, Wallet
from regulars.points.adjust import AccountNotFound, InvalidAdjustment
from regulars.programs.book import load_book
from regulars.tiers.start import StartedUnits, count_started


class LotNotFound(Refusal):
    """The member has no such lot, or nothing is left of it."""

    code = "lot_not_found"


class NotPending(Refusal):
    """These units can be spent already, or are over."""

    code = "not_pending"


class AwaitsConfirmation(Refusal):
    """A receipt promises these: they come when it is confirmed, and in no other way."""

    code = "awaits_confirmation"


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a member that lots may wait for."""

    member_id: int
    event: str
    occurred_at: datetime
    by: Actor


class Started(msgspec.Struct, frozen=True):
    """So much of a unit waits no more: it can be spent from `available_at` on."""

    unit: str
    lot_id: int
    amount: int
    available_at: datetime
    expires_at: datetime | None


class Released(msgspec.Struct, frozen=True):
    started: tuple[Started, ...]
    balances: tuple[Balance, ...]


def start_waiting(
    happened: Happened, *, wallets: Wallets, waiting: Sequence[Waiting], journal: Journal
) -> tuple[list[Started], list[NewEvent]]:
    """Start what waits for this event, in locked wallets that came with their lots; what is there to record?

    A start that the promise puts later (so many days after the event) waits by time from now on.
    """
    started: list[Started] = []
    events: list[NewEvent] = []
    for wait in waiting:
        if (happened.member_id, happened.event) != (wait.member_id, wait.promise.event):
            continue
        wallet = wallets[wait.member_id, wait.unit]
        lot = next(lot for lot in wallet.open_lots if lot.id == wait.lot_id)
        life = kept(wait.promise, event_at=happened.occurred_at, zone=journal.zone)
        assert life.available_at is not None, "an event gives what waited for it a start"
        ends_at = life.expires_at if wait.promise.expiry is not None else lot.expires_at
        if ends_at is not None and ends_at <= life.available_at:
            continue  # its fixed end comes before its start: it was never to be spent
        _start(journal, wallet, lot, life.available_at, ends_at, cause="event", by=happened.by)
        started.append(Started(wait.unit, lot.id, lot.remaining, lot.available_at, lot.expires_at))
        events.append(_event(wallet, lot, by=happened.by, facts={"event": happened.event}))
    return started, events


@transaction.atomic
def release_early(*, member_id: int, lots: Sequence[int], at: datetime, by: Actor, reason: str) -> Released:
    """Let units be spent now that would wait longer; `reason` stays inside.

    An end that was promised stays; one that was to be counted from the start is counted from now. Refuses:
    InvalidAdjustment without a reason, AccountNotFound, LotNotFound, NotPending, AwaitsConfirmation.
    """
    reason = clean_reason(reason)
    book = load_book()
    wallets = lock_wallets([member_id], units=book.units, at=at, giving=[member_id])
    chosen = choose_lots(wallets, lots)
    if any(lot.available_at <= at or (lot.expires_at is not None and lot.expires_at <= at) for _, lot in chosen):
        raise NotPending()
    promises = load_promises([lot.id for _, lot in chosen])
    if any(each.event.startswith(RECEIPT) for each in promises.values()):
        raise AwaitsConfirmation()
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    counting = [
        StartedUnits(
            member_id=member_id,
            unit=wallet.unit,
            amount=lot.remaining,
            waited_until=lot.available_at,
            starts_at=at,
            by=by,
        )
        for wallet, lot in chosen
    ]
    events = []
    for wallet, lot in chosen:
        policy = promises[lot.id].expiry if lot.id in promises else None
        ends_at = expires_at(policy, given_at=at, zone=book.zone) if policy is not None else lot.expires_at
        _start(journal, wallet, lot, at, ends_at, cause="released", by=by, reason=reason)
        events.append(_event(wallet, lot, by=by, facts={}))
    journal.write()
    record_events(events, at=at)
    count_started(counting, book=book, at=at)
    return Released(
        tuple(Started(wallet.unit, lot.id, lot.remaining, lot.available_at, lot.expires_at) for wallet, lot in chosen),
        tuple(wallet.balance_at(at) for wallet in {wallet.id: wallet for wallet, _ in chosen}.values()),
    )


def choose_lots(wallets: Wallets, lot_ids: Sequence[int]) -> list[tuple[Wallet, Lot]]:
    """Return these open lots with their wallets, in the order of their ids. Refuses AccountNotFound, LotNotFound."""
    if not wallets:
        raise AccountNotFound()
    found = {lot.id: (wallet, lot) for wallet in wallets.values() for lot in wallet.open_lots}
    if not lot_ids or not set(lot_ids) <= found.keys():
        raise LotNotFound()
    return [found[lot_id] for lot_id in sorted(set(lot_ids))]


def clean_reason(reason: str) -> str:
    """Refuses InvalidAdjustment where there is none, or one that cannot be kept."""
    if not reason.strip() or len(reason) > 1_000 or "\x00" in reason:
        raise InvalidAdjustment(field="reason")
    return reason.strip()


def _start(
    journal: Journal,
    wallet: Wallet,
    lot: Lot,
    available_at: datetime,
    ends_at: datetime | None,
    *,
    cause: str,
    by: Actor,
    reason: str = "",
) -> None:
    journal.date(lot, available_at=available_at, expires_at=ends_at, cause=cause, by=by, reason=reason)
    if lot.dies_idle:
        journal.begin_idleness(wallet, active_at=available_at)
    journal.touch(wallet)


def _event(wallet: Wallet, lot: Lot, *, by: Actor, facts: dict[str, str]) -> NewEvent:
    return NewEvent(
        action="points.released",
        about="member",
        about_id=wallet.holder_id,
        member_id=wallet.holder_id,
        by=by,
        facts={
            "unit": wallet.unit,
            "amount": lot.remaining,
            "entry": str(lot.id),
            "available_at": lot.available_at,
            **facts,
        },
    )
