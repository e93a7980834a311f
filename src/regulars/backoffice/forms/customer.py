"""What the team types when it spends, stamps, promotes and puts right for a member."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.core.periods import end_of_day


def key_field() -> forms.RegexField:
    """Decided when the form is shown: sent twice, it is the same deed."""
    return forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Reason, for the team"),
        max_length=1000,
        help_text=_("Why? It stays inside, in the log."),
        widget=forms.Textarea({"rows": 2}),
    )


class DayField(forms.DateField):
    """A day from today on, in the program's zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)
        self.today: date | None = None

    def use(self, today: date) -> None:
        self.today = today
        self.widget.attrs["min"] = today.isoformat()

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None:
            return None
        if self.today is not None and day < self.today:
            raise forms.ValidationError(_("This day is over. Pick today or a later one."))
        if day.year > 2200:
            raise forms.ValidationError(_("That is too far ahead."))
        return day


class SpendForm(forms.Form):
    reward = forms.CharField(max_length=32, error_messages={"required": _("Pick a reward.")})
    key = key_field()


class StampsForm(forms.Form):
    """A minus takes stamps off."""

    card = forms.ChoiceField(label=_("Card"))
    stamps = forms.IntegerField(
        label=_("Stamps"),
        min_value=-100,
        max_value=100,
        help_text=_("With a minus they are taken off."),
        widget=forms.NumberInput({"inputmode": "text", "autofocus": True, "step": 1}),
    )
    reason = reason_field()
    comment = forms.CharField(
        label=_("Comment, for the member"),
        required=False,
        max_length=1000,
        help_text=_("The member reads it beside the entry."),
    )
    key = key_field()

    def __init__(self, *args: Any, cards: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["card"].choices = cards  # type: ignore[attr-defined]
        if len(cards) == 1:
            self.fields["card"].widget = forms.HiddenInput()
            self.fields["card"].initial = cards[0][0]

    @property
    def first_card(self) -> str:
        """The one that is shown before anything is typed."""
        choices: list[tuple[str, str]] = list(self.fields["card"].choices)  # type: ignore[attr-defined]
        return str(self.initial.get("card") or (choices[0][0] if choices else ""))

    def clean_stamps(self) -> int:
        stamps: int = self.cleaned_data["stamps"]
        if stamps == 0:
            raise forms.ValidationError(_("Give a number that is not 0."))
        return stamps


class TierForm(forms.Form):
    """Any level; for how long the change holds; and whether its rewards are given."""

    level = forms.ChoiceField(label=_("Level"), required=False, widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("How long it holds"),
        initial="until",
        widget=forms.RadioSelect,
        choices=[
            ("until", _("Until a day: then the program decides again")),
            ("floor", _("At least this level: it may rise, and falls at the earliest after the day")),
            ("pinned", _("Pinned: nothing changes it but the team")),
            ("reached", _("As if it had been reached today: the program goes on from there")),
        ],
    )
    until = DayField(label=_("Last day"), required=False, help_text=_("Empty: until the team changes it."))
    rewards = forms.BooleanField(
        label=_("Trigger tier rewards"),
        required=False,
        help_text=_("Each reward of the level is given once per member and period."),
    )
    note = forms.CharField(
        label=_("Internal note"),
        max_length=1000,
        help_text=_("Why? The member does not read it."),
        widget=forms.Textarea({"rows": 2}),
    )
    key = key_field()

    def __init__(
        self,
        *args: Any,
        levels: Sequence[tuple[str, str]],
        is_overridden: bool,
        zone: tzinfo,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        if is_overridden:
            self.fields["kind"].choices = [  # type: ignore[attr-defined]
                *self.fields["kind"].choices,  # type: ignore[attr-defined]
                ("release", _("No longer by hand: the level that was counted shows again")),
            ]
        self.fields["level"].choices = [*levels, ("", _("No level"))]  # type: ignore[attr-defined]
        self.fields["until"].use(now.astimezone(zone).date())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("kind") == "until" and not typed.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when."))
        if typed.get("kind") == "floor" and not typed.get("level"):
            self.add_error("kind", _("Below no level there is nothing to hold. Pick a level."))
        return typed

    def asked(self) -> dict[str, Any]:
        """What `change_tier` and its preview are asked."""
        typed = self.cleaned_data
        kind = None if typed["kind"] == "reached" else typed["kind"]
        day = typed.get("until") if kind in ("until", "floor") else None
        until = end_of_day(day, self.zone) if day else None
        return {"level": typed["level"] or None, "kind": kind, "until": until, "rewards": typed["rewards"]}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Internal note"),
        max_length=1000,
        help_text=_("Why? The member does not read it."),
        widget=forms.Textarea({"rows": 2}),
    )


class RemoveForm(forms.Form):
    give_back = forms.ChoiceField(label=_("Its price"), required=False, widget=forms.RadioSelect)
    reason = reason_field()

    def __init__(self, *args: Any, price: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if price:
            self.fields["give_back"].required = True
            self.fields["give_back"].choices = [  # type: ignore[attr-defined]
                ("yes", _("Give %(price)s back") % {"price": price}),
                ("no", _("Keep it: nothing comes back")),
            ]
        else:
            del self.fields["give_back"]

    @property
    def gives_back(self) -> bool:
        return self.cleaned_data.get("give_back") == "yes"


class HandOutForm(forms.Form):
    store = forms.ChoiceField(label=_("Store"), required=False)

    def __init__(self, *args: Any, stores: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = [("", _("No store in particular")), *stores]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = reason_field()


class DatesForm(forms.Form):
    """`until` is the last day itself: the program's time zone ends it."""

    lots = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={"required": _("Pick at least one.")},
        widget=forms.CheckboxSelectMultiple,
    )
    until = DayField(label=_("New last day"), help_text=_("They can be spent up to the end of this day."))
    reason = reason_field()
    key = key_field()

    def __init__(self, *args: Any, lots: Sequence[int], zone: tzinfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lots"].choices = [(str(lot), str(lot)) for lot in lots]  # type: ignore[attr-defined]
        self.fields["until"].use(now.astimezone(zone).date())  # type: ignore[attr-defined]
