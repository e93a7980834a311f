"""A hold whose time is over is ended, so that lists and invariants say so; what it held has been free since."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Ending
from regulars.ledger.wallet import OpenHold, Wallet
from regulars.platform.rows import fetch
from regulars.points.hold import write_holds
from regulars.programs.book import load_book

OVERDUE = """
SELECT DISTINCT account.holder_id
FROM (SELECT account_id FROM ledger_hold WHERE ended_at IS NULL AND until <= %(at)s ORDER BY until LIMIT %(limit)s) hold
JOIN ledger_account account ON account.id = hold.account_id
"""

OPEN = """
SELECT hold.key, unit.code, hold.amount, hold.until, hold.actor
FROM ledger_account account
JOIN ledger_unit unit ON unit.id = account.unit_id
JOIN ledger_hold hold ON hold.account_id = account.id
WHERE account.holder_id = %(member)s AND account.side = 'member' AND hold.ended_at IS NULL AND hold.until > %(at)s
ORDER BY hold.until, hold.key
"""


class HoldView(msgspec.Struct, frozen=True):
    """An open hold, for lists."""

    key: str
    unit: str
    amount: int
    until: datetime
    actor: str


@transaction.atomic
def lapse_holds(*, at: datetime, limit: int = 1_000) -> int:
    """End the holds whose time is over, those of at most about `limit` members at once; return how many there were."""
    holders = [holder for (holder,) in fetch(OVERDUE, {"at": at, "limit": limit})]
    if not holders:
        return 0
    book = load_book()
    wallets = lock_wallets(holders, units=book.units, at=at, giving=holders).values()
    over = [(wallet, hold) for wallet in wallets for hold in wallet.holds if hold.ending == Ending.LAPSED]
    write_holds([wallet for wallet, _ in over], book=book, at=at)
    record_events([_event(wallet, hold) for wallet, hold in over], at=at)
    return len(over)


def list_holds(member_id: int, *, at: datetime) -> list[HoldView]:
    """Return a member's open holds, the first to end first."""
    return [HoldView(*row) for row in fetch(OPEN, {"member": member_id, "at": at})]


def _event(wallet: Wallet, hold: OpenHold) -> NewEvent:
    return NewEvent(
        action="hold.lapsed",
        about="member",
        about_id=wallet.holder_id,
        member_id=wallet.holder_id,
        by=SYSTEM,
        facts={"unit": wallet.unit, "amount": hold.amount, "key": hold.key},
    )
