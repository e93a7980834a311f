"""One reward in a member's hand: hand it out, take that back, or take it away, with its price back or not."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.effects.deeds import RemoveReward
from regulars.backoffice.effects.foresee import foresee
from regulars.backoffice.effects.say import show_effect
from regulars.backoffice.finding import find_or_404, stores_to_choose
from regulars.backoffice.forms.customer import HandOutForm, NoteForm, RemoveForm
from regulars.backoffice.gifts import Gift, tell_gift
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.approval import Action
from regulars.core.refusals import Refusal
from regulars.points.remove_reward import remove_reward
from regulars.rewards.issued import read_one
from regulars.rewards.use import take_back_use, use_reward
from regulars.staff.rights import Right


@needs(Right.CLAIM_REWARDS)
def hand_out(request: HttpRequest, member_id: int, issued_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    gift = _find(member_id, issued_id, office)
    stores = stores_to_choose(office, Right.CLAIM_REWARDS)
    form = HandOutForm(request.POST or None, stores=stores)
    if request.method == "POST" and form.is_valid():
        store = form.cleaned_data["store"]
        try:
            use_reward(issued_id=issued_id, store=store, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("“%(reward)s” is handed out.") % {"reward": gift.name})
            return redirect("member", member_id)
    return render(request, "backoffice/use_reward.html", {"member": member, "gift": gift, "form": form})


@needs(Right.REMOVE_REWARDS)
def take_back(request: HttpRequest, member_id: int, issued_id: int) -> HttpResponse:
    """A use that was a mistake: the reward is in hand again, with the end it had."""
    office, member = office_of(request), find_or_404(member_id)
    gift = _find(member_id, issued_id, office)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back_use(issued_id=issued_id, note=form.cleaned_data["note"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("“%(reward)s” is in hand again.") % {"reward": gift.name})
            return redirect("member", member_id)
    return render(request, "backoffice/take_back_use.html", {"member": member, "gift": gift, "form": form})


@needs(Right.REMOVE_REWARDS)
def remove(request: HttpRequest, member_id: int, issued_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    gift = _find(member_id, issued_id, office)
    price = say_amount(gift.price, gift.unit) if gift.unit else ""
    form = RemoveForm(request.POST or None, price=price)
    if request.method == "POST" and form.is_valid():
        try:
            with_leave(
                request,
                ask_for_member(
                    Action.REMOVE_REWARD,
                    member_id,
                    request,
                    deed=RemoveReward(issued=issued_id, give_back=form.gives_back),
                ),
                lambda by: remove_reward(
                    issued_id=issued_id,
                    give_back=form.gives_back,
                    reason=form.cleaned_data["reason"],
                    at=office.now,
                    by=by,
                ),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _said(gift, price if form.gives_back else ""))
            return redirect("member", member_id)
    choice = request.GET.get("give_back", request.POST.get("give_back", ""))
    context: dict[str, Any] = {"member": member, "gift": gift, "form": form}
    if choice or not price:
        deed = RemoveReward(issued=issued_id, give_back=bool(price) and choice == "yes")
        context["effect"] = show_effect(foresee(deed, at=office.now), None, office)
    page = "parts/removal_preview" if "give_back" in request.GET else "remove_reward"
    return render(request, f"backoffice/{page}.html", context)


def _said(gift: Gift, price: str) -> str:
    removed = _("“%(reward)s” is removed.") % {"reward": gift.name}
    return removed + (" " + _("%(price)s came back.") % {"price": price} if price else "")


def _find(member_id: int, issued_id: int, office: Office) -> Gift:
    row = read_one(issued_id)
    if row is None or row.member_id != member_id:
        raise Http404
    return tell_gift(row, office)
