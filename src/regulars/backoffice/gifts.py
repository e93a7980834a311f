"""The rewards in a member's hand as pages tell them: where each came from, until when, and what became of it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.office import Office
from regulars.core.program.units import Unit
from regulars.rewards.issued import Issued, list_issued
from regulars.rewards.models import Fulfilment

IN_HAND = 50
OVER = 12
CAUSES: dict[str, Promise] = {
    "claim": _("taken for"),
    "card": _("by a stamp card"),
    "tier": _("for reaching a level"),
    "staff": _("given by the team"),
    "event": _("for an event"),
}
STATES: dict[str, Promise | str] = {
    "outstanding": _("in hand"),
    "used": _("used"),
    "withdrawn": _("withdrawn: what had brought it was undone"),
    "removed": _("taken away by the team"),
    "expired": _("not used in time"),
    "ordered": _("ordered"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "restored": _("in hand again"),
    "": "",
}


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is the status, or `expired` where the time to use it is over; `unit` is what it was paid with.

    `is_paid`: its worth was credited at once, so nobody can take its use back.
    """

    id: int
    member_id: int
    name: str
    code: str
    said: str
    price: int
    unit: Unit | None
    state: str
    state_said: str
    fulfilment: str
    fulfilment_said: str
    issued_at: datetime
    usable_until: datetime | None
    ended_at: datetime | None
    is_paid: bool


class Gifts(msgspec.Struct, frozen=True):
    """What can still be used, soonest to end first; and what is over, newest first."""

    in_hand: list[Gift]
    over: list[Gift]
    has_more: bool


def show_gifts(member_id: int, office: Office) -> Gifts:
    """A member's rewards: those that can be used, and the newest of the others; two statements."""
    usable = tell_gifts(list_issued(member_id, at=office.now, is_open=True, limit=IN_HAND), office)
    newest = list_issued(member_id, at=office.now, limit=IN_HAND + OVER + 1)
    over = [each for each in newest if each.state_at(office.now) != "outstanding"]
    return Gifts(sorted(usable, key=_end), tell_gifts(over[:OVER], office), len(over) > OVER)


def tell_gifts(rows: Iterable[Issued], office: Office) -> list[Gift]:
    return [tell_gift(row, office) for row in rows]


def tell_gift(row: Issued, office: Office) -> Gift:
    state = row.state_at(office.now)
    fulfilment = "" if row.fulfilment == Fulfilment.NONE else row.fulfilment
    return Gift(
        id=row.id,
        member_id=row.member_id,
        name=row.name,
        code=row.code,
        said=str(CAUSES.get(row.cause, row.cause)),
        price=row.price_amount,
        unit=office.unit(row.price_unit) if row.price_amount else None,
        state=state,
        state_said=str(STATES.get(state, state)),
        fulfilment=fulfilment,
        fulfilment_said=str(STATES.get(fulfilment, fulfilment)),
        issued_at=row.issued_at,
        usable_until=row.usable_until,
        ended_at=row.ended_at or (row.usable_until if state == "expired" else None),
        is_paid=row.status == "used" and row.ended_at == row.issued_at,
    )


def _end(gift: Gift) -> tuple[bool, datetime, int]:
    """Soonest to end first; those without an end last, by age."""
    return gift.usable_until is None, gift.usable_until or gift.issued_at, gift.id
