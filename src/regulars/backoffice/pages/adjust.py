"""Correct a balance: what it does is shown while it is typed, and the same form sent twice counts once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount, say_change
from regulars.backoffice.effects.deeds import Adjust
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.adjust import AdjustForm, AmountForm
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.approval import Action
from regulars.core.program.units import POINTS, Unit
from regulars.core.refusals import Refusal
from regulars.points.adjust import adjust_points, preview_adjustment
from regulars.staff.rights import Right


@needs(Right.ADJUST_POINTS)
def adjust(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    form = AdjustForm(request.POST or None, units=units_of(office))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            done = with_leave(
                request,
                ask_for_member(
                    Action.ADJUST_POINTS,
                    member_id,
                    request,
                    deed=Adjust(member=member_id, unit=typed["unit"], amount=typed["amount"]),
                    amount=typed["amount"],
                    unit=office.unit(typed["unit"]),
                ),
                lambda by: adjust_points(member_id=member_id, **typed, at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            unit = office.unit(typed["unit"])
            said = _("%(change)s: the balance is %(after)s now.") % {
                "change": say_change(typed["amount"], unit),
                "after": say_amount(done.balance.available, unit),
            }
            link = reverse("entry", args=[done.entry_id])
            messages.success(request, format_html('{} <a href="{}">{}</a>', said, link, _("See the entry")))
            return redirect("member", member_id)
    context = {"form": form, "member": member, **_preview(form, member_id, office)}
    return render(request, "backoffice/adjust.html", context)


@needs(Right.ADJUST_POINTS)
def preview(request: HttpRequest, member_id: int) -> HttpResponse:
    """The effect of what is typed so far."""
    office = office_of(request)
    form = AmountForm(request.GET, units=units_of(office))
    return render(request, "backoffice/parts/adjust_preview.html", _preview(form, member_id, office))


def units_of(office: Office) -> list[Unit]:
    """The program's units but stamps, which are added and taken off a card."""
    known = list(office.live.units.values()) if office.live else [POINTS]
    return [unit for unit in known if unit.kind != "stamps"] or [POINTS]


def _preview(form: AmountForm, member_id: int, office: Office) -> dict[str, Any]:
    """The balance before and after, and the lots that leave; a refusal in words."""
    if not form.is_bound or (not form.is_valid() and not {"amount", "unit"} <= set(form.cleaned_data)):
        return {"effect": None}
    typed = form.cleaned_data
    try:
        effect = preview_adjustment(member_id=member_id, amount=typed["amount"], unit=typed["unit"], at=office.now)
    except Refusal as refusal:
        return {"effect": None, "refused": words(refusal)}
    return {"effect": effect, "unit": office.unit(typed["unit"]), "amount": typed["amount"]}
