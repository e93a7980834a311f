"""All cards, newest first, or those whose number begins like this."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.backoffice.keyset import Page, read_id_key
from regulars.cards.listing import CardFilters, find_cards, list_cards
from regulars.cards.models import CardBatch, CardType
from regulars.members.models import CardStatus
from regulars.staff.rights import Right

AT_MOST = 50


@needs(Right.SEE_MEMBERS)
def cards(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:80]
    context = _search(asked) if asked else _newest(request)
    if not request.headers.get("HX-Request"):
        context |= {"statuses": CardStatus.choices, "types": list(CardType.objects.order_by("name"))}
    template = "backoffice/parts/card_rows.html" if request.headers.get("HX-Request") else "backoffice/cards.html"
    return render(request, template, {**context, "asked": asked})


def _search(asked: str) -> dict[str, Any]:
    found = find_cards(asked, limit=AT_MOST)
    return {"rows": found, "is_full": len(found) == AT_MOST, "type_names": type_names()}


def _newest(request: HttpRequest) -> dict[str, Any]:
    status, kind, batch = (request.GET.get(name, "") for name in ("status", "type", "batch"))
    number = read_id_key(batch)
    filters = CardFilters(
        status=status if status in CardStatus.values else "",
        in_use=status == "in_use",
        card_type=kind[:32],
        batch=number,
    )
    last = read_id_key(request.GET.get("before", ""))
    found = list_cards(filters, before_id=last, limit=AT_MOST + 1)
    page = Page(found[:AT_MOST], str(found[AT_MOST - 1].id) if len(found) > AT_MOST else None, last is None)
    return {
        "rows": page.rows,
        "page": page,
        "status": status,
        "kind": kind,
        "batch": None if number is None else CardBatch.objects.filter(pk=number).first(),
        "is_filtered": bool(status or kind or batch),
        "type_names": type_names(),
    }


def type_names() -> dict[str, str]:
    """Return the names of all kinds of cards, by code."""
    return dict(CardType.objects.values_list("code", "name"))
