"""An entry as a page tells it: what it was, how much, and why, in sentences."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.office import Office
from regulars.core.program.units import Unit
from regulars.core.sentences import explain
from regulars.core.tongue import mark, say
from regulars.core.why import Why
from regulars.ledger.models import Entry, Side
from regulars.ledger.statement import EntryView

KINDS: dict[str, Promise] = {
    "earn": _("Earned"),
    "redeem": _("Spent"),
    "adjust": _("Adjusted"),
    "reverse": _("Came back"),
    "clawback": _("Taken back"),
    "expire": _("Expired"),
    "write_off": _("Written off"),
    "restore": _("Given again"),
    "reinstate": _("Brought back"),
    "promise": _("Promised"),
    "withdraw": _("Promise ended"),
    "forfeit": _("Forfeited"),
}
ICONS = {
    "earn": "plus",
    "redeem": "minus",
    "adjust": "pen",
    "reverse": "back",
    "clawback": "back",
    "expire": "clock",
    "restore": "plus",
    "reinstate": "clock",
    "promise": "clock",
    "withdraw": "back",
    "forfeit": "minus",
}
OF_SALE = re.compile(r"sale/([0-9]+)/")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    said: str
    icon: str
    amount: int
    unit: Unit
    at: datetime
    recorded_at: datetime
    actor: str
    approver: str | None
    reason: str
    comment: str
    sale_id: int | None
    why: list[str]
    basis: Why

    @property
    def size(self) -> int:
        return abs(self.amount)


OURS = frozenset(
    (
        mark("Manual adjustment"),
        mark("The import was undone"),
        mark("Balance from another system"),
        mark("Brought from your earlier account"),
        mark("Level from another system"),
    )
)
"""Comments and reasons that the program writes itself."""


def tell_entry(view: EntryView, office: Office) -> Told:
    unit = office.unit(view.unit)
    return Told(
        id=view.id,
        kind=view.kind,
        said=str(KINDS.get(view.kind, view.kind)),
        icon=ICONS.get(view.kind, "pen"),
        amount=view.amount,
        unit=unit,
        at=view.occurred_at,
        recorded_at=view.recorded_at,
        actor=view.actor,
        approver=view.approver,
        reason=say_comment(view.reason),
        comment=say_comment(view.comment),
        sale_id=sale_of(view.key),
        why=explain(view.why, unit=unit, currency=office.currency, zone=office.zone, say_rule=office.say_rule),
        basis=view.why,
    )


def say_comment(text: str) -> str:
    """What somebody wrote stays as they wrote it; what the program wrote is in the reader's language."""
    return say(text) if text in OURS else text


def sale_of(key: str) -> int | None:
    """The sale that an entry belongs to, by its natural key."""
    found = OF_SALE.match(key)
    return int(found[1]) if found else None


def tell_entries(ids: Collection[int], office: Office) -> dict[int, Told]:
    """Tell these entries, by id, in their order; one statement."""
    if not ids:
        return {}
    rows = Entry.objects.filter(pk__in=ids).select_related("source__unit", "target").order_by("pk")
    return {view.id: tell_entry(view, office) for view in _views(rows)}


def _views(rows: Iterable[Entry]) -> Iterable[EntryView]:
    for entry in rows:
        is_out = entry.source.side == Side.MEMBER
        yield EntryView(
            id=entry.pk,
            kind=entry.kind,
            amount=-entry.amount if is_out else entry.amount,
            unit=entry.source.unit.code,
            key=entry.key,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            approver=entry.approver,
            reason=entry.reason,
            comment=entry.comment,
            why=msgspec.json.decode(entry.why, type=Why),
            member_id=(entry.source.holder_id if is_out else entry.target.holder_id) or 0,
        )
