"""When a rule counts: dates, hours, places, spend, tenders, and who the member is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MomentField, MoneyField
from regulars.backoffice.forms.program.choosing import NamesField, SomeOf
from regulars.backoffice.forms.program.part import RowForm

DAYS = [
    ("mon", _("Mon")),
    ("tue", _("Tue")),
    ("wed", _("Wed")),
    ("thu", _("Thu")),
    ("fri", _("Fri")),
    ("sat", _("Sat")),
    ("sun", _("Sun")),
]
MIDNIGHT = "24:00"


class HoursRow(RowForm):
    """Days and hours in the store's time zone; an empty end is midnight."""

    key = "days"

    days = forms.MultipleChoiceField(label=_("Days"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple)
    since = forms.CharField(label=_("From"), required=False, widget=forms.TimeInput({"type": "time"}))
    until = forms.CharField(
        label=_("Until"), required=False, help_text=_("Empty: midnight."), widget=forms.TimeInput({"type": "time"})
    )

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        return {
            "days": list(piece.days),
            "since": piece.since,
            "until": "" if piece.until == MIDNIGHT else piece.until,
        }


def when_fields() -> dict[str, forms.Field]:
    """The conditions of a rule or a card, all of which must hold."""
    return (
        {
            "when__starts_at": MomentField(label=_("From")),
            "when__ends_at": MomentField(label=_("Until")),
            "when__stores": NamesField(label=_("Stores"), source="stores", help_text=_("Codes, separated by commas.")),
            "when__channels": NamesField(label=_("Channels"), source="channels"),
            "when__min_spend_minor": MoneyField(label=_("From a total of"), min_value=0, required=False),
            "when__tenders": NamesField(label=_("Paid with one of"), source="tenders"),
            "purchase_kind": forms.ChoiceField(
                label=_("Which purchase"),
                choices=[
                    ("", _("any")),
                    ("first", _("the member's first")),
                    ("nth", _("one certain purchase")),
                    ("every", _("every so many purchases")),
                ],
                required=False,
            ),
            "when__purchase__number": forms.IntegerField(
                label=_("Number"), min_value=1, max_value=100_000, required=False
            ),
        }
        | tag_fields("when__store_tags", source="store_tags")
        | audience_fields("when__audience")
    )


def tag_fields(prefix: str, *, source: str) -> dict[str, forms.Field]:
    """A choice by tags: OR, AND, NOT."""
    return {
        f"{prefix}__any": NamesField(label=_("With one of these tags"), source=source),
        f"{prefix}__all": NamesField(label=_("With all of these tags"), source=source),
        f"{prefix}__none": NamesField(label=_("Without these tags"), source=source),
    }


def audience_fields(prefix: str) -> dict[str, forms.Field]:
    return {
        f"{prefix}__tiers": SomeOf(label=_("Members of these levels"), source="levels"),
        f"{prefix}__segments": NamesField(label=_("Segments"), source="segments"),
    } | tag_fields(f"{prefix}__tags", source="member_tags")


def show_purchase(flat: dict[str, Any]) -> dict[str, Any]:
    number, every = flat.get("when__purchase__number"), flat.get("when__purchase__every")
    kind = "every" if every else "first" if number == 1 else "nth" if number else ""
    return {**flat, "purchase_kind": kind}


def read_purchase(form: forms.Form, typed: dict[str, Any]) -> None:
    kind = typed.pop("purchase_kind", "")
    match kind:
        case "":
            typed["when__purchase__number"] = None
        case "first":
            typed["when__purchase__number"] = 1
        case _:
            if not typed.get("when__purchase__number"):
                form.add_error("when__purchase__number", _("Say which."))
            typed["when__purchase__every"] = kind == "every"


def check_dates(form: forms.Form, typed: dict[str, Any], start: str, end: str) -> None:
    """An end lies after its start."""
    if typed.get(start) and typed.get(end) and typed[end] <= typed[start]:
        form.add_error(end, _("This lies before the start."))
