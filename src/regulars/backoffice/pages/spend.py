"""Spend for a member: the balance, what it buys, and what is left; what cannot be had says why."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.effects.deeds import Spend
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.customer import SpendForm
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.levels import last_day
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.wording import number
from regulars.core.approval import Action
from regulars.core.claiming import TooDear, usable_until
from regulars.core.phrases import write_amount
from regulars.core.program.rewards import Reward
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.points.claim import Claimed, claim_reward
from regulars.points.claimable import Claimable, list_claimable
from regulars.staff.rights import Right


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward with its price for this member. `regular` is what others pay, where it differs; `refused` says why it
    cannot be had, `is_short` that it is too dear.
    """

    code: str
    name: str
    description: str
    unit: Unit
    price: int
    regular: int | None
    before: int
    after: int
    refused: str
    is_short: bool
    left: str
    follows: str


@needs(Right.CLAIM_REWARDS)
def spend(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    form = SpendForm(request.POST or None)
    claimable = list_claimable(member_id=member_id, at=office.now) if office.book else []
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        meant = next((each for each in claimable if each.reward.code == typed["reward"]), None)
        price, unit = (meant.price, office.unit(meant.unit)) if meant else (0, None)
        try:
            done = with_leave(
                request,
                ask_for_member(
                    Action.SPEND_POINTS,
                    member_id,
                    request,
                    deed=Spend(member=member_id, reward=typed["reward"]),
                    amount=price,
                    unit=unit,
                ),
                lambda by: claim_reward(member_id=member_id, **typed, at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _said(done, office))
            return redirect("member", member_id)
    rows = [_offer(each, office) for each in claimable]
    context: dict[str, Any] = {
        "member": member,
        "form": form,
        "rows": sorted(rows, key=lambda row: (bool(row.refused), row.is_short, row.price)),
        "can_spend": any(not row.refused for row in rows),
        "balances": [each for each in balances_of([member_id], at=office.now)[member_id] if _is_price(each.unit, rows)],
    }
    return render(request, "backoffice/spend.html", context)


def _offer(each: Claimable, office: Office) -> Offer:
    reward, unit = each.reward, office.unit(each.unit)
    return Offer(
        code=reward.code,
        name=reward.name,
        description=reward.description,
        unit=unit,
        price=each.price,
        regular=each.listed if each.listed != each.price else None,
        before=each.available,
        after=each.after,
        refused=_why_not(each, unit, office),
        is_short=isinstance(each.refusal, TooDear),
        left=_("%(n)s left") % {"n": number(each.left)} if each.left is not None else "",
        follows=_follows(reward, office),
    )


def _why_not(each: Claimable, unit: Unit, office: Office) -> str:
    """Why it cannot be had now, and what to do about it; nothing where it can."""
    if isinstance(each.refusal, TooDear):
        held, price = write_amount(each.available, unit), say_amount(each.price, unit)
        return _("Not enough: %(held)s of %(price)s. Pick another reward, or:") % {"held": held, "price": price}
    return words(each.refusal, office) if each.refusal else ""


def _follows(reward: Reward, office: Office) -> str:
    """What happens with it then."""
    if reward.kind in ("points", "credit"):
        return _("It is credited at once.")
    if reward.is_sent:
        return _("It is put on the list of rewards to send.")
    end = usable_until(reward, issued_at=office.now, zone=office.zone)
    if end is None:
        return _("A code for the till is made.")
    return _("A code for the till is made, valid until %(day)s.") % {"day": last_day(end, office)}


def _said(done: Claimed, office: Office) -> str:
    said = _("“%(reward)s” is theirs: code %(code)s.") % {"reward": done.issued.name, "code": done.issued.code}
    if done.issued.status == "used":
        said = _("“%(reward)s” is credited.") % {"reward": done.issued.name}
    if done.balance is not None:
        left = say_amount(done.balance.available, office.unit(done.balance.unit))
        said += " " + _("%(left)s are left.") % {"left": left}
    return said


def _is_price(unit: str, rows: list[Offer]) -> bool:
    return any(row.unit.code == unit for row in rows)
