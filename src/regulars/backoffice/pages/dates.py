"""Extend what will end, and bring back what has: picked from a list, read back, then done with a reason."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.customer import DatesForm
from regulars.backoffice.levels import last_day
from regulars.backoffice.lots import AT_MOST, ShownLot, find_lots
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.brand.dates import say_day
from regulars.core.periods import end_of_day
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.points.dates import extend_lots, reinstate_expired
from regulars.staff.rights import Right


@needs(Right.CHANGE_DATES)
def dates(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    unit = _find_unit(request, office)
    lots = find_lots(member_id, unit=unit.code, at=office.now)
    form = DatesForm(request.POST or None, lots=[lot.id for lot in lots], zone=office.zone, now=office.now)
    effect = None
    balances = balances_of([member_id], at=office.now)[member_id]
    available = next((each.available for each in balances if each.unit == unit.code), 0)
    if request.method == "POST" and form.is_valid():
        picked = [lot for lot in lots if lot.id in form.cleaned_data["lots"]]
        if "sure" in request.POST and _change(form, member_id, picked, office):
            messages.success(request, _("Done. What members were promised only ever grows."))
            return redirect("member", member_id)
        if form.is_valid():
            effect = _effect(picked, form.cleaned_data["until"], unit, available, office)
    chosen = set(request.POST.getlist("lots"))
    context = {
        "member": member,
        "form": form,
        "unit": unit,
        "units": _units(office),
        "available": available,
        "lots": [{"lot": lot, "is_picked": str(lot.id) in chosen} for lot in lots],
        "has_more": len(lots) >= AT_MOST,
        "effect": effect,
    }
    return render(request, "backoffice/dates.html", context)


def _change(form: DatesForm, member_id: int, picked: Collection[ShownLot], office: Office) -> bool:
    """Both deeds or neither."""
    typed = form.cleaned_data
    told = {"member_id": member_id, "until": typed["until"], "reason": typed["reason"], "at": office.now}
    try:
        with transaction.atomic():
            if open_ones := [lot.id for lot in picked if not lot.is_over]:
                extend_lots(lots=open_ones, by=office.actor, **told)
            if over := [lot.id for lot in picked if lot.is_over]:
                reinstate_expired(lots=over, key=typed["key"], by=office.actor, **told)
    except Refusal as refusal:
        show_in(form, refusal, office)
    return not form.errors


def _effect(picked: Collection[ShownLot], until: date, unit: Unit, available: int, office: Office) -> dict[str, Any]:
    """What would be, in sentences: the balance, and each amount with its old and new last day."""
    end = end_of_day(until, office.zone)
    new = say_day(until)
    said = []
    for lot in picked:
        told = {"n": say_amount(lot.amount, unit), "old": last_day(lot.expires_at, office), "new": new}
        if lot.is_over:
            said.append(_("%(n)s that expired on %(old)s come back and live until %(new)s.") % told)
        elif lot.expires_at >= end:
            said.append(_("%(n)s live until %(old)s already: they stay as they are.") % told)
        else:
            said.append(_("%(n)s: %(old)s → %(new)s.") % told)
    return {
        "before": available,
        "after": available + sum(lot.amount for lot in picked if lot.is_over),
        "sentences": said,
    }


def _units(office: Office) -> list[Unit]:
    return [unit for unit in office.live.units.values() if unit.kind != "stamps"] if office.live else []


def _find_unit(request: HttpRequest, office: Office) -> Unit:
    known = _units(office)
    asked = request.GET.get("unit")
    return next((unit for unit in known if unit.code == asked), known[0] if known else office.unit("points"))
