"""An earning rule as the editor asks for it, and as the value it becomes."""

from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import ListField, MomentField, MoneyField
from regulars.backoffice.office import Office
from regulars.core.expiry import AfterDays, AfterMonths, EndOf, ExpiryPolicy, Never, OnDate
from regulars.core.rules import EarningRule, ItemRule, RateRule

COMMON = ("unit", "points", "starts_at", "ends_at", "stores", "store_tags", "rounding")
OF_RATE = ("per_minor", "min_spend_minor", "excluded_categories", "excluded_skus")
OF_ITEM = ("skus", "categories", "brands", "per", "per_minor")


class RuleForm(forms.Form):
    """`terms` is what was typed as an EarningRule, once the form is valid."""

    name = forms.CharField(label=_("Name"), max_length=128, help_text=_("For the team. Members never see it."))
    type = forms.ChoiceField(
        label=_("What earns"),
        choices=[("rate", _("The sale's total")), ("item", _("Certain products"))],
        initial="rate",
        widget=forms.RadioSelect,
    )
    points = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    unit = forms.ChoiceField(label=_("Unit"))
    per = forms.ChoiceField(
        label=_("For each"),
        choices=[("unit", _("unit bought")), ("amount", _("amount spent on them"))],
        initial="unit",
        required=False,
    )
    per_minor = MoneyField(label=_("Per amount"), min_value=0, initial=100, required=False)
    rounding = forms.ChoiceField(
        label=_("Steps that count"),
        choices=[("full", _("full ones only")), ("nearest", _("to the nearest")), ("started", _("every started one"))],
        initial="full",
    )
    min_spend_minor = MoneyField(label=_("From a total of"), min_value=0, required=False)
    excluded_categories = ListField(label=_("Except categories"))
    excluded_skus = ListField(label=_("Except SKUs"))
    skus = ListField(label=_("SKUs"))
    categories = ListField(label=_("Categories"))
    brands = ListField(label=_("Brands"))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    stores = ListField(label=_("Stores"), help_text=_("Codes, separated by commas. Empty: everywhere."))
    store_tags = ListField(label=_("Store tags"), help_text=_("One match is enough."))
    expiry = forms.ChoiceField(
        label=_("Expires"),
        choices=[
            ("never", _("never")),
            ("date", _("on a fixed day")),
            ("days", _("after a number of days")),
            ("months", _("after a number of months")),
            ("end_of", _("at the end of a period")),
        ],
        initial="never",
    )
    expiry_on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    expiry_count = forms.IntegerField(
        label=_("How long, or how many periods later"), min_value=0, max_value=3660, required=False
    )
    expiry_period = forms.ChoiceField(
        label=_("Period"),
        choices=[("month", _("month")), ("quarter", _("quarter")), ("year", _("year"))],
        required=False,
    )

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms: EarningRule | None = None
        units = office.book.units if office.book else {"points": 0}
        self.fields["unit"].choices = [(unit, unit) for unit in units]  # type: ignore[attr-defined]
        for name in ("per_minor", "min_spend_minor"):
            self.fields[name].use(office.currency)  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = office.zone  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors:
            self.terms = self._read(typed)
        return typed

    def _read(self, typed: dict[str, Any]) -> EarningRule | None:
        is_rate = typed["type"] == "rate"
        values = {name: typed[name] for name in (*COMMON, *(OF_RATE if is_rate else OF_ITEM))}
        values = {name: value for name, value in values.items() if value not in (None, "", ())}
        expiry = self._expiry(typed)
        if (is_rate or typed["per"] == "amount") and not typed["per_minor"]:
            self.add_error("per_minor", _("Give an amount above 0."))
        if not is_rate and not (typed["skus"] or typed["categories"] or typed["brands"]):
            self.add_error("skus", _("Name at least one SKU, category or brand."))
        if typed["starts_at"] and typed["ends_at"] and typed["ends_at"] <= typed["starts_at"]:
            self.add_error("ends_at", _("This lies before the start."))
        if self.errors or expiry is None:
            return None
        kind = {"rate": RateRule, "item": ItemRule}[typed["type"]]
        try:
            wanted = {"type": typed["type"], **values, "expiry": msgspec.to_builtins(expiry)}
            return msgspec.convert(wanted, type=kind, strict=True)
        except msgspec.ValidationError as fault:
            self.add_error(None, str(fault))
            return None

    def _expiry(self, typed: dict[str, Any]) -> ExpiryPolicy | None:
        count = typed["expiry_count"]
        match typed["expiry"]:
            case "date" if typed["expiry_on"]:
                return OnDate(on=typed["expiry_on"])
            case "date":
                self.add_error("expiry_on", _("Choose the day."))
            case "days" | "months" if not count:
                self.add_error("expiry_count", _("Say how many."))
            case "days":
                return AfterDays(days=count)
            case "months":
                return AfterMonths(months=count)
            case "end_of":
                return EndOf(period=typed["expiry_period"] or "month", after=count or 0)
            case _:
                return Never()
        return None


def as_typed(name: str, terms: EarningRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    typed: dict[str, Any] = {"name": name, "type": "rate" if isinstance(terms, RateRule) else "item"}
    for field in (*COMMON, *(OF_RATE if isinstance(terms, RateRule) else OF_ITEM)):
        typed[field] = getattr(terms, field)
    match terms.expiry:
        case OnDate(on=on):
            typed |= {"expiry": "date", "expiry_on": on}
        case AfterDays(days=days):
            typed |= {"expiry": "days", "expiry_count": days}
        case AfterMonths(months=months):
            typed |= {"expiry": "months", "expiry_count": months}
        case EndOf(period=period, after=after):
            typed |= {"expiry": "end_of", "expiry_period": period, "expiry_count": after}
        case Never():
            typed["expiry"] = "never"
    return typed
