"""Budgets and collections: what rules name instead of repeating it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.choosing import NamesField
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.core.program.caps import Budget
from regulars.core.program.items import Collection


class CollectionForm(NamedForm):
    part = Collection

    skus = NamesField(
        label=_("Products (SKU)"),
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Separated by commas or lines; paste a column of a sheet."),
    )

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        if not typed.get("skus"):
            self.add_error("skus", _("Name at least one."))
        return typed


class BudgetForm(NamedForm):
    part = Budget

    kind = forms.ChoiceField(
        label=_("It is counted in"),
        choices=[("units", _("units: points, stamps")), ("money", _("money: the worth of what is given"))],
        initial="units",
        widget=forms.RadioSelect,
    )
    units = forms.IntegerField(label=_("All together at most"), min_value=1, required=False)
    money_minor = MoneyField(label=_("All together at most"), min_value=0, required=False)

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        return flat | {"kind": "money" if flat.get("money_minor") else "units"}

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        kept, other = ("money_minor", "units") if typed.pop("kind") == "money" else ("units", "money_minor")
        typed[other] = None
        if not typed.get(kept):
            self.add_error(kept, _("Give a number above 0."))
        return typed
