"""The whole program on one page: what earns, what it is counted in, what is given for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.office import office_of
from regulars.backoffice.pages.program.rooms import shelf
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.offered import list_recipes
from regulars.backoffice.program.pieces import Kind
from regulars.backoffice.program.room import needs_program
from regulars.staff.rights import Right

ROOMS: tuple[tuple[str, Kind, str, Promise, Promise, Promise], ...] = (
    ("earning", "rules", "rule", _("Earning"), _("Nothing earns points yet."), _("Write a rule")),
    ("stamp_cards", "stamp_cards", "card", _("Stamps"), _("No stamp card."), _("Design one")),
    ("tier_sets", "tier_sets", "tiers", _("Tiers"), _("No tiers."), _("Build them")),
    ("catalogue", "rewards", "reward", _("Rewards"), _("The catalogue is empty."), _("Add a reward")),
    ("units", "units", "unit", _("Units"), _("Nothing is counted."), _("Add a unit")),
)


@needs_program(Right.SEE_RULES)
def overview(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    desk = Desk(office)
    context = {"work": desk, "rooms": rooms_of(desk), "recipes": list_recipes() if desk.is_empty else []}
    return render(request, "backoffice/program/overview.html", context)


def rooms_of(desk: Desk) -> list[dict[str, Any]]:
    """Every room with its rows."""
    return [
        {"address": address, "slug": slug, "title": title, "none": none, "new": new, "rows": shelf(desk, kind)}
        for address, kind, slug, title, none, new in ROOMS
    ]
