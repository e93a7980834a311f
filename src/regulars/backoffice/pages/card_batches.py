"""Batches of cards: ask for one, watch it being made, print it, seal its PINs."""

import secrets
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.forms.cards import BatchForm, PatternForm, PrintForm, why_not
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in, words
from regulars.brand.looks import read_logo
from regulars.cards.batches import OPEN, ask_batch, stop_batch
from regulars.cards.lettering import letters_without_a_font
from regulars.cards.listing import count_batch
from regulars.cards.models import CardBatch, CardType
from regulars.cards.printing import print_cards
from regulars.cards.seal import ask_seal
from regulars.cards.sheets import draw_sheet, write_csv
from regulars.core.card_numbers import InvalidPattern, check_pattern, make_numbers
from regulars.core.refusals import Refusal
from regulars.jobs.cards import defer_make_cards, defer_seal_cards
from regulars.members.models import CardStatus
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

FIRST_NUMBERS = 3


@needs(Right.MAKE_CARDS)
def card_batches(request: HttpRequest) -> HttpResponse:
    page = page_by_id(
        CardBatch.objects.select_related("type").defer("numbers", "faults"), before=request.GET.get("before", "")
    )
    names = name_actors({batch.created_by for batch in page.rows})
    context = {"page": page, "names": names, "has_types": CardType.objects.exists()}
    return render(request, "backoffice/card_batches.html", context)


@needs(Right.MAKE_CARDS)
def new_card_batch(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "backoffice/parts/batch_numbers.html", _numbers(PatternForm(request.GET)))
    types = list(CardType.objects.order_by("name").values_list("code", "name"))
    form = BatchForm(request.POST or None, request.FILES or None, types=types)
    if request.method == "POST" and form.is_valid():
        try:
            batch = ask_batch(form.asked(), key=form.cleaned_data["key"], at=office.now, by=office.actor)
        except InvalidPattern as refusal:
            form.add_error("pattern", why_not(refusal))
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            if batch.state in OPEN:
                defer_make_cards(batch.pk, schema=connection.schema_name)  # type: ignore[attr-defined]
            return redirect("card_batch", batch.pk)
    shown = _numbers(PatternForm(request.POST or {name: form[name].value() for name in PatternForm.base_fields}))
    return render(request, "backoffice/new_card_batch.html", {"form": form, "types": types, **shown})


def _numbers(form: PatternForm) -> dict[str, Any]:
    """The first numbers that what is typed would make, or why it makes none."""
    if not form.is_valid():
        return {"numbers": []}
    pattern, count = form.asked(), form.cleaned_data["count"]
    start = form.cleaned_data["start"] if form.cleaned_data["start"] is not None else 1
    try:
        check_pattern(pattern, count=count, start=start)
    except InvalidPattern as refusal:
        return {"numbers": [], "refused": why_not(refusal)}
    first = make_numbers(pattern, count=min(count, FIRST_NUMBERS), start=start, choose=secrets.choice)
    return {"numbers": list(first), "more": max(count - FIRST_NUMBERS, 0), "is_random": not pattern.running}


@needs(Right.MAKE_CARDS)
def card_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """While it is made, the part that tells how far it is asks again by itself."""
    batch = get_object_or_404(CardBatch.objects.select_related("type").defer("numbers"), pk=batch_id)
    is_open = batch.state in OPEN
    done = batch.made + batch.skipped
    progress = {
        "batch": batch,
        "is_open": is_open,
        "done": done,
        "percent": 100 * min(done, batch.wanted) // batch.wanted,
    }
    if request.headers.get("HX-Request"):
        answer = render(request, "backoffice/parts/batch_progress.html", progress)
        if not is_open:
            answer["HX-Refresh"] = "true"
        return answer
    names = dict(CardStatus.choices)
    context: dict[str, Any] = {
        **progress,
        "counts": [(status, names[status], count) for status, count in count_batch(batch_id).items()],
        "form": PrintForm(initial={"first": 1, "count": min(batch.made, 100)}),
        "names": name_actors({batch.created_by}),
        "unprintable": letters_without_a_font(f"{office_of(request).shop}{batch.type.name}"),
        "knows_pins": batch.secret is not None and batch.seal_asked_at is None,
    }
    return render(request, "backoffice/card_batch.html", context)


@require_POST
@needs(Right.MAKE_CARDS)
def stop_card_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    office = office_of(request)
    get_object_or_404(CardBatch.objects.only("pk"), pk=batch_id)
    stop_batch(batch_id, at=office.now, by=office.actor)
    messages.info(request, _("No more cards are made. Those that are made stay."))
    return redirect("card_batch", batch_id)


@needs(Right.MAKE_CARDS)
def seal_card_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Ask first: nobody can print these PINs again."""
    office = office_of(request)
    batch = get_object_or_404(CardBatch.objects.defer("numbers"), pk=batch_id)
    if batch.secret is None or batch.seal_asked_at is not None:
        raise Http404
    if request.method == "POST":
        try:
            ask_seal(batch_id, at=office.now, by=office.actor)
        except Refusal as refusal:
            messages.error(request, words(refusal, office))
        else:
            defer_seal_cards(batch_id, schema=connection.schema_name)  # type: ignore[attr-defined]
            messages.success(request, _("Sealed: nobody can print these PINs any more."))
        return redirect("card_batch", batch_id)
    return render(request, "backoffice/seal_card_batch.html", {"batch": batch})


@require_POST
@needs(Right.MAKE_CARDS)
def print_card_batch(request: HttpRequest, batch_id: int, form: str) -> HttpResponse:
    """Some cards as PDF, or all of them as CSV."""
    office = office_of(request)
    batch = get_object_or_404(CardBatch.objects.select_related("type").defer("numbers"), pk=batch_id)
    if form == "csv":
        cards = print_cards(batch_id, first=1, count=batch.made, at=office.now, by=office.actor)
        text = "\N{BYTE ORDER MARK}" + "".join(write_csv(cards))
        return _file(text.encode(), f"cards-{batch_id}.csv", "text/csv; charset=utf-8")
    asked = PrintForm(request.POST)
    if form != "pdf" or not asked.is_valid():
        raise Http404
    cards = print_cards(batch_id, **asked.cleaned_data, at=office.now, by=office.actor)
    logo = read_logo(office.looks)
    sheet = draw_sheet(cards, shop=office.shop, title=batch.type.name, scratch=_("PIN"), logo=logo)
    return _file(sheet, f"cards-{batch_id}-from-{asked.cleaned_data['first']}.pdf", "application/pdf")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
