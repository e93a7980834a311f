"""A unit of value: what it is called, how it rounds, lives, pays, and how much of it anybody may have."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.caps import CapRow
from regulars.backoffice.forms.program.choosing import StepsField
from regulars.backoffice.forms.program.expiry import (
    expiry_fields,
    pending_fields,
    read_expiry,
    read_pending,
    show_pending,
)
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.part import RowForm
from regulars.core.program.units import Unit

KINDS = [
    ("points", _("Points: earned and spent")),
    ("status", _("Status points: count for tiers, cannot be spent")),
    ("cashback", _("Cashback: money the member has with you")),
]


class TranslationRow(RowForm):
    """The unit's names in another language."""

    key, is_keyed = "language", True

    language = forms.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?\Z", label=_("Language"), required=False, help_text=_("de, fr, pt-BR")
    )
    singular = forms.CharField(label=_("One"), max_length=64)
    plural = forms.CharField(label=_("Many"), max_length=64)

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        language, words = piece
        return {"language": language, "singular": words.singular, "plural": words.plural}


class UnitForm(NamedForm):
    part = Unit
    noughts = ("precision",)
    rows = {"caps": CapRow, "spend_caps": CapRow, "translations": TranslationRow}

    kind = forms.ChoiceField(label=_("What it is"), choices=KINDS, initial="points", widget=forms.RadioSelect)
    name__singular = forms.CharField(label=_("One is called"), max_length=64, initial="point")
    name__plural = forms.CharField(label=_("Many are called"), max_length=64, initial="points")
    precision = forms.IntegerField(
        label=_("Decimals"), min_value=0, max_value=4, required=False, help_text=_("Empty: whole ones only.")
    )
    rounding = forms.ChoiceField(
        label=_("Steps that count"),
        choices=[("full", _("full ones only")), ("nearest", _("to the nearest")), ("started", _("every started one"))],
        initial="full",
    )
    is_tender = forms.BooleanField(label=_("It pays at the till"), required=False)
    pays__units = StepsField(label=_("So many"), required=False, initial=100)
    pays__minor = MoneyField(label=_("pay"), min_value=0, required=False, initial=100)
    pays__least = StepsField(label=_("At least, at once"), required=False, initial=1)
    shortfall = forms.ChoiceField(
        label=_("A refund takes back what was spent already"),
        widget=forms.RadioSelect,
        initial="absorb",
        choices=[
            ("absorb", _("The shop takes the loss")),
            ("debt", _("The member owes it: the balance goes below 0, and the next ones repay it")),
            ("withhold", _("The cashier keeps its worth back from the money")),
            ("refuse", _("The refund is refused")),
        ],
    )
    max_balance = StepsField(label=_("A member holds at most"), required=False)

    def add_fields(self) -> None:
        del self.fields["name"]  # a unit has two: for one, and for many
        self.fields |= expiry_fields() | pending_fields()

    def decimals(self) -> int:
        typed = self.data.get(self.add_prefix("precision")) if self.is_bound else self.initial.get("precision")
        return {"1": 1, "2": 2, "3": 3, "4": 4}.get(str(typed), 0)

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        shown = show_pending(flat)
        shown["is_tender"] = flat.get("pays__units") is not None
        shown["translations"] = list((flat.get("translations") or {}).items())
        return shown

    def nicknames(self, name: str) -> tuple[str, ...]:
        return {"pays": ("is_tender",), "name": ("name__singular",), "pending": ("pending_kind",)}.get(name, ())

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["name"] = self.cleaned_data.get("name__plural", "")
        return super().clean()

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        typed.pop("name", None)
        if not typed.pop("is_tender"):
            typed |= {"pays__units": None, "pays__minor": None, "pays__least": None}
        else:
            for name in ("pays__units", "pays__minor"):
                if not typed.get(name):
                    self.add_error(name, _("Give a number above 0."))
        read_expiry(self, typed)
        read_pending(self, typed)
        return typed

    def keep_rows(self, flat: dict[str, Any]) -> dict[str, Any]:
        words = {row.pop("language"): row for row in flat.pop("translations")}
        return flat | ({"translations": words} if words else {})
