"""What a redemption took comes back to the lots it came from, with their dates; ended lots live on for a grace."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from regulars.core.actor import Actor
from regulars.core.lots import Draw, Lot, is_lapsed
from regulars.core.periods import end_of_day
from regulars.core.program.policies import Policies
from regulars.core.why import Why
from regulars.ledger.journal import Journal, Note
from regulars.ledger.wallet import Wallet
from regulars.points.expire import expire_lots

Taken = Sequence[tuple[int, int]]
"""What a debit still holds, as (lot, amount), in the order it took them."""


def give_all_back(
    wallet: Wallet,
    *,
    debit: int,
    taken: Taken,
    lots: Mapping[int, Lot],
    key: str,
    why: Callable[[datetime | None], Why],
    journal: Journal,
    policies: Policies,
    by: Actor,
    reason: str = "",
    comment: str = "",
) -> datetime | None:
    """Reverse all that the entry `debit` holds; return until when ended lots live on, None where none had ended.

    The wallet has its open lots; `lots` has those it may lack. What comes back to an ended lot lives for the program's
    grace, or expires at once where there is none.
    """
    draws = [Draw(lot, -amount) for lot, amount in _known_lots(taken, lots, wallet)]
    ended = [draw.lot for draw in draws if draw.lot.expires_at is not None and draw.lot.expires_at <= journal.at]
    # What nobody used in time stays expired; only what comes back may live on.
    expire_lots(wallet, [lot for lot in ended if is_lapsed(lot, at=journal.at)], journal=journal, by=by)
    graced_until = _grace(journal, policies) if ended else None
    if graced_until is not None:
        for lot in ended:
            journal.extend(lot, expires_at=graced_until, by=by)
    note = Note(key=key, occurred_at=journal.at, why=why(graced_until), by=by, reason=reason, comment=comment)
    journal.give_back(wallet, debit=debit, draws=draws, note=note)
    if graced_until is None:
        expire_lots(wallet, ended, journal=journal, by=by, after=key)
    return graced_until


def _known_lots(taken: Taken, lots: Mapping[int, Lot], wallet: Wallet) -> list[tuple[Lot, int]]:
    """The lots as the wallet knows them; it learns those that were empty when it was opened."""
    known = {lot.id: lot for lot in wallet.open_lots}
    found = []
    for lot_id, amount in taken:
        if lot_id not in known:
            known[lot_id] = lots[lot_id]
            wallet.open_lots.append(lots[lot_id])
        found.append((known[lot_id], amount))
    return found


def _grace(journal: Journal, policies: Policies) -> datetime | None:
    days = policies.reinstate_grace_days
    if days == 0:
        return None
    return end_of_day(journal.at.astimezone(journal.zone).date() + timedelta(days=days), journal.zone)
