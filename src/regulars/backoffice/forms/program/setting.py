"""What the document and the shop offer to choose from while a piece of the document is edited."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Manager
from django.utils.translation import gettext as _

from regulars.audiences.models import Segment
from regulars.audiences.models import Tag as MemberTag
from regulars.backoffice.office import Office
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import ItemRule, RateRule
from regulars.core.program.units import Unit
from regulars.stores.models import Store, Tag

type Choices = list[tuple[str, str]]
ENOUGH = 24
"""Suggestions beyond these help nobody to choose."""


class Setting:
    """The document a piece belongs to, and the office that edits it."""

    def __init__(self, office: Office, document: ProgramDocument, *, editing: str = "") -> None:
        self.office = office
        self.document = document
        self.editing = editing
        self.currency = office.currency
        self.zone = office.zone

    def unit(self, code: str) -> Unit | None:
        return next((unit for unit in self.document.units if unit.code == code), None)

    @cached_property
    def units(self) -> Choices:
        """What is counted; a card's stamps are a unit too."""
        stamps = [(card.code, _("stamps: %(card)s") % {"card": card.name}) for card in self.document.stamp_cards]
        return [*((unit.code, unit.name.plural) for unit in self.document.units), *stamps]

    @cached_property
    def spendable(self) -> Choices:
        """What can pay, or be paid out as a reward."""
        status = {unit.code for unit in self.document.units if unit.kind == "status"}
        return [(code, name) for code, name in self.units if code not in status]

    @cached_property
    def levels(self) -> Choices:
        return [(level.code, level.name) for each in self.document.tier_sets for level in each.levels]

    @cached_property
    def rewards(self) -> Choices:
        return named(self.document.rewards)

    @cached_property
    def budgets(self) -> Choices:
        return named(self.document.budgets)

    @cached_property
    def collections(self) -> Choices:
        return named(self.document.collections)

    @cached_property
    def amount_rules(self) -> Choices:
        """The rules a multiplier can work on."""
        return named(rule for rule in self.document.rules if isinstance(rule, (RateRule, ItemRule)))

    @cached_property
    def places(self) -> Choices:
        """Where a rule may stand: behind each of the others."""
        return [(rule.code, f"{_('after')} {rule.name}") for rule in self.document.rules if rule.code != self.editing]

    @cached_property
    def stores(self) -> Choices:
        return list(Store.objects.filter(is_open=True).order_by("code").values_list("code", "name")[:ENOUGH])

    channels: Choices = [(name, name) for name in ("till", "web", "app", "phone")]
    tenders: Choices = [(name, name) for name in ("cash", "card", "points", "voucher", "gift_card")]

    @cached_property
    def member_tags(self) -> Choices:
        return _names(MemberTag.objects)

    @cached_property
    def segments(self) -> Choices:
        return _names(Segment.objects)

    @cached_property
    def categories(self) -> Choices:
        """Those that the program names already."""
        named_by = [getattr(rule, "items", None) for rule in self.document.rules]
        names = dict.fromkeys(name for items in named_by if items for name in items.categories)
        return [(name, name) for name in names][:ENOUGH]

    @cached_property
    def store_tags(self) -> Choices:
        return _names(Tag.objects)


def _names(rows: Manager[Any]) -> Choices:
    return [(name, name) for name in rows.order_by("name").values_list("name", flat=True)[:ENOUGH]]


def named(parts: Iterable[object]) -> Choices:
    return [(part.code, part.name) for part in parts]  # type: ignore[attr-defined]
