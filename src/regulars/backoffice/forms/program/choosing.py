"""Fields whose choices come from the document or the shop."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import ListField
from regulars.backoffice.forms.program.setting import Setting
from regulars.core.amounts import LARGEST_AMOUNT


class OneOf(forms.ChoiceField):
    """One of what `source` of the setting offers; `empty` names the choice of none."""

    def __init__(self, *, source: str, empty: Any = None, **options: Any) -> None:
        super().__init__(required=empty is None, **options)
        self.source, self.empty = source, empty

    def suit(self, setting: Setting) -> None:
        offered = getattr(setting, self.source)
        self.choices = offered if self.empty is None else [("", self.empty), *offered]


class SomeOf(forms.MultipleChoiceField):
    """Any of what `source` of the setting offers."""

    def __init__(self, *, source: str, **options: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **options)
        self.source = source

    def suit(self, setting: Setting) -> None:
        self.choices = getattr(setting, self.source)


class NamesField(ListField):
    """Names separated by commas; what `source` of the setting knows is offered to be clicked."""

    def __init__(self, *, source: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.source = source
        self.known: list[tuple[str, str]] = []

    def suit(self, setting: Setting) -> None:
        self.known = list(getattr(setting, self.source)) if self.source else []


class StepsField(forms.DecimalField):
    """An amount of a unit as people write it ("1.50"), read as whole smallest steps (150).

    The unit is the form's, or the one that the field `unit_from` chooses.
    """

    def __init__(self, *, least: int = 1, unit_from: str = "", **options: Any) -> None:
        super().__init__(widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}), **options)
        self.least, self.unit_from, self.digits = least, unit_from, 0

    def count_in(self, digits: int) -> None:
        self.digits = digits
        self.widget.attrs["step"] = str(Decimal(1).scaleb(-digits))

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is None:
            return None
        steps = amount.scaleb(self.digits)
        if steps != steps.to_integral_value():
            if self.digits:
                raise forms.ValidationError(_("This unit has at most %(n)s decimals.") % {"n": self.digits})
            raise forms.ValidationError(_("This unit comes in whole numbers only."))
        if steps < self.least:
            raise forms.ValidationError(_("Give a number above 0.") if self.least else _("Give 0 or more."))
        if steps > LARGEST_AMOUNT:
            raise forms.ValidationError(_("This is too much."))
        return int(steps)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value).scaleb(-self.digits):f}" if isinstance(value, int) else value


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)
