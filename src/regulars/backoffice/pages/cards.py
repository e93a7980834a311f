"""A member gets a card: one of ours of a kind, or one they have already, whose number is registered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.cards import NewCardForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.cards.issue import give_card
from regulars.cards.models import CardType
from regulars.core.refusals import Refusal
from regulars.members.identity import CardInStock, Duplicate
from regulars.members.models import Member
from regulars.staff.rights import Right


@needs(Right.CHANGE_MEMBERS)
def new_card(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), get_object_or_404(Member, pk=member_id)
    types = list(CardType.objects.order_by("name").values_list("code", "name"))
    form = NewCardForm(request.POST or None, types=types)
    holder, in_stock = None, ""
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            give_card(
                member_id=member_id,
                number=typed["card"],
                card_type=typed.get("card_type", ""),
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal)
            holder = refusal.member_id if isinstance(refusal, Duplicate) else None
            in_stock = refusal.number if isinstance(refusal, CardInStock) else ""
        else:
            messages.success(request, _("The card is valid from now on."))
            return redirect("member", member_id)
    context = {"form": form, "member": member, "holder": holder, "in_stock": in_stock}
    return render(request, "backoffice/new_card.html", context)
