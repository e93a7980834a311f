"""All members, newest first; the same look-up that searches everywhere searches here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.backoffice.keyset import Page, read_id_key
from regulars.backoffice.office import Office, office_of
from regulars.ledger.statement import balances_of
from regulars.members.listing import MemberFilters, list_members
from regulars.members.models import Status
from regulars.members.rows import MemberRow
from regulars.members.search import search_members
from regulars.staff.rights import Right

AT_MOST = 50


@needs(Right.SEE_MEMBERS)
def members(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    asked = request.GET.get("q", "").strip()[:100]
    if asked:
        context = _search(asked, office)
    else:
        context = _newest(request.GET.get("status", ""), request.GET.get("before", ""), office)
    template = "backoffice/parts/member_rows.html" if request.headers.get("HX-Request") else "backoffice/members.html"
    return render(request, template, {**context, "asked": asked, "statuses": Status.choices})


def _search(asked: str, office: Office) -> dict[str, Any]:
    found = search_members(asked, country=office.country, limit=AT_MOST)
    return {"rows": _with_balances(found, office), "is_full": len(found) == AT_MOST}


def _newest(status: str, before: str, office: Office) -> dict[str, Any]:
    """One page by key: each filter reads its own index, so a rare status costs no more than a common one."""
    filters = MemberFilters(
        status=Status(status) if status in Status.values else None, has_joined=False if status == "guest" else None
    )
    last = read_id_key(before)
    found = list_members(filters, before_id=last, limit=AT_MOST + 1)
    page = Page(found[:AT_MOST], str(found[AT_MOST - 1].id) if len(found) > AT_MOST else None, last is None)
    return {"rows": _with_balances(list(page.rows), office), "page": page, "status": status}


def _with_balances(found: list[MemberRow], office: Office) -> list[dict[str, Any]]:
    balances = balances_of([member.id for member in found], at=office.now) if found else {}
    return [{"member": member, "balances": balances[member.id]} for member in found]
