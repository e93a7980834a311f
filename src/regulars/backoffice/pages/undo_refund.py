"""Undo a refund on its own day: what goes where is read back before it is pressed."""

from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_sale_or_404
from regulars.backoffice.forms.customer import ReasonForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.receipts import show_receipts
from regulars.backoffice.refusals import show_in
from regulars.backoffice.wording import money
from regulars.core.refusals import Refusal
from regulars.sales.answers import Refunded
from regulars.sales.models import Refund
from regulars.sales.undo_refund import undo_refund
from regulars.staff.rights import Right


@needs(Right.UNDO_REFUNDS)
def undo(request: HttpRequest, sale_id: int, refund_id: int) -> HttpResponse:
    office = office_of(request)
    find_sale_or_404(sale_id, office, Right.UNDO_REFUNDS)
    found = get_object_or_404(Refund.objects.select_related("sale__store"), pk=refund_id, sale=sale_id)
    form = ReasonForm(request.POST or None)
    refused = why_not(found, office)
    if request.method == "POST" and form.is_valid():
        try:
            done = undo_refund(refund_id=refund_id, reason=form.cleaned_data["reason"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            said = _("Undone. Take back %(money)s.") % {"money": money(done.money_minor, office.currency)}
            messages.success(request, said)
            return redirect("sale", sale_id)
    receipt = show_receipts([found.sale], office)[sale_id]
    context: dict[str, Any] = {
        "sale": found.sale,
        "refund": found,
        "refused": refused,
        "form": None if refused else form,
        "money_minor": msgspec.convert(found.outcome, type=Refunded, strict=False).money_minor,
        "entries": next((each.entries for each in receipt.refunds if each.refund.pk == refund_id), ()),
    }
    return render(request, "backoffice/undo_refund.html", context)


def why_not(refund: Refund, office: Office) -> str:
    """Why it cannot be undone, in words; nothing where it can."""
    if refund.undone_at is not None:
        return _("This refund is undone already.")
    if not is_of_today(refund.recorded_at, office):
        return _("A refund can be undone on its own day only. Record a new sale, or adjust the balance.")
    later = Refund.objects.filter(sale=refund.sale_id, pk__gt=refund.pk, undone_at=None).order_by("pk").first()
    if later is not None:
        return _("More of the sale came back later: undo the refund %(later)s first.") % {"later": later.external_id}
    return ""


def is_of_today(at: datetime, office: Office) -> bool:
    return at.astimezone(office.zone).date() == office.now.astimezone(office.zone).date()
