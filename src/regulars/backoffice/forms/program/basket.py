"""A basket as somebody tries it: who buys what, where, when, and how it is paid."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MomentField, MoneyField
from regulars.backoffice.forms.program.choosing import NamesField, OneOf, StepsField
from regulars.backoffice.forms.program.part import PartForm, RowForm
from regulars.core.checkout import worth_minor
from regulars.core.sale import SaleLine, Tender


class LineRow(RowForm):
    """One kind of goods: `amount_minor` for all of them."""

    key = "amount_minor"

    category = forms.CharField(label=_("Category"), max_length=64, required=False)
    sku = forms.CharField(label=_("Product (SKU)"), max_length=64, required=False)
    quantity = forms.DecimalField(
        label=_("Quantity"), min_value=0, max_digits=9, decimal_places=3, initial=1, required=False
    )
    amount_minor = MoneyField(label=_("Amount"), min_value=0, required=False)
    brand = forms.CharField(label=_("Brand"), max_length=64, required=False)
    labels = NamesField(label=_("Labels"))

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        return dict(piece)

    def line(self) -> SaleLine:
        typed = self.cleaned_data
        return SaleLine(
            sku=typed["sku"] or "0",
            quantity_milli=int((typed["quantity"] or 1) * 1000),
            amount_minor=typed["amount_minor"],
            category=typed["category"],
            brand=typed["brand"],
            labels=typed["labels"],
        )


class BasketForm(PartForm):
    part: ClassVar[Any] = None
    rows = {"lines": LineRow}

    member = forms.CharField(
        label=_("Member"), max_length=100, help_text=_("A card, phone, e-mail or name."), widget=forms.TextInput()
    )
    store = OneOf(label=_("Store"), source="stores")
    at = MomentField(label=_("When"))
    channel = forms.CharField(label=_("Channel"), max_length=32, required=False)
    tender = forms.CharField(label=_("Paid with"), max_length=32, required=False, initial="cash")
    points = StepsField(label=_("Of it with points"), required=False, least=0)

    def begin_with(self, name: str) -> Sequence[Any]:
        categories = [value for value, _name in self.setting.categories[:2]]
        return [{"category": category} for category in categories] or [{}]

    def lines(self) -> tuple[SaleLine, ...]:
        return tuple(row.line() for row in self._filled("lines"))  # type: ignore[attr-defined]

    def tenders(self, total_minor: int) -> tuple[Tender, ...]:
        """Points as asked for, and the rest by the other means."""
        typed, unit = self.cleaned_data, self.setting.unit("points")
        points = typed["points"] or 0
        worth = worth_minor(points, unit) if unit else 0
        paid = (Tender("points", points=points),) if points else ()
        rest = Tender(typed["tender"] or "cash", amount_minor=max(total_minor - worth, 0))
        return (*paid, rest)

    def moment(self, now: datetime) -> datetime:
        at: datetime | None = self.cleaned_data["at"]
        return at or now

    def is_valid(self) -> bool:
        faulty = [row for row in self._filled() if not row.is_valid()]
        if forms.Form.is_valid(self) and not self._filled("lines"):
            self.add_error(None, _("Put at least one thing into the basket, with its amount."))
        return not self.errors and not faulty
