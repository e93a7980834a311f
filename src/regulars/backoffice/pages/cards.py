"""A member's cards: give one, block or unblock one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.member import CardForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.members.cards import block_card, issue_card, unblock_card
from regulars.members.identity import Duplicate
from regulars.members.models import Card, CardStatus, Member
from regulars.staff.rights import Right


@needs(Right.CHANGE_MEMBERS)
def new_card(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), get_object_or_404(Member, pk=member_id)
    form = CardForm(request.POST or None)
    holder = None
    if request.method == "POST" and form.is_valid():
        try:
            issue_card(member_id=member_id, number=form.cleaned_data["card"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
            holder = refusal.member_id if isinstance(refusal, Duplicate) else None
        else:
            messages.success(request, _("The card is valid from now on."))
            return redirect("member", member_id)
    return render(request, "backoffice/new_card.html", {"form": form, "member": member, "holder": holder})


@needs(Right.CHANGE_MEMBERS)
def switch_card(request: HttpRequest, member_id: int, number: str) -> HttpResponse:
    """Block a valid card or unblock a blocked one, after a page that says what follows."""
    office = office_of(request)
    card = get_object_or_404(Card.objects.select_related("member"), number=number, member=member_id)
    if request.method == "POST":
        switch = unblock_card if request.POST.get("to") == CardStatus.ACTIVE else block_card
        switch(number=card.number, at=office.now, by=office.actor)
        messages.success(request, _("Done: the card's status is changed."))
        return redirect("member", card.member_id)
    return render(request, "backoffice/switch_card.html", {"card": card, "member": card.member})
