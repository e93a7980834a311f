"""What to try on which sales."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

PERIODS = (("90", _("The last three months")), ("365", _("The last twelve months")), ("dates", _("From … to …")))
LONGEST = timedelta(days=3 * 366)


class BacktestForm(forms.Form):
    draft = forms.ChoiceField(label=_("Try"))
    against = forms.ChoiceField(label=_("Against"), required=False)
    period = forms.ChoiceField(label=_("On the sales of"), choices=PERIODS, initial="365", widget=forms.RadioSelect)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, programs: Sequence[tuple[str, str]], newest: date, **kwargs: Any) -> None:
        """`newest` is the last day with sales: periods end there."""
        super().__init__(*args, **kwargs)
        self.newest = newest
        self.fields["draft"].choices = programs  # type: ignore[attr-defined]
        self.fields["against"].choices = [*programs, ("", _("Nothing: look at it alone"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("period") == "dates":
            for name in ("since", "last"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, _("Pick a day."))
            if typed.get("since") and typed.get("last") and typed["last"] - typed["since"] > LONGEST:
                self.add_error("since", _("At most three years at once."))
        elif typed.get("period"):
            typed["last"] = self.newest
            typed["since"] = self.newest - timedelta(days=int(typed["period"]) - 1)
        if typed.get("draft") and typed.get("draft") == typed.get("against"):
            self.add_error("against", _("That is the same program: compare it with another, or with nothing."))
        return typed
