"""Stamps without a till: one-time codes on slips, and posters whose QR stamps the card of whoever scans it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.finding import stores_to_choose
from regulars.backoffice.forms.stamp_codes import CodesForm, PosterForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.qr import draw_qr
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.points.models import Poster, StampCode
from regulars.points.posters import RESTS_MINUTES, hang_poster, poster_text, take_poster_down
from regulars.points.stamp_codes import make_stamp_codes
from regulars.staff.rights import Right

BATCHES = 50


@needs(Right.GIVE_STAMPS)
def stamp_codes(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    cards = _cards(office)
    batches = (
        StampCode.objects.values("batch", "card", "stamps")
        .annotate(made=Count("id"), used=Count("id", filter=Q(used_at__isnull=False)), made_at=Max("made_at"))
        .annotate(usable_until=Max("usable_until"))
        .order_by("-made_at")[:BATCHES]
    )
    posters = Poster.objects.filter(taken_down_at=None).select_related("store").order_by("-hung_at")[:200]
    context = {"cards": dict(cards), "batches": batches, "posters": posters}
    return render(request, "backoffice/stamp_codes.html", context)


@needs(Right.GIVE_STAMPS)
def new_codes(request: HttpRequest) -> HttpResponse:
    """The codes are in the answer itself, once: nobody can read them later, not even we."""
    office = office_of(request)
    cards = _cards(office)
    form = CodesForm(request.POST or None, cards=cards, zone=office.zone, now=office.now)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("card", "count", "stamps", "batch")}
        try:
            made = make_stamp_codes(**typed, usable_until=form.usable_until, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            context = {
                **typed,
                "codes": ["-".join(code[place : place + 4] for place in range(0, len(code), 4)) for code in made],
                "card": dict(cards)[typed["card"]],
                "until": form.usable_until,
            }
            return render(request, "backoffice/codes_made.html", context)
    return render(request, "backoffice/new_codes.html", {"form": form, "cards": cards})


@needs(Right.GIVE_STAMPS)
def new_poster(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    stores = stores_to_choose(office_of(request), Right.GIVE_STAMPS)
    form = PosterForm(request.POST or None, stores=stores, cards=_cards(office))
    if request.method == "POST" and form.is_valid():
        try:
            hang_poster(**form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            newest = Poster.objects.filter(store__code=form.cleaned_data["store"]).latest("pk")
            return redirect("poster", newest.pk)
    return render(request, "backoffice/new_poster.html", {"form": form, "cards": _cards(office)})


@needs(Right.GIVE_STAMPS)
def poster(request: HttpRequest, poster_id: int) -> HttpResponse:
    """A page to print and hang up."""
    office = office_of(request)
    found = get_object_or_404(Poster.objects.select_related("store"), pk=poster_id)
    card = office.live.cards.get(found.card) if office.live else None
    context: dict[str, Any] = {
        "poster": found,
        "card": card,
        "qr": draw_qr(poster_text(poster_id)),
        "rests_hours": -(-(card.cool_down_minutes if card and card.cool_down_minutes else RESTS_MINUTES) // 60),
    }
    return render(request, "backoffice/poster.html", context)


@require_POST
@needs(Right.GIVE_STAMPS)
def take_down(request: HttpRequest, poster_id: int) -> HttpResponse:
    office = office_of(request)
    get_object_or_404(Poster, pk=poster_id)
    take_poster_down(poster_id, at=office.now, by=office.actor)
    messages.success(request, _("Its QR stamps no card any more. Take the paper down too."))
    return redirect("stamp_codes")


def _cards(office: Office) -> list[tuple[str, str]]:
    return [(card.code, card.name) for card in office.live.cards.values()] if office.live else []
