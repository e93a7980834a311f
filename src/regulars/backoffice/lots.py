"""The credits of one unit that end: those that are open, soonest first, and those that are over, the last first."""

from datetime import datetime

import msgspec

from regulars.backoffice.entries import KINDS
from regulars.ledger.lots import LotView, lots_of

AT_MOST = 40


class ShownLot(msgspec.Struct, frozen=True, kw_only=True):
    """`amount` is what is left of it, or what expired of it; `said` is what it came from."""

    id: int
    amount: int
    since: datetime
    expires_at: datetime
    is_over: bool
    said: str


def find_lots(member_id: int, *, unit: str, at: datetime) -> list[ShownLot]:
    """What can be extended, then what can come back."""
    found = lots_of(member_id, at=at, unit=unit, limit=AT_MOST)
    ending = [lot for lot in found if lot.state in ("active", "pending") and lot.expires_at and lot.remaining]
    over = [lot for lot in found if lot.state == "over" and lot.expires_at]
    return [
        *[_show(lot, lot.remaining) for lot in sorted(ending, key=_end)[:AT_MOST]],
        *[_show(lot, lot.expired, is_over=True) for lot in sorted(over, key=_end, reverse=True)[:AT_MOST]],
    ]


def _end(lot: LotView) -> tuple[datetime, int]:
    assert lot.expires_at is not None, "only what ends is listed"
    return lot.expires_at, lot.id


def _show(lot: LotView, amount: int, *, is_over: bool = False) -> ShownLot:
    assert lot.expires_at is not None, "only what ends is listed"
    said = str(KINDS.get(lot.kind, lot.kind))
    return ShownLot(id=lot.id, amount=amount, since=lot.given_at, expires_at=lot.expires_at, is_over=is_over, said=said)
