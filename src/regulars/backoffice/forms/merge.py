"""What the team types when two records of one person become one, or two again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.customer import key_field


class FindForm(forms.Form):
    other = forms.CharField(
        label=_("The other record"),
        max_length=254,
        help_text=_("Card, phone, e-mail, external id, or the member's number."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class MergeForm(forms.Form):
    """`reason` is for the team, as it stands in the log."""

    reason = forms.CharField(
        label=_("Reason, for the team"),
        max_length=200,
        help_text=_("How do you know that they are one person?"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    key = key_field()


class UndoMergeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason, for the team"), max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )
