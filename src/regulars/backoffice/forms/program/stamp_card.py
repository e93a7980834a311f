"""A stamp card as its designer asks for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.choosing import OneOf
from regulars.backoffice.forms.program.expiry import expiry_fields, read_expiry
from regulars.backoffice.forms.program.items import item_fields, names_any
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.part import RowForm
from regulars.backoffice.forms.program.when import HoursRow, check_dates, read_purchase, show_purchase, when_fields
from regulars.core.program.stamp_cards import StampCard

WAYS = [
    ("visit", _("coming: stamps for each sale")),
    ("spend", _("spending: stamps for each amount")),
    ("item", _("products: stamps for each one bought")),
    ("hand", _("hand: the team, codes and store QR give them")),
]


class InterimRow(RowForm):
    """A reward on the way, by the stamp that brings it."""

    key, is_keyed = "stamp", True

    stamp = forms.IntegerField(label=_("With stamp"), min_value=1, max_value=99, required=False)
    reward = OneOf(label=_("comes"), source="rewards")

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        return {"stamp": piece[0], "reward": piece[1]}


class StampCardForm(NamedForm):
    part = StampCard
    rows = {"interim": InterimRow, "when__hours": HoursRow}

    size = forms.IntegerField(label=_("Stamps that fill it"), min_value=2, max_value=100, initial=10)
    final = OneOf(label=_("A full card gives"), source="rewards")
    earn__type = forms.ChoiceField(label=_("Stamps come by"), choices=WAYS, initial="visit", widget=forms.RadioSelect)
    earn__stamps = forms.IntegerField(label=_("Stamps"), min_value=1, max_value=100, initial=1, required=False)
    earn__min_spend_minor = MoneyField(label=_("From a total of"), min_value=0, required=False)
    earn__per_minor = MoneyField(label=_("For each full"), min_value=0, required=False)
    earn__carry = forms.BooleanField(label=_("What is left counts with the next sale"), required=False, initial=True)
    restart = forms.BooleanField(label=_("A full card is followed by a new one"), required=False, initial=True)
    overflow = forms.BooleanField(label=_("Stamps beyond a full card go on the next"), required=False, initial=True)
    max_per_sale = forms.IntegerField(label=_("At most a sale"), min_value=1, max_value=100, required=False)
    max_per_day = forms.IntegerField(label=_("At most a day"), min_value=1, max_value=100, required=False)
    cool_down_minutes = forms.IntegerField(
        label=_("Minutes between two codes or QR scans"), min_value=0, max_value=527_040, required=False
    )
    used_reward = forms.ChoiceField(
        label=_("A refund undoes a full card whose reward was used already"),
        choices=[("absorb", _("The shop takes the loss")), ("debt", _("The member owes the stamps"))],
        initial="absorb",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What the member reads on it"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2})
    )

    def add_fields(self) -> None:
        self.fields |= item_fields("earn__items") | when_fields() | expiry_fields()

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        return show_purchase(flat) | {"interim": sorted((flat.get("interim") or {}).items())}

    def nicknames(self, name: str) -> tuple[str, ...]:
        return {
            "earn__items": ("earn__items__categories",),
            "earn": ("earn__type",),
            "expiry": ("expiry__type",),
            "when__purchase": ("purchase_kind",),
            "when": ("when__starts_at",),
        }.get(name, ())

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        way = typed["earn__type"]
        if way == "spend" and not typed.get("earn__per_minor"):
            self.add_error("earn__per_minor", _("Give an amount above 0."))
        if way == "item" and not names_any(typed, "earn__items"):
            self.add_error("earn__items__categories", _("Name at least one category, product, brand or collection."))
        check_dates(self, typed, "when__starts_at", "when__ends_at")
        read_expiry(self, typed)
        read_purchase(self, typed)
        return typed

    def keep_rows(self, flat: dict[str, Any]) -> dict[str, Any]:
        marks = {str(row["stamp"]): row["reward"] for row in flat.pop("interim")}
        return flat | ({"interim": marks} if marks else {})
