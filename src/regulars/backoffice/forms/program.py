"""The program's settings as they are asked for."""

from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.office import Office
from regulars.core.terms import Terms


class ProgramForm(forms.Form):
    name = forms.CharField(label=_("Program's name"), max_length=128)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("Days begin and points expire by it: America/New_York.")
    )
    points_per = forms.IntegerField(label=_("Points"), min_value=1)
    minor_per = MoneyField(label=_("pay"), min_value=0)
    min_points = forms.IntegerField(label=_("At least, at once"), min_value=1)
    shortfall = forms.ChoiceField(
        label=_("A refund takes back points that were spent already"),
        widget=forms.RadioSelect,
        choices=[
            ("absorb", _("The shop takes the loss")),
            ("debt", _("The member owes them: the balance goes below 0, and the next points repay it")),
            ("withhold", _("The cashier keeps their worth back from the money")),
            ("refuse", _("The refund is refused")),
        ],
    )
    reinstate_grace_days = forms.IntegerField(
        label=_("Days to use points that come back after their expiry"), min_value=0, max_value=3660
    )
    max_backdate_days = forms.IntegerField(label=_("Days a till may report late"), min_value=0, max_value=3660)
    attach_days = forms.IntegerField(label=_("Days an anonymous sale may be claimed"), min_value=0, max_value=3660)

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minor_per"].use(office.currency)  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """What was typed, within its bounds. Raises msgspec's ValidationError."""
        return msgspec.convert({name: self.cleaned_data[name] for name in Terms.__struct_fields__}, type=Terms)
