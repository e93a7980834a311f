"""What somebody asked to do, in words: the action, how much, and what was typed."""

from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.backoffice.amounts import say_amount, words_of
from regulars.backoffice.office import Office
from regulars.backoffice.wording import money, number
from regulars.core.approval import MEASURES, Action
from regulars.staff.approvals import WAITS_FOR
from regulars.staff.models import Approval, ApprovalState, Need

ACTIONS: dict[str, Promise] = {
    Action.ADJUST_POINTS: gettext_lazy("Adjust a balance"),
    Action.ADJUST_STAMPS: gettext_lazy("Add or take off stamps"),
    Action.SPEND_POINTS: gettext_lazy("Spend for a member"),
    Action.REMOVE_REWARD: gettext_lazy("Remove a reward"),
    Action.REFUND_SALE: gettext_lazy("Refund a sale"),
    Action.CHANGE_TIER: gettext_lazy("Change a level"),
    Action.MERGE_MEMBERS: gettext_lazy("Merge two members"),
    Action.ERASE_MEMBER: gettext_lazy("Erase a member"),
    Action.MASS_ADJUST: gettext_lazy("Adjust many balances"),
    Action.SEND_MANY: gettext_lazy("Write to many members"),
}
NEEDS: dict[str, Promise] = {
    Need.PIN: gettext_lazy("the PIN of somebody who may approve"),
    Need.SECOND: gettext_lazy("a second person"),
}
UNTOLD = {"path", "key", "at", "sure"}
"""Fields of a form that are there for the form's sake."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An approval as the pages show it: `state` is the state that holds now."""

    approval: Approval
    action: str
    amount: str
    state: str
    typed: list[tuple[str, str]]


def tell_approval(approval: Approval, office: Office) -> Told:
    return Told(
        approval=approval,
        action=say_action(approval.action),
        amount=say_measure(approval.action, approval.amount, office, unit=approval.unit),
        state=state_of(approval, now=office.now),
        typed=[
            (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            for name, value in approval.payload.items()
            if name not in UNTOLD and value not in ([""], "", None)
        ],
    )


def say_action(action: str) -> str:
    return str(ACTIONS.get(action, action.replace("_", " ")))


def say_measure(action: str, amount: int | None, office: Office, *, unit: str = "") -> str:
    """An amount in what its action counts, of a unit where there is one; nothing where there is no amount."""
    if amount is None:
        return ""
    match MEASURES.get(Action(action), "") if action in set(Action) else "":
        case "money":
            return money(amount, office.currency)
        case "points" | "stamps" if unit:
            return say_amount(amount, office.unit(unit))
        case "points":
            return _("%(n)s of any unit") % {"n": number(amount)}
        case "stamps":
            return ngettext("%(n)s stamp", "%(n)s stamps", amount) % {"n": number(amount)}
        case "rows":
            return ngettext("%(n)s row", "%(n)s rows", amount) % {"n": number(amount)}
        case "members":
            return ngettext("%(n)s member", "%(n)s members", amount) % {"n": number(amount)}
        case _:
            return ""


def name_unit(code: str, office: Office) -> str:
    """A unit as a threshold names it: stamps by their card."""
    if office.live and code in office.live.cards:
        return _("stamps of “%(card)s”") % {"card": office.live.cards[code].name}
    return words_of(office.unit(code)).plural


def state_of(approval: Approval, *, now: datetime) -> str:
    """`lapsed` where nobody decided in time, or nobody did what was approved."""
    if approval.state == ApprovalState.WAITING and approval.asked_at <= now - WAITS_FOR:
        return "lapsed"
    if approval.state == ApprovalState.APPROVED and approval.valid_until is not None and approval.valid_until <= now:
        return "lapsed"
    return approval.state
