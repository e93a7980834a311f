"""Which members a list is about, as its address says it: a quick choice, conditions, and which page."""

from typing import Any

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from regulars.audiences.find import Size, count_members
from regulars.audiences.segments import asking_at
from regulars.backoffice.audience.builder import Builder, read_builder
from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.office import Office
from regulars.core.audience import AllOf, Condition, InStatus, Standing, write_condition

MOST_TICKED = 200
QUICK: list[tuple[str, Any, Condition | None]] = [
    ("", _("All"), None),
    ("member", _("Members"), Standing(any=("member",))),
    ("guest", _("Guests"), Standing(any=("guest",))),
    ("active", _("Active"), InStatus(any=("active",))),
    ("locked", _("Locked"), InStatus(any=("locked",))),
    ("blocked", _("Blocked"), InStatus(any=("blocked",))),
    ("left", _("Left"), Standing(any=("left",))),
]


class Filtered(msgspec.Struct, frozen=True):
    """`is_whole` False: a row is not filled in yet, and is left out."""

    quick: str
    builder: Builder
    condition: Condition
    is_whole: bool

    @property
    def is_everybody(self) -> bool:
        return self.condition == AllOf()


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Whom something is done with: the members who were ticked, or everybody whom the filter means."""

    members: list[int]
    condition: Condition
    size: Size
    query: str

    @property
    def asked(self) -> dict[str, Any]:
        """The same as an export or a batch keeps it."""
        if self.members:
            return {"members": self.members}
        return {"condition": write_condition(self.condition)}


def read_filter(data: QueryDict, offered: Offered) -> Filtered:
    quick = data.get("status", "")
    chosen = next((condition for code, _title, condition in QUICK if code == quick), None)
    builder = read_builder(data, offered)
    parts, is_whole = builder.sound_parts()
    if chosen is not None:
        parts = [chosen, *parts]
    return Filtered(quick, builder, parts[0] if len(parts) == 1 else AllOf(of=tuple(parts)), is_whole)


def read_chosen(data: QueryDict, office: Office) -> Chosen | None:
    """Read whom a bulk action is for: who was ticked, or everybody who is filtered; None where nobody was ticked."""
    query = data.get("query", "")
    condition = read_filter(QueryDict(query), Offered(office)).condition
    if data.get("who") == "all":
        size = count_members(condition, asking_at(office.now))
        return Chosen(members=[], condition=condition, size=size, query=query)
    ticked = [int(text) for text in data.getlist("member") if text.isascii() and text.isdigit() and len(text) < 19]
    if not ticked:
        return None
    ticked = ticked[:MOST_TICKED]
    return Chosen(members=ticked, condition=condition, size=Size(len(ticked), is_exact=True), query=query)
