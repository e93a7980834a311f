"""Activate a card that somebody holds in their hand: for a member the shop knows, or for one who joins with it."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_typed
from regulars.backoffice.forms.cards import ActivateForm, NewcomerForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.cards.anonymous import find_anonymous
from regulars.care.activate_card import Activated, activate_by_hand
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.members.change import MemberChanges
from regulars.members.identity import Duplicate
from regulars.members.models import Card
from regulars.members.rows import MemberRow
from regulars.staff.rights import Right


class Gain(msgspec.Struct, frozen=True):
    """What a member has of a unit, with the card and without it."""

    unit: Unit
    before: int
    after: int


@needs(Right.CHANGE_MEMBERS)
def activate(request: HttpRequest, number: str) -> HttpResponse:
    """For a member: found by what was typed, with what they will have, and then pressed."""
    office, card = office_of(request), get_object_or_404(Card, number=number)
    form = ActivateForm(request.POST or None, initial={"member": request.GET.get("member", "")[:254]})
    whose: MemberRow | None = None
    if request.method == "POST" and form.is_valid():
        whose = find_typed(form.cleaned_data["member"], office)
        if whose is None:
            form.add_error("member", _("Nobody is known by this. Check the number, or search for the name."))
        elif "sure" in request.POST:
            try:
                return _done(request, activate_by_hand(number=number, to=whose.id, at=office.now, by=office.actor))
            except Refusal as refusal:
                show_in(form, refusal, office)
    gains = gains_of(card, whose.id, office) if whose else []
    context = {**_context(card, office), "form": form, "whose": whose, "gains": gains}
    return render(request, "backoffice/activate_card.html", context)


@needs(Right.CHANGE_MEMBERS)
def activate_new(request: HttpRequest, number: str) -> HttpResponse:
    """For somebody who joins with the card."""
    office, card = office_of(request), get_object_or_404(Card, number=number)
    form = NewcomerForm(request.POST or None)
    holder = None
    if request.method == "POST" and form.is_valid():
        told = {name: value for name, value in form.cleaned_data.items() if value}
        try:
            done = activate_by_hand(number=number, to=MemberChanges(**told), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
            holder = refusal.member_id if isinstance(refusal, Duplicate) else None
        else:
            return _done(request, done)
    context = {**_context(card, office), "form": form, "is_new": True, "holder": holder}
    return render(request, "backoffice/activate_card.html", context)


def gains_of(card: Card, member_id: int, office: Office) -> list[Gain]:
    """Return what the member will have of each unit that the card has earned."""
    if card.member_id is None:
        return []
    both = balances_of([member_id, card.member_id], at=office.now)
    own = {each.unit: each.available for each in both[member_id]}
    return [
        Gain(office.unit(each.unit), own.get(each.unit, 0), own.get(each.unit, 0) + each.available)
        for each in both[card.member_id]
        if each.available
    ]


def _context(card: Card, office: Office) -> dict[str, Any]:
    anonymous = find_anonymous([card.number]).get(card.number)
    held = balances_of([card.member_id], at=office.now)[card.member_id] if card.member_id else ()
    return {
        "card": card,
        "is_in_stock": anonymous is not None and not anonymous.is_dead(office.now),
        "held": [(office.unit(each.unit), each.available) for each in held if each.available],
    }


def _done(request: HttpRequest, done: Activated) -> HttpResponse:
    said = _("Welcome. What the card earned came along.") if done.is_new else _("Activated. What it earned came along.")
    messages.success(request, said)
    return redirect("member", done.member_id)
