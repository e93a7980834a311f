"""An earning rule of any kind as one form; which fields count is decided by its kind."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.caps import CapRow
from regulars.backoffice.forms.program.choosing import OneOf, SomeOf, StepsField
from regulars.backoffice.forms.program.expiry import (
    expiry_fields,
    pending_fields,
    read_expiry,
    read_pending,
    show_pending,
)
from regulars.backoffice.forms.program.items import item_fields, names_any
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.when import HoursRow, check_dates, read_purchase, show_purchase, when_fields
from regulars.core.program.rules import EarningRule

KINDS = [
    ("rate", _("Spend: points for each amount")),
    ("item", _("Products: points for certain goods")),
    ("bonus", _("Bonus: points once a sale")),
    ("multiplier", _("Multiplier: times what other rules give")),
    ("visit", _("Visit: points for coming")),
    ("event", _("Event: sign-up, birthday, review, …")),
]
EVENTS = ("sign_up", "birthday", "review", "referral", "qr")


class RuleForm(NamedForm):
    part = EarningRule
    rows = {"caps": CapRow, "when__hours": HoursRow}

    type = forms.ChoiceField(label=_("What earns"), choices=KINDS, initial="rate", widget=forms.RadioSelect)
    unit = OneOf(label=_("Unit"), source="units", initial="points")
    points = StepsField(label=_("How many"), initial=1, required=False)
    per_minor = MoneyField(label=_("For each"), min_value=0, initial=100, required=False)
    per = forms.ChoiceField(
        label=_("Given for"),
        choices=[
            ("unit", _("each one bought")),
            ("amount", _("each amount spent on them")),
            ("sale", _("once a sale")),
        ],
        initial="unit",
        required=False,
    )
    factor = forms.DecimalField(
        label=_("Times"),
        min_value=Decimal("1.01"),
        max_value=100,
        decimal_places=2,
        required=False,
        initial=2,
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
        help_text=_("2 doubles, 1.5 gives half as much again."),
    )
    of = SomeOf(label=_("Of these rules"), source="amount_rules")
    event = forms.CharField(label=_("Event"), max_length=64, required=False, initial="sign_up")
    cool_down_minutes = forms.IntegerField(
        label=_("Not again within (minutes)"), min_value=0, max_value=527_040, required=False
    )
    carry = forms.BooleanField(label=_("What is left of the last step counts with the next sale"), required=False)
    rounding = forms.ChoiceField(
        label=_("Steps that count"),
        choices=[
            ("", _("as its unit says")),
            ("full", _("full ones only")),
            ("nearest", _("to the nearest")),
            ("started", _("every started one")),
        ],
        required=False,
    )
    stacking = forms.ChoiceField(
        label=_("Together with other rules"),
        choices=[
            ("add", _("it adds to them")),
            ("best", _("of those marked so, only the best counts")),
            ("alone", _("it silences all others of its unit")),
        ],
        initial="add",
        widget=forms.RadioSelect,
    )
    stop = forms.BooleanField(label=_("When it applies, later rules of its unit are not asked"), required=False)
    budget = OneOf(label=_("Budget"), source="budgets", empty=_("none"))
    after = OneOf(label=_("Place in the order"), source="places", empty=_("first"))

    def add_fields(self) -> None:
        self.fields |= item_fields("items") | item_fields("except_items") | when_fields()
        self.fields |= expiry_fields(inherits=True) | pending_fields(inherits=True)
        for level, name in self.setting.levels:
            self.fields[f"tier_points:{level}"] = StepsField(label=name, required=False)

    def decimals(self) -> int:
        return self.decimals_of("unit")

    @property
    def events(self) -> tuple[str, ...]:
        """What can happen that the platform itself knows; a shop may send others."""
        return EVENTS

    def level_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("tier_points:")]

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        shown = show_purchase(show_pending(flat))
        if percent := flat.get("percent"):
            shown["factor"] = (Decimal(percent) / 100).normalize()
        return shown

    def nicknames(self, name: str) -> tuple[str, ...]:
        return {
            "percent": ("factor",),
            "pending": ("pending_kind",),
            "expiry": ("expiry__type",),
            "items": ("items__categories",),
            "except_items": ("except_items__categories",),
            "when__purchase": ("purchase_kind",),
            "when": ("when__starts_at",),
        }.get(name, ())

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        kind = typed["type"]
        if kind == "multiplier":
            if typed.get("factor"):
                typed["percent"] = int(typed["factor"] * 100)
            else:
                self.add_error("factor", _("Give a number above 1."))
        elif not typed.get("points"):
            self.add_error("points", _("Give a number above 0."))
        if (kind == "rate" or (kind == "item" and typed["per"] == "amount")) and not typed.get("per_minor"):
            self.add_error("per_minor", _("Give an amount above 0."))
        if kind == "item" and not names_any(typed, "items"):
            self.add_error("items__categories", _("Name at least one category, product, brand, label or collection."))
        if kind == "event" and not typed.get("event"):
            self.add_error("event", _("Name the event."))
        check_dates(self, typed, "when__starts_at", "when__ends_at")
        read_expiry(self, typed)
        read_pending(self, typed)
        read_purchase(self, typed)
        return {name: value for name, value in typed.items() if name not in ("factor", "after")}
