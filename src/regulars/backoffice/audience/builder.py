"""Rows of conditions between a page and a `core.audience.Condition`: all groups must hold, of each group one row.

A row's fields are named `c<group>-<row>-<field>`. Buttons send `do`: `add:<kind>` begins a group, `or:<group>:<kind>`
adds a row to one, `drop:<group>-<row>` takes one out; the server answers with the rows as they are then.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.audience.kinds import Kind, code_of, kinds_of
from regulars.backoffice.audience.offered import Offered
from regulars.core.audience import (
    AllOf,
    AnyOf,
    Condition,
    InvalidCondition,
    Leaf,
    Not,
    check_condition,
)

KIND = re.compile(r"c(\d{1,3})-(\d{1,3})-kind")
MOST_ROWS = 30
SAID = {
    "nothing_chosen": gettext_lazy("Choose or fill in something."),
    "ends_before_it_begins": gettext_lazy("This ends before it begins."),
}


class Row(forms.Form):
    """One condition: the fields of its kind, and whether it is turned around."""

    turned = forms.BooleanField(required=False)

    use_required_attribute = False

    def __init__(self, kind: Kind, offered: Offered, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind, self.offered = kind, offered
        self.fields |= kind.fields(offered)

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the kind."""
        return [self[name] for name in self.fields if name != "turned"]

    def leaf(self) -> Condition | None:
        """Return the condition as it is filled in; None where something is wrong with it, which it says."""
        if not self.is_valid() or not self.cleaned_data:
            return None
        typed = {name: value for name, value in self.cleaned_data.items() if name != "turned"}
        try:
            made = self.kind.make(typed, self.offered)
            check_condition(made)
        except InvalidCondition as refusal:
            self.add_error(None, SAID.get(refusal.problem, _("This cannot be asked.")))
            return None
        except msgspec.ValidationError:
            self.add_error(None, _("This cannot be asked."))
            return None
        return Not(of=made) if self.cleaned_data["turned"] else made


class Builder:
    """Groups of rows, as they are typed or kept."""

    def __init__(self, groups: list[list[Row]], offered: Offered, kinds: Mapping[str, Kind]) -> None:
        self.groups = groups
        self.offered = offered
        self.kinds = kinds

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The kinds that a new row can be."""
        return [(code, kind.title) for code, kind in self.kinds.items()]

    @property
    def is_empty(self) -> bool:
        return not self.groups

    def condition(self) -> Condition | None:
        """Return what the rows mean together; None where one of them has a fault. No rows mean everybody."""
        made, is_whole = self.sound_parts()
        if not is_whole:
            return None
        return made[0] if len(made) == 1 else AllOf(of=tuple(made))

    def sound_parts(self) -> tuple[list[Condition], bool]:
        """Return what each group means, as far as its rows are sound, and whether all of them are."""
        read = [[row.leaf() for row in group] for group in self.groups]
        parts = [[leaf for leaf in group if leaf is not None] for group in read]
        made = [group[0] if len(group) == 1 else AnyOf(of=tuple(group)) for group in parts if group]
        return made, all(leaf is not None for group in read for leaf in group)


def read_builder(data: QueryDict, offered: Offered) -> Builder:
    """Return the rows of a form or an address, after what its button does; rows of kinds that are gone are left out."""
    kinds = kinds_of(offered)
    found: dict[int, dict[int, str]] = {}
    for name in data:
        if (place := KIND.fullmatch(name)) and (kind := str(data[name])) in kinds:
            found.setdefault(int(place[1]), {})[int(place[2])] = kind
    do, what = _split(str(data.get("do", "")))
    is_asked = do in ("add", "or", "drop")
    rows: list[list[Row]] = []
    for group, members in sorted(found.items()):
        kept = [
            Row(kinds[kind], offered, data, prefix=f"c{group}-{row}", empty_permitted=is_asked)
            for row, kind in sorted(members.items())
            if not (do == "drop" and what == f"{group}-{row}")
        ]
        if do == "or":
            wanted, code = _split(what)
            code = code or str(data.get(f"or-{group}", ""))
            if wanted == str(group) and code in kinds:
                kept.append(_blank(kinds[code], offered, group, max(members) + 1))
        if kept:
            rows.append(kept)
    code = what or str(data.get("kind", ""))
    if do == "add" and code in kinds and sum(map(len, rows)) < MOST_ROWS:
        rows.append([_blank(kinds[code], offered, max(found, default=-1) + 1, 0)])
    return Builder(rows, offered, kinds)


def show_builder(condition: Condition, offered: Offered) -> Builder | None:
    """Return rows for a kept condition; None for one that is no all of any, which pages only say in words."""
    kinds = kinds_of(offered)
    parts = condition.of if isinstance(condition, AllOf) else (condition,)
    groups: list[list[Row]] = []
    for group, part in enumerate(parts):
        members = part.of if isinstance(part, AnyOf) else (part,)
        rows = []
        for place, member in enumerate(members):
            inner = member.of if isinstance(member, Not) else member
            if isinstance(inner, AllOf | AnyOf | Not) or code_of(inner) not in kinds:
                return None
            rows.append(_filled(inner, kinds, offered, f"c{group}-{place}", turned=isinstance(member, Not)))
        groups.append(rows)
    return Builder(groups, offered, kinds)


def _split(text: str) -> tuple[str, str]:
    first, _colon, rest = text.partition(":")
    return first, rest


def _blank(kind: Kind, offered: Offered, group: int, row: int) -> Row:
    return Row(kind, offered, prefix=f"c{group}-{row}")


def _filled(leaf: Leaf, kinds: Mapping[str, Kind], offered: Offered, prefix: str, *, turned: bool) -> Row:
    kind = kinds[code_of(leaf)]
    return Row(kind, offered, initial=kind.fill(leaf, offered) | {"turned": turned}, prefix=prefix)
