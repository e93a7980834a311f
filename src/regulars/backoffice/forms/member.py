"""What may be typed about a member; what is right is decided by the verbs."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.customer import DayField


class ProfileForm(forms.Form):
    first_name = forms.CharField(
        label=_("First name"), required=False, max_length=64, widget=forms.TextInput({"autofocus": True})
    )
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=64)
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=forms.TextInput({"inputmode": "tel"})
    )
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=254, widget=forms.TextInput({"inputmode": "email"})
    )
    birth_on = forms.DateField(
        label=_("Birth date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    external_id = forms.CharField(
        label=_("External id"),
        required=False,
        max_length=64,
        help_text=_("The number another system knows this person by."),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("What messages to this person are written in.")
    )
    home_store = forms.CharField(label=_("Home store"), required=False, max_length=32, help_text=_("A store's code."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The shop's own")), *settings.LANGUAGES]  # type: ignore[attr-defined]


class EnrolForm(ProfileForm):
    card = forms.CharField(
        label=_("Card number"), required=False, max_length=80, widget=forms.TextInput({"inputmode": "text"})
    )
    is_guest = forms.BooleanField(label=_("A guest: known from buying, has not joined"), required=False)


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Status"),
        widget=forms.RadioSelect,
        choices=[
            ("active", _("Active: earns and spends")),
            ("locked", _("Locked: looks and earns, cannot spend")),
            ("blocked", _("Blocked: not valid at any till")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("For colleagues who are asked about it later. The member does not see it."),
    )
    until = DayField(
        label=_("Until the end of"),
        required=False,
        help_text=_("A lock or block ends by itself after this day. Empty: until somebody ends it."),
    )


class LeaveForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput({"autofocus": True}),
        help_text=_("For colleagues who are asked about it later. The member does not see it."),
    )


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=2_000, widget=forms.Textarea({"rows": 3}))
    is_pinned = forms.BooleanField(label=_("Keep on top"), required=False)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
        help_text=_("The six digits that the member reads out."),
    )


class UndoVerificationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stays with the member, as a note of the team.")
    )
