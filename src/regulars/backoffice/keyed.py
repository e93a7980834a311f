"""Receipts keyed by hand, as pages tell them: how far they are, what they promise, and what is odd about them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.amounts import say_amount, say_change
from regulars.backoffice.office import Office
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import state_at
from regulars.members.find import find_members
from regulars.members.rows import MemberRow, read_member
from regulars.receipts.hints import Hint
from regulars.receipts.models import Dispute, Receipt
from regulars.sales.answers import Recorded, Refunded

STATES: dict[str, Promise] = {
    "awaiting": gettext_lazy("To check"),
    "draft": gettext_lazy("Drafts"),
    "confirmed": gettext_lazy("Confirmed"),
    "rejected": gettext_lazy("Rejected"),
    "lapsed": gettext_lazy("Lapsed"),
}
SAID: dict[str, tuple[Promise, str]] = {
    "awaiting": (gettext_lazy("Waits for a second step"), "careful"),
    "draft": (gettext_lazy("Draft"), ""),
    "confirmed": (gettext_lazy("Confirmed"), "good"),
    "rejected": (gettext_lazy("Rejected"), "stop"),
    "lapsed": (gettext_lazy("Lapsed"), "stop"),
}
KINDS: dict[str, Promise] = {
    "entry": gettext_lazy("Keyed instead of the till"),
    "claim": gettext_lazy("Brought by the member"),
    "open": gettext_lazy("Open in an earlier system"),
    "correction": gettext_lazy("Correction"),
}
WAYS: dict[str, Promise] = {
    "person": gettext_lazy("by a second person"),
    "member": gettext_lazy("by the member's code"),
    "till": gettext_lazy("by the till's own record"),
    "policy": gettext_lazy("at once: the policy asks for no second step"),
}
DIFFERS: dict[str, Promise] = {
    "total": gettext_lazy("the total"),
    "time": gettext_lazy("the time"),
    "member": gettext_lazy("the member"),
}
COMPLAINTS: dict[str, Promise] = {
    "missing": gettext_lazy("A purchase is missing"),
    "amount": gettext_lazy("The amount or the points are wrong"),
    "not_mine": gettext_lazy("It was not this member"),
    "other": gettext_lazy("Something else"),
}


DISPUTE_STATES: dict[str, tuple[Promise, str]] = {
    "open": (gettext_lazy("Open"), "careful"),
    "upheld": (gettext_lazy("The member was right"), "good"),
    "declined": (gettext_lazy("Declined"), "stop"),
}
AT_MOST = 20


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt, as a list and its own page show it."""

    receipt: Receipt
    state: str
    said: str
    look: str
    kind: str
    way: str
    promised: Sequence[str]


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale brings of one unit; `of` is what the rules gave before caps, where those held something back."""

    amount: str
    of: str = ""


class SaidHint(msgspec.Struct, frozen=True, kw_only=True):
    said: str
    sale_id: int | None
    receipt_id: int | None


def show_keyed(receipt: Receipt, office: Office) -> Keyed:
    state = state_at(receipt.state, receipt.lapses_at, office.now)  # type: ignore[arg-type]
    said, look = SAID[state]
    return Keyed(
        receipt=receipt,
        state=state,
        said=str(said),
        look=look,
        kind=str(KINDS.get(receipt.kind, receipt.kind)),
        way=str(WAYS.get(receipt.way, "")),
        promised=[say_amount(amount, office.unit(unit)) for unit, amount in receipt.promised],
    )


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """What people did about a sale: the receipt it came of, what corrects it, what is disputed."""

    keyed: Sequence[Receipt]
    corrections: Sequence[Keyed]
    disputes: Sequence[tuple[Dispute, str]]

    @property
    def any(self) -> bool:
        return bool(self.keyed or self.corrections or self.disputes)


def show_by_hand(sale_id: int, office: Office) -> ByHand:
    """Three statements, each by index."""
    receipts = Receipt.objects.select_related("corrects", "store")
    corrections = receipts.filter(corrects=sale_id).order_by("pk")[:AT_MOST]
    disputes = Dispute.objects.filter(sale=sale_id).order_by("pk")[:AT_MOST]
    return ByHand(
        keyed=list(receipts.filter(sale=sale_id)[:AT_MOST]),
        corrections=[show_keyed(each, office) for each in corrections],
        disputes=[(each, str(DISPUTE_STATES[each.state][0])) for each in disputes],
    )


def say_hints(hints: Iterable[Hint]) -> list[SaidHint]:
    return [SaidHint(said=_say(hint), sale_id=hint.sale_id, receipt_id=hint.receipt_id) for hint in hints]


def show_gains(recorded: Recorded, office: Office) -> list[Gain]:
    """What a sale brings, unit by unit: what caps left of it, and of how much."""
    return [
        Gain(
            amount=say_change(each.awarded, office.unit(each.unit)),
            of=say_amount(each.desired, office.unit(each.unit)) if each.awarded != each.desired else "",
        )
        for each in recorded.earned
    ]


def say_gains(recorded: Recorded, office: Office) -> str:
    return ", ".join(gain.amount for gain in show_gains(recorded, office))


def say_taken_back(back: Refunded | None, office: Office) -> list[str]:
    """What a refund takes back, one amount for each unit."""
    sums: dict[str, int] = {}
    for each in back.clawed if back else ():
        sums[each.unit] = sums.get(each.unit, 0) + each.amount
    return [say_change(-amount, office.unit(unit)) for unit, amount in sums.items() if amount]


def whose(text: str, office: Office) -> MemberRow | None:
    """Whoever was meant by what was typed: a card before anything else, as at the till; the number last."""
    handles = [MemberHandle(card=text, external_id=text, phone=text, email=text), MemberHandle(id=text.lstrip("#"))]
    found = next((each for each in find_members(handles, country=office.country, at=office.now) if each), None)
    return read_member(found.member_id) if found else None


def typed_moment(at: datetime, office: Office) -> str:
    """A moment as a form shows it."""
    return f"{at.astimezone(office.zone):%Y-%m-%dT%H:%M}"


def _say(hint: Hint) -> str:
    match hint.what:
        case "till_differs" if hint.differs:
            differs = ", ".join(str(DIFFERS.get(name, name)) for name in hint.differs)
            return _("The till recorded a sale under this number, and it differs in %(differs)s.") % {
                "differs": differs
            }
        case "till_differs":
            return _("The till recorded the same sale: confirming gives it to the member.")
        case "other_store":
            return _("Another store recorded a sale with this number and total.")
        case "same_picture":
            return _("The very same picture came with receipt %(id)s.") % {"id": hint.receipt_id}
        case "many_today":
            return _("This member has %(n)s receipts keyed around that day.") % {"n": hint.count}
        case _:
            return _("Who keyed it and whose it is go by the same e-mail address.")
