"""All members, newest first: found by a word, filtered by conditions, in the columns one wants; views that are kept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.audiences.find import SECONDS, count_members, find_page
from regulars.audiences.segments import asking_at
from regulars.audiences.views import UnknownView, list_views, remove_view, save_view
from regulars.backoffice.access import needs
from regulars.backoffice.audience.builder import read_builder
from regulars.backoffice.audience.columns import chosen_columns, is_number, known_columns, show_cells
from regulars.backoffice.audience.filtered import QUICK, Filtered, read_filter
from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.forms.audience import ViewForm
from regulars.backoffice.keyset import Page, read_id_key
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.describe.audience import describe_audience
from regulars.core.refusals import Refusal
from regulars.members.rows import MemberRow
from regulars.members.search import search_members
from regulars.reports.exports.members import read_cells
from regulars.staff.rights import Right

AT_MOST = 50
SECONDS_AT_FIRST = 0.008
"""How long a page looks before it is shown. What few members fit is looked for further while the page is there."""
NOT_KEPT = ("before", "do", "kind", "q")


@needs(Right.SEE_MEMBERS)
def members(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    offered = Offered(office)
    asked = request.GET.get("q", "").strip()[:100]
    known = known_columns(offered)
    columns = chosen_columns(request.GET, known, offered)
    filtered = read_filter(request.GET, offered)
    is_part = "HX-Request" in request.headers
    context: dict[str, Any] = {
        "asked": asked,
        "columns": [(code, known[code], is_number(code)) for code in columns],
        "query_kept": kept_query(request.GET),
    }
    if asked:
        found = search_members(asked, country=office.country, limit=AT_MOST)
        context |= {"rows": _rows([member.id for member in found], columns, office, offered)}
        context["is_full"] = len(found) == AT_MOST
    else:
        seconds = SECONDS if is_part else SECONDS_AT_FIRST
        context |= _page(filtered, request, columns, office, offered, seconds=seconds)
        context["looks_on"] = context["is_cut"] and not is_part
    if is_part:
        return render(request, "backoffice/parts/member_rows.html", context)
    context |= {
        "known": known,
        "chosen": columns,
        "quick": [(code, title) for code, title, _condition in QUICK],
        "status": filtered.quick,
        "filtered": filtered,
        "said": "" if filtered.is_everybody else describe_audience(filtered.condition, offered),
        "is_open": bool(request.GET.get("do")) or not filtered.is_whole,
        "views": list_views("members", owner=office.person),
        **_builder(filtered),
    }
    return render(request, "backoffice/members.html", context)


@needs(Right.SEE_MEMBERS)
def filter_rows(request: HttpRequest) -> HttpResponse:
    """The conditions after a button was pressed: one more, or one fewer."""
    offered = Offered(office_of(request))
    context = {"builder": read_builder(request.GET, offered), "here": reverse("filter_rows"), "way": "get"}
    return render(request, "backoffice/parts/builder.html", context | {"alternatives": True})


@needs(Right.SEE_MEMBERS)
def count(request: HttpRequest) -> HttpResponse:
    """How many members the filter means: counted when the list is there already."""
    office = office_of(request)
    filtered = read_filter(request.GET, Offered(office))
    size = count_members(filtered.condition, asking_at(office.now))
    return render(request, "backoffice/parts/list_size.html", {"size": size})


@needs(Right.SEE_MEMBERS)
def new_view(request: HttpRequest) -> HttpResponse:
    """Keep what is filtered and which columns, under a name."""
    office = office_of(request)
    form = ViewForm(request.POST or None)
    query = kept_query(QueryDict(request.POST["query"])) if "query" in request.POST else kept_query(request.GET)
    if request.method == "POST" and form.is_valid():
        try:
            save_view(
                of="members", **form.cleaned_data, query=query, owner=office.person, at=office.now, by=office.actor
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Kept. It stands under “Views”."))
            return redirect(f"{reverse('members')}?{query}")
    return render(request, "backoffice/new_view.html", {"form": form, "query": query})


@require_POST
@needs(Right.SEE_MEMBERS)
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    office = office_of(request)
    try:
        remove_view(view_id, owner=office.person, at=office.now, by=office.actor)
    except UnknownView:
        raise Http404 from None
    return redirect("members")


def kept_query(asked: QueryDict) -> str:
    """The address of a list without what only this moment's page is about."""
    kept = asked.copy()
    for name in list(kept):
        if name in NOT_KEPT or name.startswith("or-") or name == "csrfmiddlewaretoken" or not any(kept.getlist(name)):
            kept.pop(name)
    return kept.urlencode()


def _page(
    filtered: Filtered, request: HttpRequest, columns: list[str], office: Office, offered: Offered, *, seconds: float
) -> dict[str, Any]:
    """One page by key. A rare condition may end it early: it says how far it looked, and goes on from there."""
    last = read_id_key(request.GET.get("before", ""))
    found = find_page(filtered.condition, asking_at(office.now), before=last, limit=AT_MOST, seconds=seconds)
    older = str(found.next_before) if found.next_before is not None else None
    return {
        "rows": _rows(found.ids, columns, office, offered),
        "page": Page(found.ids, older, last is None),
        "is_cut": older is not None and not found.is_full,
        "is_filtered": not filtered.is_everybody,
    }


def _rows(ids: list[int], columns: list[str], office: Office, offered: Offered) -> list[dict[str, Any]]:
    return [
        {"member": member, "cells": show_cells(columns, cells, offered)}
        for member, cells in _read(ids, columns, office)
    ]


def _read(ids: list[int], columns: list[str], office: Office) -> list[tuple[MemberRow, list[Any]]]:
    return read_cells(ids, columns, at=office.now) if ids else []


def _builder(filtered: Filtered) -> dict[str, Any]:
    return {"builder": filtered.builder, "here": reverse("filter_rows"), "way": "get", "alternatives": True}
