"""Kinds of cards: what there is, and the form for one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.cards import CardTypeForm, type_initial
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.cards.models import CardType
from regulars.cards.types import change_card_type, make_card_type, terms_of
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right


@needs(Right.MAKE_CARDS)
def card_types(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    kinds = [
        {"kind": kind, "most": [(office.unit(unit), most) for unit, most in kind.most_before.items()]}
        for kind in CardType.objects.order_by("name", "code")
    ]
    return render(request, "backoffice/card_types.html", {"kinds": kinds})


@needs(Right.MAKE_CARDS)
def new_card_type(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = _form(request, office, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            make_card_type(code=form.cleaned_data["code"], terms=form.terms(), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved. Now cards of this kind can be made, or given to members."))
            return redirect("card_types")
    return render(request, "backoffice/card_type.html", {"form": form, "kind": None})


@needs(Right.MAKE_CARDS)
def card_type(request: HttpRequest, code: str) -> HttpResponse:
    office, kind = office_of(request), get_object_or_404(CardType, code=code)
    form = _form(request, office, is_new=False, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            change_card_type(code=code, terms=form.terms(), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved."))
            return redirect("card_types")
    return render(request, "backoffice/card_type.html", {"form": form, "kind": kind})


def _form(request: HttpRequest, office: Office, *, is_new: bool, kind: CardType | None = None) -> CardTypeForm:
    units = _units(office)
    tier_sets = [(each.code, each.name) for each in office.live.tier_sets] if office.live else []
    initial = None if kind is None else type_initial(terms_of(kind), units)
    return CardTypeForm(request.POST or None, units=units, tier_sets=tier_sets, is_new=is_new, initial=initial)


def _units(office: Office) -> list[Unit]:
    """The units that are spent: what a card may hold of them is worth bounding."""
    return [unit for unit in office.live.units.values() if unit.kind != "stamps"] if office.live else []
