"""Fields that read amounts and lists the way people type them."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.money import minor_digits
from regulars.stores.zones import known_zones


class MoneyField(forms.DecimalField):
    """An amount typed in whole currency ("12.50"), read as minor units (1250)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}), **options)
        self.digits = 2

    def use(self, currency: str) -> None:
        self.digits = minor_digits(currency)
        self.label = f"{self.label} ({currency})"
        self.widget.attrs["step"] = str(Decimal(1).scaleb(-self.digits))

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is None:
            return None
        minor = amount.scaleb(self.digits)
        if minor != minor.to_integral_value():
            raise forms.ValidationError(
                _("The currency has no smaller coins than %(n)s decimals.") % {"n": self.digits}
            )
        if abs(minor) > LARGEST_AMOUNT:
            raise forms.ValidationError(_("This is too much."))
        return int(minor)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value).scaleb(-self.digits):f}"
        return value


class ListField(forms.CharField):
    """Several names, separated by commas or lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=20_000, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        names = [" ".join(part.split()) for part in text.replace("\n", ",").split(",")]
        return tuple(dict.fromkeys(name for name in names if name))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value


class ZoneInput(forms.TextInput):
    """A name is typed, and the browser offers those there are."""

    def __init__(self) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", "list": "zones"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        zones = ((zone,) for zone in sorted(known_zones()))
        offered = format_html_join("", '<option value="{}"></option>', zones)
        return format_html("{}<datalist id=zones>{}</datalist>", super().render(name, value, attrs, renderer), offered)


class ZoneField(forms.CharField):
    """A time zone's name; whether there is one of it is decided by the verbs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Time zone"), max_length=64, widget=ZoneInput(), **options)


class MomentField(forms.DateTimeField):
    """A date and time in the program's time zone."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, required=False, **options)
        self.zone: Any = ZoneInfo("UTC")

    def clean(self, value: Any) -> Any:
        at = super().clean(value)
        return None if at is None else at.replace(tzinfo=self.zone)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if hasattr(value, "astimezone") else value
