"""One sale: its lines with what each made, how it was paid, what came back; and whose it is."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_change
from regulars.backoffice.brought import say_brought
from regulars.backoffice.finding import find_sale_or_404, find_typed
from regulars.backoffice.keyed import show_by_hand
from regulars.backoffice.office import office_of
from regulars.backoffice.receipts import show_receipts
from regulars.backoffice.refusals import show_in
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.sales.attach import attach_sale
from regulars.staff.rights import Right
from regulars.stores.zones import zone


class AttachForm(forms.Form):
    member = forms.CharField(
        label=gettext_lazy("Whose sale is it?"),
        max_length=254,
        help_text=gettext_lazy("A card, phone, e-mail, external id or member number."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )


@needs(Right.SEE_SALES)
def sale(request: HttpRequest, sale_id: int) -> HttpResponse:
    office = office_of(request)
    found = find_sale_or_404(sale_id, office, Right.SEE_SALES)
    receipt = show_receipts([found], office)[sale_id]
    context = {
        "sale": found,
        "receipt": receipt,
        "tenders": found.tenders,
        "zone": zone(found.store.time_zone),
        "brought": say_brought(found, office),
        "by_hand": show_by_hand(sale_id, office),
    }
    return render(request, "backoffice/sale.html", context)


@needs(Right.ATTACH_SALES)
def attach(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Find the member, show who it is, then attach: a receipt given to the wrong person is hard to take back."""
    office = office_of(request)
    found = find_sale_or_404(sale_id, office, Right.ATTACH_SALES)
    form = AttachForm(request.POST or None)
    whose = None
    if request.method == "POST" and form.is_valid():
        whose = find_typed(form.cleaned_data["member"], office)
        if whose is None:
            form.add_error("member", _("Nobody is known by this. Check the number, or search for the name."))
        elif "sure" in request.POST:
            try:
                handle = MemberHandle(id=str(whose.id))
                done = attach_sale(sale_id=sale_id, member=handle, at=office.now, by=office.actor)
            except Refusal as refusal:
                show_in(form, refusal)
            else:
                earned = [say_change(each.awarded, office.unit(each.unit)) for each in done.earned if each.awarded]
                points = ", ".join(earned)
                messages.success(request, _("Attached.") + (f" {points}" if points else ""))
                return redirect("sale", sale_id)
    return render(request, "backoffice/attach.html", {"sale": found, "form": form, "whose": whose})
