"""Two members side by side: what each of them is, whose value stays, and what becomes of both."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.backoffice.attributes import say_value
from regulars.backoffice.levels import name_of_level
from regulars.backoffice.office import Office
from regulars.backoffice.wording import number
from regulars.brand.dates import say_day
from regulars.care.fields import ATTRIBUTE
from regulars.care.models import Duplicate
from regulars.care.preview import Holding, MergePreview
from regulars.care.unmerge import Difference
from regulars.core.likeness import SURE
from regulars.core.program.units import Unit
from regulars.members.attributes import load_definitions, read_values
from regulars.members.rows import MemberRow, read_members

SIGNALS: dict[str, Promise] = {
    "phone": gettext_lazy("same phone"),
    "email": gettext_lazy("same mailbox"),
    "birth": gettext_lazy("same name and birth date"),
    "name": gettext_lazy("same name"),
}

FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "birth_on": gettext_lazy("Born"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "external_id": gettext_lazy("External id"),
    "language": gettext_lazy("Language"),
    "home_store": gettext_lazy("Home store"),
}

PLACES: dict[str, Promise] = {
    "sales_sale": gettext_lazy("Sales"),
    "rewards_issuedreward": gettext_lazy("Rewards"),
    "members_card": gettext_lazy("Cards"),
    "members_membernote": gettext_lazy("Notes"),
    "receipts_receipt": gettext_lazy("Receipts"),
    "receipts_dispute": gettext_lazy("Disputes"),
    "audiences_worn": gettext_lazy("Tags"),
    "members_attributevalue": gettext_lazy("Member fields"),
    "members_identifier": gettext_lazy("Phones and e-mails"),
}


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """One field of both; `differs`: there is something to choose. `takes_source`: whose value stays."""

    name: str
    label: str
    keeper: str
    source: str
    differs: bool
    takes_source: bool


class BalanceShown(msgspec.Struct, frozen=True, kw_only=True):
    unit: Unit
    keeper: int
    source: int
    after: int


class PairShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the work list: two members, how sure it is that they are one, and why."""

    row: Duplicate
    older: MemberRow
    newer: MemberRow
    confidence: int
    look: str
    sure: str
    signals: str


def show_pairs(rows: Sequence[Duplicate]) -> list[PairShown]:
    """Show these pairs, with one statement; who was erased since is left out."""
    ids = {each for row in rows for each in (row.older_id, row.newer_id)}
    members = {member.id: member for member in read_members(sorted(ids))}
    return [
        PairShown(
            row=row,
            older=members[row.older_id],
            newer=members[row.newer_id],
            confidence=row.confidence,
            look="careful" if row.confidence >= SURE else "",
            sure=say_confidence(row.confidence),
            signals=say_signals(row.signals),
        )
        for row in rows
        if row.older_id in members and row.newer_id in members
    ]


def say_confidence(percent: int) -> str:
    if percent >= SURE:
        return _("nearly certain")
    return _("likely") if percent >= 75 else _("possible")


def say_signals(signals: Sequence[str]) -> str:
    return ", ".join(str(SIGNALS.get(signal, signal)) for signal in signals)


def show_fields(keeper: MemberRow, source: MemberRow, typed: Mapping[str, Any]) -> list[FieldShown]:
    """Show every field that either has, with whose value stays: by what was typed, or the keeper's if there is one."""
    rows = [
        *((name, str(label), _say(keeper, name), _say(source, name)) for name, label in FIELDS.items()),
        *_attributes(keeper, source),
    ]
    return [
        FieldShown(
            name=name,
            label=label,
            keeper=own,
            source=other,
            differs=bool(other) and own != other,
            takes_source=typed.get(f"choose-{name}", "keeper" if own else "source") == "source",
        )
        for name, label, own, other in rows
        if own or other
    ]


def read_choices(fields: Sequence[FieldShown]) -> dict[str, Any]:
    """Return what was chosen of the fields that differ."""
    return {each.name: "source" if each.takes_source else "keeper" for each in fields if each.differs}


def show_balances(effect: MergePreview, office: Office) -> list[BalanceShown]:
    """What each holds and the keeper will: units of which anybody has something."""
    after = {each.unit: each.available for each in effect.after.balances}
    source = {each.unit: each.available for each in effect.source.balances}
    rows = [
        BalanceShown(
            unit=office.unit(each.unit),
            keeper=each.available,
            source=source.get(each.unit, 0),
            after=after.get(each.unit, 0),
        )
        for each in effect.keeper.balances
    ]
    return [row for row in rows if row.keeper or row.source or row.after]


def say_levels(effect: MergePreview, office: Office) -> list[str]:
    """What becomes of the keeper's levels, in sentences."""
    return list(_levels(effect.keeper, effect.after, office))


def say_moved(effect: MergePreview) -> str:
    """What else comes along: "3 sales, 1 card"."""
    parts = [f"{PLACES[table]}: {number(count)}" for table, count in effect.moved.items() if count and table in PLACES]
    return ", ".join(parts)


def say_differences(differences: Sequence[Difference], office: Office) -> list[str]:
    """What is not as it was before the merge, in sentences."""
    return [_difference(each, office) for each in differences]


def _difference(each: Difference, office: Office) -> str:
    match each.what:
        case "units":
            return _("%(amount)s %(unit)s of what came with the merge are spent, and stay spent.") % {
                "amount": number(-each.amount),
                "unit": office.unit(each.of).name.plural,
            }
        case "rows":
            said = ngettext(
                "%(n)s of “%(what)s” has changed hands since.",
                "%(n)s of “%(what)s” have changed hands since.",
                each.amount,
            )
            return said % {"n": number(each.amount), "what": PLACES.get(each.of, each.of)}
        case "field":
            return _("“%(field)s” was changed since, and stays.") % {"field": FIELDS.get(each.of, each.of)}
        case "level":
            return _("The level has changed since: it stays until its next review.")
        case "rewards":
            return _("Rewards that the merge had brought are used.")
        case _:
            return _("What was said about “%(purpose)s” since the merge stays said.") % {"purpose": each.of}


def _levels(before: Holding, after: Holding, office: Office) -> Iterator[str]:
    for tier_set in office.live.tier_sets if office.live else ():
        was, then = before.levels.get(tier_set.code), after.levels.get(tier_set.code)
        names = [name_of_level(tier_set, code) if code else _("no level") for code in (was, then)]
        if was != then:
            yield _("%(set)s: %(before)s → %(after)s, until the next review.") % {
                "set": tier_set.name,
                "before": names[0],
                "after": names[1],
            }
        elif was:
            yield _("%(set)s stays %(level)s.") % {"set": tier_set.name, "level": names[0]}


def _say(member: MemberRow, name: str) -> str:
    value = getattr(member, name)
    if isinstance(value, date | datetime):
        return say_day(value)
    return str(value or "")


def _attributes(keeper: MemberRow, source: MemberRow) -> Iterator[tuple[str, str, str, str]]:
    """What both are known by besides; regulated fields are the keeper's and are shown nowhere."""
    definitions = load_definitions()
    known = read_values([keeper.id, source.id], definitions)
    for each in definitions.live:
        if not each.is_regulated and (each.code in known[keeper.id] or each.code in known[source.id]):
            own, other = known[keeper.id].get(each.code), known[source.id].get(each.code)
            said = ["" if value is None else say_value(each, value) for value in (own, other)]
            yield ATTRIBUTE + each.code, each.label, said[0], said[1]
