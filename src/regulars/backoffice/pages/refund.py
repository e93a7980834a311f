"""Refund a sale: what it takes back, gives back and leaves to pay out is shown before anything moves."""

from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.brought import name_rewards, say_levels
from regulars.backoffice.effects.deeds import Refund as RefundDeed
from regulars.backoffice.finding import find_sale_or_404
from regulars.backoffice.forms.refund import RefundForm
from regulars.backoffice.leave import typed, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.receipts import show_receipts
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.wording import money
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.sales.answers import Refunded
from regulars.sales.models import Sale
from regulars.sales.refund import preview_refund, refund_sales
from regulars.staff.approvals import Ask
from regulars.staff.rights import Right


@needs(Right.REFUND_SALES)
def refund(request: HttpRequest, sale_id: int) -> HttpResponse:
    """GET with `how` previews, POST refunds; while somebody chooses, only the preview is answered."""
    office = office_of(request)
    sale = find_sale_or_404(sale_id, office, Right.REFUND_SALES)
    receipt = show_receipts([sale], office)[sale_id]
    left = [line for line in receipt.lines if line.amount_minor > line.returned_minor]
    given = request.POST if request.method == "POST" else request.GET if "how" in request.GET else None
    form = RefundForm(given, office=office, lines=left)
    effect: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        wanted = NewRefund(
            sale_id=sale_id,
            external_id=form.cleaned_data["key"],
            occurred_at=_moment(form.cleaned_data["at"], office),
            by=office.actor,
            **form.wanted(),
        )
        if request.method == "POST" and _refund(wanted, sale, form, request, office):
            return redirect("sale", sale_id)
        effect = _preview(wanted, office)
    context = {"sale": sale, "receipt": receipt, "lines": left, "form": form, **effect}
    is_choosing = bool(request.headers.get("HX-Request"))
    return render(request, f"backoffice/{'parts/refund_preview' if is_choosing else 'refund'}.html", context)


def _refund(wanted: NewRefund, sale: Sale, form: RefundForm, request: HttpRequest, office: Office) -> bool:
    try:
        ask = Ask(
            action=Action.REFUND_SALE,
            payload=typed(request),
            weight=Weight(amount=_amount(wanted, sale, office), store_id=sale.store_id),
            about="sale",
            about_id=sale.pk,
            member_id=sale.member_id,
            deed=_deed(wanted).kept(),
        )
        outcome = with_leave(request, ask, lambda by: _refund_as(by, wanted, office))
    except Refusal as refusal:
        show_in(form, refusal, office)
        return False
    messages.success(
        request, _("Refunded. Give back %(money)s.") % {"money": money(outcome.money_minor, office.currency)}
    )
    return True


def _deed(wanted: NewRefund) -> RefundDeed:
    return RefundDeed(
        sale=wanted.sale_id,
        key=wanted.external_id,
        occurred_at=wanted.occurred_at,
        lines=tuple((line.position, line.quantity_milli, line.amount_minor) for line in wanted.lines),
        amount_minor=wanted.amount_minor,
    )


def _amount(wanted: NewRefund, sale: Sale, office: Office) -> int:
    """What would come back; the whole sale where that cannot be said: it may have come back already, by this form."""
    try:
        return preview_refund(wanted, at=office.now).amount_minor
    except Refusal:
        return sale.total_minor


def _refund_as(by: Actor, wanted: NewRefund, office: Office) -> Refunded:
    [outcome] = refund_sales([msgspec.structs.replace(wanted, by=by)], at=office.now)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _preview(wanted: NewRefund, office: Office) -> dict[str, Any]:
    try:
        effect = preview_refund(wanted, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office)}
    taken: dict[str, int] = {}
    for each in effect.clawed:
        taken[each.unit] = taken.get(each.unit, 0) + each.amount
    short: dict[str, int] = {}
    for each in effect.clawed:
        short[each.unit] = short.get(each.unit, 0) + each.short
    return {
        "effect": effect,
        "clawed": [{"unit": unit, "amount": amount, "short": short[unit]} for unit, amount in taken.items() if amount],
        "withheld": sum(each.withheld_minor for each in effect.clawed),
        "returned": sum(each.value_minor for each in effect.returned),
        "levels": say_levels(effect.levels, office.live),
        "withdrawn": name_rewards(effect.withdrawn, office.live),
    }


def _moment(text: str, office: Office) -> datetime:
    """The moment the form was shown; a mangled one is now."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return office.now
    return at if at.tzinfo and at <= office.now else office.now
