"""How long a credit lives, and how long it waits before it may be spent, as plain choices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.program.choosing import DayField

LIVES = [
    ("never", _("never")),
    ("days", _("some days after it was given")),
    ("months", _("some months after it was given")),
    ("end_of", _("at the end of a month, quarter or year")),
    ("date", _("on a fixed day")),
    ("idle", _("when the member has not come for a while")),
]
WAITS = [
    ("days", _("after some days")),
    ("until", _("from a day on")),
    ("event", _("when something has happened")),
]


def expiry_fields(*, inherits: bool = False) -> dict[str, forms.Field]:
    """Fields of an expiry policy; with `inherits` it may be left to the unit."""
    return {
        "expiry__type": forms.ChoiceField(
            label=_("Expires"),
            choices=[("", _("as its unit does")), *LIVES] if inherits else LIVES,
            required=not inherits,
            initial="" if inherits else "never",
        ),
        "expiry__days": forms.IntegerField(label=_("Days"), min_value=1, max_value=3660, required=False),
        "expiry__months": forms.IntegerField(label=_("Months"), min_value=1, max_value=3660, required=False),
        "expiry__on": DayField(label=_("Last day")),
        "expiry__period": forms.ChoiceField(
            label=_("End of a"),
            choices=[("month", _("month")), ("quarter", _("quarter")), ("year", _("year"))],
            required=False,
        ),
        "expiry__after": forms.IntegerField(
            label=_("So many later"),
            min_value=0,
            max_value=600,
            required=False,
            help_text=_("Empty: the one it is given in."),
        ),
    }


def read_expiry(form: forms.Form, typed: dict[str, Any]) -> None:
    """Ask for what the chosen way needs; drop the fields of the others."""
    needed = {"days": "days", "idle": "days", "months": "months", "date": "on"}
    way = typed.get("expiry__type")
    if (field := needed.get(way or "")) and not typed.get(f"expiry__{field}"):
        form.add_error(f"expiry__{field}", _("Say which day.") if way == "date" else _("Say how many."))
    if not way:
        for name in ("days", "months", "on", "period", "after"):
            typed.pop(f"expiry__{name}", None)


def pending_fields(*, inherits: bool = False) -> dict[str, forms.Field]:
    """Fields of the waiting time; `pending_kind` chooses among them."""
    at_once = _("as its unit says") if inherits else _("at once")
    return {
        "pending_kind": forms.ChoiceField(label=_("May be spent"), choices=[("", at_once), *WAITS], required=False),
        "pending__days": forms.IntegerField(
            label=_("Days to wait"),
            min_value=1,
            max_value=3660,
            required=False,
            help_text=_("After an event: 0 if empty."),
        ),
        "pending__until": DayField(label=_("From this day on")),
        "pending__event": forms.CharField(
            label=_("Event"), max_length=64, required=False, help_text=_("The name tills and other systems send.")
        ),
        "pending__round_up": forms.BooleanField(label=_("The last day counts whole"), required=False),
        "pending__life_from": forms.ChoiceField(
            label=_("Its life is counted from"),
            choices=[("activated", _("the day it may be spent")), ("earned", _("the day it was given"))],
            initial="activated",
            required=False,
        ),
    }


def show_pending(flat: dict[str, Any]) -> dict[str, Any]:
    """Choose the kind that the stored waiting time is of."""
    kind = next((name for name in ("event", "until", "days") if flat.get(f"pending__{name}")), "")
    return {**flat, "pending_kind": kind, "pending__days": flat.get("pending__days") or None}


def read_pending(form: forms.Form, typed: dict[str, Any]) -> None:
    """Keep what the chosen kind needs, and ask for it."""
    kind = typed.pop("pending_kind", "")
    kept = {"": (), "days": ("days", "round_up"), "until": ("until",), "event": ("event", "days", "round_up")}[kind]
    if kind and not typed.get(f"pending__{kind}"):
        form.add_error(f"pending__{kind}", _("Say which."))
    for name in ("days", "until", "event", "round_up", *(() if kind else ("life_from",))):
        if name not in kept:
            typed.pop(f"pending__{name}", None)
