"""A correction of a balance, as somebody of the team types it."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.points.adjust import DEFAULT_COMMENT


class AmountForm(forms.Form):
    """What the preview needs: how much, of which unit."""

    amount = forms.IntegerField(
        label=_("Amount"),
        min_value=-LARGEST_AMOUNT,
        max_value=LARGEST_AMOUNT,
        help_text=_("With a minus it is taken from the balance."),
        widget=forms.NumberInput({"inputmode": "text", "autofocus": True, "step": 1}),
    )
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit, unit) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = units[0]

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Give a number that is not 0."))
        return amount


class AdjustForm(AmountForm):
    reason = forms.CharField(
        label=_("Reason, for the team"),
        max_length=1000,
        help_text=_("Why? It stays inside, in the log."),
        widget=forms.Textarea({"rows": 2}),
    )
    comment = forms.CharField(
        label=_("Comment, for the member"),
        required=False,
        max_length=1000,
        initial=DEFAULT_COMMENT,
        help_text=_("The member reads it beside the entry."),
    )
    key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))
