"""One box for everything: members, receipts and stores, the best first."""

import msgspec
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.wording import name_of
from regulars.cards.listing import find_cards
from regulars.members.models import CardStatus
from regulars.members.rows import MemberRow
from regulars.members.search import search_members
from regulars.receipts.models import Receipt
from regulars.sales.models import Sale
from regulars.staff.rights import Right
from regulars.stores.models import Store

SHORTEST = 2
AT_MOST = 8


class Hit(msgspec.Struct, frozen=True):
    url: str
    title: str
    detail: str = ""


@needs(Right.SEE_MEMBERS)
def search(request: HttpRequest) -> HttpResponse:
    """Answer the list under the box while somebody types; Enter, or no JavaScript, opens the best result."""
    asked = request.GET.get("q", "").strip()[:100]
    is_typing = request.headers.get("HX-Request") == "true"
    hits = find_everything(request, asked) if len(asked) >= SHORTEST else {}
    if not is_typing:
        best = next((found[0] for found in hits.values() if found), None)
        if best is not None:
            return redirect(best.url)
    template = "backoffice/parts/found.html" if is_typing else "backoffice/search.html"
    return render(request, template, {"asked": asked, "hits": hits, "is_short": len(asked) < SHORTEST})


def find_everything(request: HttpRequest, asked: str) -> dict[str, list[Hit]]:
    office = office_of(request)
    hits = {"members": _members(asked, country=office.country)}
    hits["cards"] = _cards(asked)
    if office.can(Right.SEE_SALES):
        hits["receipts"] = _receipts(asked, office)
    if office.can(Right.SEE_STORES):
        hits["stores"] = _stores(asked, office)
    return {kind: found for kind, found in hits.items() if found}


def _members(asked: str, *, country: str) -> list[Hit]:
    found = search_members(asked, country=country, limit=AT_MOST)
    return [Hit(reverse("member", args=[member.id]), name_of(member), _detail(member)) for member in found]


def _detail(member: MemberRow) -> str:
    """What tells two people of one name apart."""
    known = [member.phone or member.email or member.external_id, *(card.number for card in member.cards[:1])]
    return " · ".join(value for value in known if value)


def _cards(asked: str) -> list[Hit]:
    """A card that is not simply in a member's hand: nobody has activated it, or it is blocked, lost or over."""
    card = next((each for each in find_cards(asked, limit=1)), None)
    if card is None or card.status == CardStatus.ACTIVE or card.number != "".join(asked.split()).upper():
        return []
    return [Hit(reverse("card", args=[card.number]), card.number, str(CardStatus(card.status).label))]


def _receipts(asked: str, office: Office) -> list[Hit]:
    rows = office.reach_for(Right.SEE_SALES).within(Sale.objects.filter(external_id=asked))
    sales = rows.select_related("store", "member").order_by("-id")[:AT_MOST]
    keyed = office.reach_for(Right.SEE_SALES).within(Receipt.objects.filter(number=asked, sale=None))
    return [
        Hit(reverse("sale", args=[sale.pk]), sale.external_id, f"{sale.store} · {sale.member or ''}".rstrip(" ·"))
        for sale in sales
    ] + [
        Hit(reverse("receipt", args=[each.pk]), each.number, _("%(store)s · keyed by hand") % {"store": each.store})
        for each in keyed.select_related("store").order_by("-id")[:AT_MOST]
    ]


def _stores(asked: str, office: Office) -> list[Hit]:
    rows = office.reach_for(Right.SEE_STORES).within(Store.objects.all(), "id")
    stores = rows.filter(Q(code=asked) | Q(name__icontains=asked)).order_by("code")[:4]
    return [Hit(reverse("store", args=[store.code]), store.name, store.code) for store in stores]
