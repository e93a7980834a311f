"""What may be typed about a member; what is right is decided by the verbs."""

from django import forms
from django.utils.translation import gettext_lazy as _


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


class EnrolForm(ProfileForm):
    card = forms.CharField(
        label=_("Card number"), required=False, max_length=80, widget=forms.TextInput({"inputmode": "text"})
    )
    is_guest = forms.BooleanField(label=_("A guest: known from buying, has not joined"), required=False)


class CardForm(forms.Form):
    card = forms.CharField(label=_("Card number"), max_length=80, widget=forms.TextInput({"autofocus": True}))


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
