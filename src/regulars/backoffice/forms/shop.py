"""The shop's name and time zone as they are asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ShopForm(forms.Form):
    name = forms.CharField(label=_("Shop's name"), max_length=128)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("Days begin and points expire by it: America/New_York.")
    )
