"""Caps as rows: at most so much, in a period, for each of somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.program.choosing import StepsField
from regulars.backoffice.forms.program.part import RowForm

PERIODS = [
    ("transaction", _("a sale")),
    ("day", _("a day")),
    ("week", _("a week, from Monday")),
    ("month", _("a month")),
    ("quarter", _("a quarter")),
    ("year", _("a year")),
    ("rolling", _("the last days")),
    ("lifetime", _("ever")),
]
SCOPES = [
    ("member", _("each member")),
    ("card", _("each card")),
    ("store", _("each store")),
    ("cashier", _("each cashier")),
    ("program", _("everybody together")),
]


class CapRow(RowForm):
    key = "limit"

    limit = StepsField(label=_("At most"), required=False)
    period = forms.ChoiceField(label=_("In"), choices=PERIODS, initial="day")
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=366, required=False)
    per = forms.ChoiceField(label=_("For"), choices=SCOPES, initial="member")
    on_exceed = forms.ChoiceField(
        label=_("What is more"),
        choices=[("truncate", _("is cut off")), ("skip", _("makes it give nothing"))],
        initial="truncate",
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("period") != "rolling":
            typed["days"] = None
        elif not typed.get("days") and "days" not in self.errors:
            self.add_error("days", _("Say how many days."))
        return typed
