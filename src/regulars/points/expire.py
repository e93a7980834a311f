"""What is left of a lot when its time is over expires: once per lot and end, in batches that may run twice."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM, Actor
from regulars.core.lots import Draw, Lot, is_lapsed
from regulars.core.why import Expired
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import fetch
from regulars.programs.book import load_book

MEMBERS_AT_ONCE = 60
"""Some 10 ms of work on a quiet machine, and little to flush: a till that wants one of them does not notice."""

# Read without a lock: whoever spends first wins, and the look under the lock decides. Where a basket holds something,
# its lots wait for the next night: they would be found again and again while it holds them.
DUE = """
SELECT DISTINCT account.holder_id
FROM (
    (SELECT lot.account_id FROM ledger_lot lot
     WHERE lot.remaining > 0 AND lot.expires_at <= %(at)s AND NOT EXISTS (
        SELECT FROM ledger_hold hold
        WHERE hold.account_id = lot.account_id AND hold.ended_at IS NULL AND hold.until > %(at)s)
     ORDER BY lot.expires_at LIMIT %(limit)s)
    UNION ALL
    (SELECT id FROM ledger_account holder
     WHERE idle_at <= %(at)s AND NOT EXISTS (
        SELECT FROM ledger_hold hold
        WHERE hold.account_id = holder.id AND hold.ended_at IS NULL AND hold.until > %(at)s)
     ORDER BY idle_at LIMIT %(limit)s)
) due
JOIN ledger_account account ON account.id = due.account_id
ORDER BY account.holder_id
LIMIT %(limit)s
"""

HOW_MANY = """
SELECT count(DISTINCT account.holder_id)
FROM (SELECT account_id FROM ledger_lot WHERE remaining > 0 AND expires_at <= %(at)s
      UNION ALL SELECT id FROM ledger_account WHERE idle_at <= %(at)s) due
JOIN ledger_account account ON account.id = due.account_id
"""


class Batch(msgspec.Struct, frozen=True):
    """What one batch did; no members: nothing is due any more."""

    members: int
    lots: int


def expire_in_batches(*, at: datetime) -> Iterator[Batch]:
    """Expire everything that ended by `at`, a transaction for each batch; tell each when it is written.

    Whoever stops in between loses nothing: what is left is found again.
    """
    while (batch := expire_batch(at=at, limit=MEMBERS_AT_ONCE)).members:
        yield batch


def expire_due_lots(*, at: datetime, limit: int = 5_000) -> int:
    """Expire the lots that ended by `at`, of at most `limit` members at once; return how many lots there were.

    Zero means that nothing is due any more.
    """
    while (batch := expire_batch(at=at, limit=limit)).members:
        if batch.lots:
            return batch.lots
    return 0


@transaction.atomic
def expire_batch(*, at: datetime, limit: int) -> Batch:
    """Expire what ended by `at` for at most `limit` members, in one transaction.

    A lot expires with what it still holds under the lock, so a redemption at the very second either came first or
    finds it gone. What dies when its member stays away ends here too.
    """
    holders = [holder for (holder,) in fetch(DUE, {"at": at, "limit": limit})]
    return Batch(len(holders), _expire(holders, at=at) if holders else 0)


def count_due(*, at: datetime) -> int:
    """Return how many members something expires for: what a progress bar counts down."""
    [[members]] = fetch(HOW_MANY, {"at": at})
    return int(members)


def expire_lots(
    wallet: Wallet, lots: Sequence[Lot], *, journal: Journal, by: Actor, after: str | None = None
) -> list[int]:
    """Write one entry for each lot that has something left; return their numbers. `after` names the return that filled
    an ended lot again.

    What a basket holds stays: its rest expires when the basket has left it.
    """
    numbers = []
    for lot in lots:
        if lot.free == 0:
            continue
        assert lot.expires_at is not None, "a lot without an end does not expire"
        key = f"{after}/lot/{lot.id}" if after else f"lot/{lot.id}/{lot.expires_at:%Y%m%dT%H%M%S.%f}"
        note = Note(
            key=f"{key}/but/{lot.held}" if lot.held else key,
            occurred_at=min(lot.expires_at, journal.at) if after is None else journal.at,
            by=by,
            why=Expired(lot.id, lot.amount, lot.expires_at),
        )
        draws = [Draw(lot, lot.free)]
        numbers.append(journal.debit(wallet, kind=Kind.EXPIRE, draws=draws, amount=lot.free, note=note))
    return numbers


def _expire(holders: Sequence[int], *, at: datetime) -> int:
    book = load_book()
    wallets = lock_wallets(holders, units=book.units, at=at, giving=holders)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    events = []
    for wallet in wallets.values():
        journal.bury(wallet)
        for ended_at, lapsed in _by_end(lot for lot in wallet.open_lots if is_lapsed(lot, at=at)).items():
            amount = sum(lot.free for lot in lapsed)
            expire_lots(wallet, lapsed, journal=journal, by=SYSTEM)
            events.append(_event(wallet, amount=amount, lots=len(lapsed), ended_at=ended_at))
    written = journal.write()
    record_events(events, at=at)
    return len(written)


def _by_end(lots: Iterable[Lot]) -> dict[datetime, list[Lot]]:
    ends: dict[datetime, list[Lot]] = {}
    for lot in lots:
        assert lot.expires_at is not None, "a lot without an end does not lapse"
        ends.setdefault(lot.expires_at, []).append(lot)
    return ends


def _event(wallet: Wallet, *, amount: int, lots: int, ended_at: datetime) -> NewEvent:
    return NewEvent(
        action="points.expired",
        about="member",
        about_id=wallet.holder_id,
        member_id=wallet.holder_id,
        by=SYSTEM,
        facts={"unit": wallet.unit, "amount": amount, "lots": lots, "occurred_at": ended_at},
    )
