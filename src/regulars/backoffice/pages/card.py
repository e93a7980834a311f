"""One card: whose it is, what it holds, what happened to it; and what may be done with it."""

from collections.abc import Callable
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.deeds import say_event
from regulars.backoffice.forms.cards import RankForm, ReplaceForm, UnblockForm, WhyForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.cards.anonymous import find_anonymous
from regulars.cards.models import CardBatch, CardType, RankChange
from regulars.cards.ranks import change_rank
from regulars.cards.replace import replace_card
from regulars.core.refusals import Refusal
from regulars.core.tiers import level_of
from regulars.ledger.statement import balances_of
from regulars.members.cards import block_card, lose_card, unblock_card
from regulars.members.models import Card, CardStatus
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right
from regulars.tiers.look import standings_at

SHOWN = 50
OVER = (CardStatus.REPLACED, CardStatus.EXPIRED)


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do with a card: `effect` says what follows, before it is pressed."""

    title: Promise
    effect: Promise
    button: Promise
    said: Promise
    form: type[forms.Form]
    do: Callable[..., Card]
    fits: Callable[[Card], bool]
    is_grave: bool = False


DEEDS = {
    "block": Deed(
        title=_("Block this card"),
        effect=_("From now on no till accepts it. The member, the balance and other cards are not touched."),
        button=_("Block"),
        said=_("No till accepts the card any more."),
        form=WhyForm,
        do=block_card,
        fits=lambda card: card.status in (CardStatus.ACTIVE, CardStatus.STOCK, CardStatus.LOST),
        is_grave=True,
    ),
    "lose": Deed(
        title=_("This card is lost"),
        effect=_("From now on no till accepts it. Its number still finds the member, and another card can replace it."),
        button=_("It is lost"),
        said=_("No till accepts the card any more."),
        form=WhyForm,
        do=lose_card,
        fits=lambda card: card.status in (CardStatus.ACTIVE, CardStatus.STOCK, CardStatus.BLOCKED),
        is_grave=True,
    ),
    "unblock": Deed(
        title=_("Unblock this card"),
        effect=_("From now on tills accept it again."),
        button=_("Unblock"),
        said=_("Tills accept the card again."),
        form=UnblockForm,
        do=unblock_card,
        fits=lambda card: card.status in (CardStatus.BLOCKED, CardStatus.LOST),
    ),
    "replace": Deed(
        title=_("Replace this card"),
        effect=_(
            "All that it stands for goes on under the new number. The old number still finds the member; unless it is "
            "lost it still earns, and it pays for nothing."
        ),
        button=_("Replace"),
        said=_("The new card stands for the old one."),
        form=ReplaceForm,
        do=replace_card,
        fits=lambda card: card.member_id is not None,
    ),
    "rank": Deed(
        title=_("Give this card another rank"),
        effect=_("The history of its ranks keeps what it was."),
        button=_("Change the rank"),
        said=_("The rank is changed."),
        form=RankForm,
        do=change_rank,
        fits=lambda card: True,
    ),
}


@needs(Right.SEE_MEMBERS)
def card(request: HttpRequest, number: str) -> HttpResponse:
    office = office_of(request)
    found = get_object_or_404(Card.objects.select_related("member", "replaced_by"), number=number)
    kind = CardType.objects.filter(code=found.type_code).first()
    events = list(Event.objects.filter(about="card", about_id=found.pk).order_by("-pk")[:SHOWN])
    ranks = list(RankChange.objects.filter(card=found).order_by("-pk")[:SHOWN])
    anonymous = find_anonymous([number]).get(number)
    context = {
        "card": found,
        "kind": kind,
        "rank": rank_of(found, kind, office),
        "rank_names": dict(ranks_of(kind)),
        "batch": CardBatch.objects.filter(pk=found.batch_id).first() if found.batch_id else None,
        "anonymous": anonymous,
        "is_dead": anonymous is not None and anonymous.is_dead(office.now),
        "balances": balances_of([found.member_id], at=office.now)[found.member_id] if found.member_id else (),
        "replaces": Card.objects.filter(replaced_by=found.pk, member=found.member_id)[:SHOWN]
        if found.member_id
        else (),
        "ranks": ranks,
        "events": [{"event": event, **say_event(event, office)} for event in events],
        "names": name_actors({event.actor for event in events} | {change.actor for change in ranks}),
        "deeds": [(name, deed) for name, deed in DEEDS.items() if _fits(deed, name, found, kind)],
    }
    return render(request, "backoffice/card.html", context)


@needs(Right.CHANGE_MEMBERS)
def change(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Do one of the deeds, after a page that says what follows."""
    office = office_of(request)
    found = get_object_or_404(Card.objects.select_related("member"), number=number)
    kind = CardType.objects.filter(code=found.type_code).first()
    wanted = DEEDS.get(deed)
    if wanted is None or not _fits(wanted, deed, found, kind):
        raise Http404
    options: dict[str, Any] = {"ranks": ranks_of(kind), "initial": {"rank": found.rank}} if deed == "rank" else {}
    form = wanted.form(request.POST or None, **options)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        if deed == "replace":
            typed["by_number"] = typed.pop("card")
        try:
            done = wanted.do(number=number, **typed, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, str(wanted.said))
            return redirect("card", done.number)
    return render(request, "backoffice/change_card.html", {"card": found, "deed": wanted, "name": deed, "form": form})


def rank_of(found: Card, kind: CardType | None, office: Office) -> str:
    """Say a card's rank; where its kind says so, it is the name of the member's level."""
    if kind is None or not kind.tier_set:
        return dict(ranks_of(kind)).get(found.rank, found.rank)
    tier_set = (
        next((each for each in office.live.tier_sets if each.code == kind.tier_set), None) if office.live else None
    )
    if tier_set is None or office.book is None or found.member_id is None:
        return ""
    standing = standings_at([found.member_id], tier_sets=[tier_set], book=office.book, at=office.now)
    now = standing.get(found.member_id, {}).get(tier_set.code)
    level = level_of(tier_set, now, at=office.now) if now else None
    return next((each.name for each in tier_set.levels if each.code == level), "")


def ranks_of(kind: CardType | None) -> list[tuple[str, str]]:
    return [(rank["code"], rank["name"]) for rank in kind.ranks] if kind else []


def _fits(deed: Deed, name: str, found: Card, kind: CardType | None) -> bool:
    if found.status in OVER or found.replaced_by_id is not None:
        return False
    if name == "rank":
        return kind is not None and not kind.tier_set and bool(kind.ranks)
    return deed.fits(found)
