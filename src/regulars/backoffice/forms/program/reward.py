"""A reward of the catalogue as its editor asks for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MomentField, MoneyField
from regulars.backoffice.forms.program.choosing import NamesField, OneOf, StepsField
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.when import HoursRow, audience_fields, check_dates, tag_fields
from regulars.core.program.rewards import Reward

KINDS = [
    ("product", _("Product: something from the shelf")),
    ("discount", _("Discount: money or percent off")),
    ("points", _("Points: paid into the balance at once")),
    ("credit", _("Credit: money for the member's wallet")),
    ("gift", _("Gift: something of its own, handed over or sent")),
    ("experience", _("Experience: a tasting, a course, a visit")),
]


class RewardForm(NamedForm):
    part = Reward
    rows = {"use_hours": HoursRow}

    kind = forms.ChoiceField(label=_("What it is"), choices=KINDS, initial="product", widget=forms.RadioSelect)
    description = forms.CharField(
        label=_("What members read about it"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    gives__sku = forms.CharField(label=_("Product (SKU)"), max_length=64, required=False)
    off = forms.ChoiceField(
        label=_("It takes off"), choices=[("minor", _("an amount")), ("percent", _("a percentage"))], required=False
    )
    gives__minor = MoneyField(label=_("Amount"), min_value=0, required=False)
    gives__percent = forms.IntegerField(label=_("Percent"), min_value=1, max_value=100, required=False)
    gives__unit = OneOf(label=_("Of the unit"), source="spendable", empty=_("choose"))
    gives__amount = StepsField(label=_("How many"), required=False, unit_from="gives__unit")
    has_price = forms.BooleanField(label=_("Members can claim it"), required=False, initial=True)
    price__unit = OneOf(label=_("It costs"), source="spendable", initial="points")
    price__amount = StepsField(label=_("How many"), required=False)
    stores = NamesField(label=_("Stores"), source="stores", help_text=_("Codes. Empty: everywhere."))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    stock = forms.IntegerField(
        label=_("How many there are"), min_value=1, required=False, help_text=_("Empty: enough.")
    )
    per_member__limit = forms.IntegerField(label=_("A member gets at most"), min_value=1, required=False)
    per_member__days = forms.IntegerField(
        label=_("in so many days"), min_value=1, max_value=3660, required=False, help_text=_("Empty: ever.")
    )
    use_within_days = forms.IntegerField(
        label=_("To be used within days"), min_value=0, max_value=3660, required=False, help_text=_("Empty: for ever.")
    )
    use_from = MomentField(label=_("Used from"))
    use_until = MomentField(label=_("Used until"))
    honour_full_period = forms.BooleanField(label=_("Whoever claims late still has all of the days"), required=False)
    is_sent = forms.BooleanField(label=_("It is ordered and sent by the team"), required=False)
    cost_minor = MoneyField(label=_("What it costs the shop"), min_value=0, required=False)

    def add_fields(self) -> None:
        self.fields |= audience_fields("audience") | tag_fields("store_tags", source="store_tags")
        for level, name in self.setting.levels:
            self.fields[f"price__by_tier:{level}"] = StepsField(label=name, required=False, least=0)

    def decimals(self) -> int:
        return self.decimals_of("price__unit")

    def level_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("price__by_tier:")]

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        return flat | {
            "has_price": flat.get("price__amount") is not None,
            "off": "percent" if flat.get("gives__percent") else "minor",
        }

    def nicknames(self, name: str) -> tuple[str, ...]:
        return {
            "gives": (self._gives()[:1] or ("kind",)),
            "price": ("has_price",),
            "audience": ("audience__tiers",),
        }.get(name, ())

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        wanted = self._gives()
        for name in ("gives__sku", "gives__minor", "gives__percent", "gives__unit", "gives__amount"):
            if name not in wanted:
                typed[name] = None
        if typed["kind"] in ("discount", "points", "credit"):
            for name in wanted:
                if not typed.get(name):
                    self.add_error(name, _("This is needed."))
        if not typed.pop("has_price"):
            typed = {name: value for name, value in typed.items() if not name.startswith("price__")}
        elif not typed.get("price__amount"):
            self.add_error("price__amount", _("Give a number above 0."))
        if typed.get("per_member__days") and not typed.get("per_member__limit"):
            self.add_error("per_member__limit", _("Say how many."))
        check_dates(self, typed, "starts_at", "ends_at")
        check_dates(self, typed, "use_from", "use_until")
        typed.pop("off")
        return typed

    def _gives(self) -> tuple[str, ...]:
        """The fields that say what a reward of the chosen kind is worth."""
        match self.cleaned_data.get("kind"):
            case "discount":
                return (f"gives__{self.cleaned_data.get('off') or 'minor'}",)
            case "points" | "credit":
                return ("gives__unit", "gives__amount")
            case "product":
                return ("gives__sku",)
            case _:
                return ()
