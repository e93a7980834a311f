"""The columns that the list of members can have, what it shows in them, and what the address says of the choice."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.wording import decimal, number
from regulars.platform.sheets import Cell
from regulars.reports.exports.members import FIELD, LEVEL, UNIT

MOST = 12


class Shown(msgspec.Struct, frozen=True):
    """A cell as the page writes it: `how` is text, code, number, day, moment, status or tags."""

    how: str
    value: Any


def known_columns(offered: Offered) -> dict[str, str]:
    """Return every column that can be chosen, by code, with its title."""
    known = {
        "card": _("Card"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "external_id": _("External id"),
        "status": _("Status"),
        "tags": _("Tags"),
        "joined": _("Joined"),
        "known_since": _("Known since"),
        "born": _("Born"),
        "language": _("Language"),
        "home_store": _("Home store"),
        "purchases": _("Purchases"),
        "spent": _("Spent (%(currency)s)") % {"currency": offered.currency},
        "last_bought": _("Last purchase"),
    }
    known |= {f"{UNIT}{code}": str(name).capitalize() for code, name in offered.units}
    known |= {f"{LEVEL}{tier_set.code}": tier_set.name for tier_set in offered.tier_sets}
    return known | {f"{FIELD}{code}": each.label for code, each in offered.attributes.items()}


def file_columns(offered: Offered) -> dict[str, str]:
    """The same for a file, where names and numbers stand in columns of their own."""
    named = {"number": _("Member number"), "first_name": _("First name"), "last_name": _("Last name")}
    return named | known_columns(offered)


def chosen_columns(asked: QueryDict, known: dict[str, str], offered: Offered) -> list[str]:
    """Return the columns that the address names, or those that every list begins with."""
    chosen = [code for code in known if code in asked.getlist("cols")][:MOST]
    if chosen:
        return chosen
    points = [f"{UNIT}{code}" for code, _name in offered.units if offered.unit(code).kind != "stamps"][:2]
    return [code for code in ("card", "phone", "status", *points, "joined") if code in known]


def show_cells(columns: Sequence[str], cells: Sequence[Cell], offered: Offered) -> list[Shown]:
    return [_show(column, cell, offered) for column, cell in zip(columns, cells, strict=True)]


def _show(column: str, cell: Cell, offered: Offered) -> Shown:
    if column == "status":
        return Shown("status", cell)
    if column == "tags":
        return Shown("tags", [tag for tag in str(cell or "").split("; ") if tag])
    if column.startswith(LEVEL) and cell:
        return Shown("text", offered.level(column.removeprefix(LEVEL), str(cell)))
    if column in ("card", "external_id"):
        return Shown("code", cell)
    match cell:
        case bool():
            return Shown("text", _("Yes") if cell else _("No"))
        case int():
            return Shown("number", number(cell))
        case Decimal():
            return Shown("number", decimal(cell))
        case datetime():
            return Shown("moment", cell)
        case date():
            return Shown("day", cell)
        case _:
            return Shown("text", cell or "")


def is_number(column: str) -> bool:
    """Tell whether a column stands to the right."""
    return column.startswith(UNIT) or column in ("purchases", "spent")
