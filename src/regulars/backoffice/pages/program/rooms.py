"""The lists of the program: what earns, the units, cards, tiers, rewards, budgets and collections of the draft."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.office import office_of
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.editors import OF_KIND
from regulars.backoffice.program.pieces import Kind, pieces_of
from regulars.backoffice.program.preview import preview_of
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.worklist import spent_budgets
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def earning(request: HttpRequest) -> HttpResponse:
    """Every rule with its sentence, unit by unit, in the order they are asked."""
    desk = Desk(office_of(request))
    rows = shelf(desk, "rules")
    names = {unit.code: unit.name.plural for unit in desk.document.units}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["piece"].unit, []).append(row)
    shown = [{"unit": names.get(unit, unit), "rows": rows} for unit, rows in groups.items()]
    return render(
        request, "backoffice/program/earning.html", {"work": desk, "groups": shown, "gone": _gone(desk, "rules")}
    )


@needs_program(Right.SEE_RULES)
def units(request: HttpRequest) -> HttpResponse:
    return _room(request, "units", "units")


@needs_program(Right.SEE_RULES)
def stamp_cards(request: HttpRequest) -> HttpResponse:
    return _room(request, "stamp_cards", "stamp_cards")


@needs_program(Right.SEE_RULES)
def tier_sets(request: HttpRequest) -> HttpResponse:
    return _room(request, "tier_sets", "tier_sets")


@needs_program(Right.SEE_RULES)
def catalogue(request: HttpRequest) -> HttpResponse:
    return _room(request, "rewards", "catalogue")


@needs_program(Right.SEE_RULES)
def lists(request: HttpRequest) -> HttpResponse:
    """Budgets with what was given of them so far, and collections: what rules share."""
    office = office_of(request)
    desk = Desk(office)
    spent = {each.budget.code: each for each in spent_budgets(office.live)} if office.live else {}
    budgets = [row | {"spent": spent.get(row["piece"].code)} for row in shelf(desk, "budgets")]
    context = {"work": desk, "budgets": budgets, "collections": shelf(desk, "collections")}
    return render(request, "backoffice/program/lists.html", context)


def shelf(desk: Desk, kind: Kind) -> list[dict[str, Any]]:
    """The pieces of a kind as rows: what they say, how they differ from what is live, where they are edited."""
    return [
        {
            "piece": piece,
            "editor": OF_KIND[kind],
            "state": desk.state(kind, piece.code),
            "preview": preview_of(piece, desk.document, desk.office),
        }
        for piece in pieces_of(desk.document, kind)
    ]


def _room(request: HttpRequest, kind: Kind, template: str) -> HttpResponse:
    desk = Desk(office_of(request))
    context = {"work": desk, "rows": shelf(desk, kind), "gone": _gone(desk, kind), "editor": OF_KIND[kind]}
    return render(request, f"backoffice/program/{template}.html", context)


def _gone(desk: Desk, kind: Kind) -> Iterable[str]:
    """What the draft takes out."""
    return [each.name for each in desk.changes if each.section == kind and each.kind == "removed"]
