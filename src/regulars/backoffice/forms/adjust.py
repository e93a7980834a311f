"""A correction of a balance, as somebody of the team types it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.amounts import TooMuch, read_amount, words_of
from regulars.core.program.units import Unit
from regulars.core.tongue import say
from regulars.points.adjust import DEFAULT_COMMENT


class AmountForm(forms.Form):
    """What the preview needs: how much, of which unit. The amount is read in the unit's smallest steps."""

    unit = forms.ChoiceField(label=_("Unit"))
    amount = forms.CharField(
        label=_("Amount"),
        max_length=30,
        help_text=_("With a minus it is taken from the balance."),
        widget=forms.TextInput({"inputmode": "text", "autofocus": True, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        self.fields["unit"].choices = [(unit.code, words_of(unit).plural) for unit in units]  # type: ignore[attr-defined]
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = units[0].code

    def clean_amount(self) -> int:
        unit = self.units.get(self.cleaned_data.get("unit", ""))
        if unit is None:
            raise forms.ValidationError(_("Choose a unit first."))
        try:
            amount = read_amount(self.cleaned_data["amount"], unit)
        except TooMuch:
            raise forms.ValidationError(_("This is too much.")) from None
        except ValueError:
            raise forms.ValidationError(
                _("Give a number with at most %(n)s decimals.") % {"n": unit.decimals}
                if unit.decimals
                else _("Give a whole number.")
            ) from None
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
        initial=lambda: say(DEFAULT_COMMENT),
        help_text=_("The member reads it beside the entry."),
    )
    key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))
