"""What is left of a lot when its time is over expires: once per lot and end, in batches that may run twice."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM, Actor
from regulars.core.lots import Draw, Lot, is_lapsed
from regulars.core.why import Expired
from regulars.ledger.accounts import load_sides, load_units
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import fetch

# Read without a lock: whoever spends first wins, and the look under the lock decides.
DUE = """
SELECT DISTINCT account.holder_id
FROM (
    SELECT account_id FROM ledger_lot WHERE remaining > 0 AND expires_at <= %(at)s ORDER BY expires_at LIMIT %(limit)s
) lot
JOIN ledger_account account ON account.id = lot.account_id
"""


@transaction.atomic
def expire_due_lots(*, at: datetime, limit: int = 5_000) -> int:
    """Expire the members' lots that ended by `at`, at most about `limit` lots' members at once; return how many lots.

    Zero means that nothing is due any more. A lot expires with what it still holds under the lock, so a redemption
    at the very second either came first or finds it gone.
    """
    holders = [holder for (holder,) in fetch(DUE, {"at": at, "limit": limit})]
    wallets = lock_wallets(holders, units=load_units(), at=at, giving=holders)
    journal = Journal(at=at, sides=load_sides())
    events = []
    for wallet in wallets.values():
        for ended_at, lapsed in _by_end(lot for lot in wallet.open_lots if is_lapsed(lot, at=at)).items():
            amount = sum(lot.remaining for lot in lapsed)
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


def expire_lots(wallet: Wallet, lots: Sequence[Lot], *, journal: Journal, by: Actor, after: str | None = None) -> None:
    """Write one entry for each lot that has something left; `after` names the return that filled an ended lot again."""
    for lot in lots:
        if lot.remaining == 0:
            continue
        assert lot.expires_at is not None, "a lot without an end does not expire"
        journal.debit(
            wallet,
            kind=Kind.EXPIRE,
            draws=[Draw(lot, lot.remaining)],
            amount=lot.remaining,
            note=Note(
                key=f"{after}/lot/{lot.id}" if after else f"lot/{lot.id}/{lot.expires_at:%Y%m%dT%H%M%S.%f}",
                occurred_at=min(lot.expires_at, journal.at) if after is None else journal.at,
                by=by,
                why=Expired(lot.id, lot.amount, lot.expires_at),
            ),
        )
