"""Which messages a list shows."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.days import read_day
from regulars.backoffice.messages_words import CHANNELS, STATES, TRIGGERS


class DeliveriesForm(forms.Form):
    """Every question may be left open; what cannot be meant is left out."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *((code, said) for code, (said, _l) in STATES.items())],
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("All")), *CHANNELS.items()])
    template = forms.ChoiceField(label=_("Template"), required=False)
    trigger = forms.ChoiceField(label=_("Sent"), required=False, choices=[("", _("All")), *TRIGGERS.items()])
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    member = forms.CharField(
        label=_("Member"), required=False, max_length=254, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, templates: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["template"].choices = [("", _("All")), *templates]  # type: ignore[attr-defined]
        self.is_valid()
        self.typed = getattr(self, "cleaned_data", {})

    def said(self, name: str) -> str:
        """What was chosen; "" where nothing was, or nothing that there is."""
        return str(self.typed.get(name) or "")

    @property
    def days(self) -> tuple[date, date] | None:
        day = read_day(self.said("day"))
        return (day, day + timedelta(days=1)) if day else None
