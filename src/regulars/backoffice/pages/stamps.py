"""Put stamps on a member's card, or take them off: the card is drawn as it would be before anything moves."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.access import needs
from regulars.backoffice.effects.deeds import PutStamps
from regulars.backoffice.finding import find_or_404, tally_of
from regulars.backoffice.forms.customer import StampsForm
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.stampcards import DrawnCard, draw_mine
from regulars.core.approval import Action
from regulars.core.refusals import Refusal
from regulars.core.stamps import CardState
from regulars.ledger.statement import balance_of
from regulars.points.card_in_hand import CardNow
from regulars.points.stamps import adjust_stamps, preview_stamps
from regulars.staff.rights import Right


@needs(Right.GIVE_STAMPS)
def stamps(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    asked = {"card": request.GET["card"]} if "card" in request.GET else {}
    form = _form(request.POST or None, office, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            typed = form.cleaned_data
            done = with_leave(
                request,
                ask_for_member(
                    Action.ADJUST_STAMPS,
                    member_id,
                    request,
                    deed=PutStamps(member=member_id, card=typed["card"], stamps=typed["stamps"]),
                    amount=typed["stamps"],
                    unit=office.unit(typed["card"]),
                ),
                lambda by: adjust_stamps(member_id=member_id, **typed, at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            said = " ".join(_sentences(done, form.cleaned_data["stamps"], office))
            link = reverse("entry", args=[done.entry_id])
            messages.success(request, format_html('{} <a href="{}">{}</a>', said, link, _("See the entry")))
            return redirect("member", member_id)
    context = {"member": member, "form": form, **_preview(form, member_id, office)}
    return render(request, "backoffice/stamps.html", context)


@needs(Right.GIVE_STAMPS)
def preview(request: HttpRequest, member_id: int) -> HttpResponse:
    """The card with what is typed so far; before anything is, the card as it is."""
    office = office_of(request)
    find_or_404(member_id)
    form = _form(request.GET, office)
    return render(request, "backoffice/parts/stamps_preview.html", _preview(form, member_id, office))


def _form(given: Any, office: Office, **options: Any) -> StampsForm:
    cards = [(card.code, card.name) for card in office.live.cards.values()] if office.live else []
    return StampsForm(given, cards=cards, **options)


def _preview(form: StampsForm, member_id: int, office: Office) -> dict[str, Any]:
    """The card in hand, or, once something is typed, the card as it would be."""
    wanted, card = None, form.first_card
    if form.is_bound:
        form.is_valid()
        card, wanted = form.cleaned_data.get("card", ""), form.cleaned_data.get("stamps")
    if not card:
        return {}
    state = tally_of(member_id).cards.get(card, CardState())
    balance = balance_of(member_id, at=office.now, unit=card)
    held = balance.available + balance.pending + balance.reserved
    if not wanted:
        return {"effect": {"card": draw_mine(card, state, held, office), "sentences": []}}
    try:
        effect = preview_stamps(member_id=member_id, card=card, stamps=wanted, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office), "effect": {"card": draw_mine(card, state, held, office)}}
    drawn = _draw(effect, state, held, office)
    return {"effect": {"card": drawn, "sentences": _sentences(effect, wanted, office, before=held)}}


def _draw(effect: CardNow, state: CardState, held: int, office: Office) -> DrawnCard:
    """The card after it, with the places that change marked."""
    is_same = effect.number == state.number
    begin = max(held, 0) if is_same else 0
    if effect.put < 0:
        return draw_mine(effect.card, CardState(effect.number, state.runs), effect.held, office)
    marked = range(begin + 1, effect.held + 1)
    return draw_mine(effect.card, CardState(effect.number, state.runs), effect.held, office, marked=marked, mark="new")


def _sentences(effect: CardNow, wanted: int, office: Office, *, before: int | None = None) -> list[str]:
    said = []
    if before is not None:
        said.append(_("%(before)s stamps before.") % {"before": before})
    said.append(_("%(held)s of %(size)s stamps now.") % {"held": effect.held, "size": effect.size})
    if 0 < effect.put < wanted:
        said.append(_("Only %(put)s of %(wanted)s find room.") % {"put": effect.put, "wanted": wanted})
    if effect.completed:
        card = office.live.cards.get(effect.card) if office.live else None
        reward = office.live.rewards.get(card.final) if office.live and card else None
        filled = ngettext("It fills %(n)s card", "It fills %(n)s cards", effect.completed) % {"n": effect.completed}
        said.append(f"{filled}: {reward.name}." if reward else f"{filled}.")
    if effect.reopened:
        said.append(
            ngettext(
                "%(n)s full card is opened again, and its unused reward withdrawn.",
                "%(n)s full cards are opened again, and their unused rewards withdrawn.",
                effect.reopened,
            )
            % {"n": effect.reopened}
        )
    return said
