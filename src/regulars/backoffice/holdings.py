"""What a member holds of each unit: what can be spent, what waits and for what, what is held for open baskets, and
what ends when.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.entries import sale_of
from regulars.backoffice.office import Office
from regulars.core.checkout import worth_minor
from regulars.core.life import RECEIPT
from regulars.core.program.units import Unit
from regulars.ledger.lots import lots_of
from regulars.ledger.statement import FullBalance, next_expiries
from regulars.ledger.wallet import NextExpiry
from regulars.points.lapse import HoldView, list_holds

AT_MOST = 12
LOTS = 200
EVENTS: dict[str, Text] = {
    "sign_up": _("joining"),
    "birthday": _("the birthday"),
    "review": _("a review"),
    "referral": _("a referral"),
    "qr": _("a scan of the store's QR"),
}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A credit that cannot be spent yet: from `available_at` on, or when `event` happens. `id` is its lot."""

    id: int
    unit: str
    amount: int
    since: datetime
    available_at: datetime | None
    expires_at: datetime | None
    event: str
    sale_id: int | None

    @property
    def receipt_id(self) -> int | None:
        """The receipt keyed by hand whose confirmation it waits for."""
        return int(self.event.removeprefix(RECEIPT)) if self.event.startswith(RECEIPT) else None

    @property
    def event_said(self) -> str:
        if self.receipt_id is not None:
            return str(_("a receipt to be confirmed"))
        return str(EVENTS.get(self.event, self.event.replace("_", " ")))


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One unit in a member's hand. `taken` is what left otherwise: taken back by refunds, deducted, written off."""

    unit: Unit
    balance: FullBalance
    taken: int
    worth: int | None
    expiries: Sequence[NextExpiry]
    waiting: Sequence[Waiting]
    holds: Sequence[HoldView]

    @property
    def title(self) -> str:
        return self.unit.name.plural

    @property
    def is_status(self) -> bool:
        return self.unit.kind == "status"

    @property
    def owed(self) -> int:
        return -self.balance.debt


def show_holdings(member_id: int, balances: Sequence[FullBalance], office: Office) -> list[Holding]:
    """Every unit but stamps, which are drawn as cards; three statements."""
    expiries = next_expiries(member_id, at=office.now, limit=24)
    waiting = find_waiting(member_id, at=office.now)
    holds = list_holds(member_id, at=office.now)
    return [
        Holding(
            unit=unit,
            balance=balance,
            taken=taken_back(balance),
            worth=worth_of(balance.available, unit),
            expiries=[expiry for code, expiry in expiries if code == balance.unit][:5],
            waiting=[each for each in waiting if each.unit == balance.unit][:AT_MOST],
            holds=[hold for hold in holds if hold.unit == balance.unit][:AT_MOST],
        )
        for balance in balances
        if (unit := office.unit(balance.unit)).kind != "stamps"
    ]


def find_waiting(member_id: int, *, at: datetime) -> list[Waiting]:
    """What cannot be spent yet, soonest first; what waits for an event comes last."""
    found = [
        Waiting(
            id=lot.id,
            unit=lot.unit,
            amount=lot.remaining,
            since=lot.given_at,
            available_at=None if lot.event else lot.available_at,
            expires_at=lot.expires_at,
            event=lot.event or "",
            sale_id=sale_of(lot.key),
        )
        for lot in lots_of(member_id, at=at, limit=LOTS)
        if lot.state in ("pending", "waiting")
    ]
    return sorted(found, key=lambda each: (each.available_at is None, each.available_at or each.since, each.id))


def taken_back(balance: FullBalance) -> int:
    """What left the balance otherwise: taken back by refunds, deducted by the team, written off."""
    kept = balance.available + balance.pending + balance.reserved
    return balance.earned - balance.spent - balance.expired - kept


def worth_of(amount: int, unit: Unit) -> int | None:
    """What an amount pays at a till, in minor units of money; nothing where the unit is no tender."""
    if unit.pays is None or amount <= 0:
        return None
    return worth_minor(amount, unit)
