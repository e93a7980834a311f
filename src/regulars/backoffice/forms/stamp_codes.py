"""Codes on slips and posters in stores, as they are asked for."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.customer import DayField
from regulars.core.periods import end_of_day


class CodesForm(forms.Form):
    card = forms.ChoiceField(label=_("Card"))
    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=1_000, initial=20)
    stamps = forms.IntegerField(label=_("Stamps each"), min_value=1, max_value=100, initial=1)
    batch = forms.CharField(
        label=_("What they are for"), max_length=64, help_text=_("You find them by it: “Street fair, May”.")
    )
    until = DayField(label=_("Last day"), required=False, help_text=_("Empty: they never end."))

    def __init__(
        self, *args: Any, cards: Sequence[tuple[str, str]], zone: tzinfo, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["card"].choices = cards  # type: ignore[attr-defined]
        self.fields["until"].use(now.astimezone(zone).date())  # type: ignore[attr-defined]

    @property
    def usable_until(self) -> datetime | None:
        day: date | None = self.cleaned_data.get("until")
        return end_of_day(day, self.zone) if day else None


class PosterForm(forms.Form):
    store = forms.ChoiceField(label=_("Store"))
    card = forms.ChoiceField(label=_("Card"))
    stamps = forms.IntegerField(label=_("Stamps for a scan"), min_value=1, max_value=100, initial=1)

    def __init__(
        self, *args: Any, stores: Sequence[tuple[str, str]], cards: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = stores  # type: ignore[attr-defined]
        self.fields["card"].choices = cards  # type: ignore[attr-defined]


class SlipForm(forms.Form):
    code = forms.CharField(
        label=_("Code on the slip"),
        max_length=40,
        help_text=_("Sixteen letters and digits; dashes and small letters do not matter."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "autocapitalize": "characters"}),
    )
    store = forms.ChoiceField(label=_("Store"), required=False)

    def __init__(self, *args: Any, stores: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = [("", _("No store in particular")), *stores]  # type: ignore[attr-defined]
