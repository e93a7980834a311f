"""What holds for the whole program besides units and rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.items import item_fields
from regulars.backoffice.forms.program.part import PartForm
from regulars.core.program.policies import Policies


class PoliciesForm(PartForm):
    part = Policies
    noughts = ("confirm_above_minor",)

    reinstate_grace_days = forms.IntegerField(
        label=_("Days to use points that come back after their expiry"), min_value=0, max_value=3660
    )
    max_backdate_days = forms.IntegerField(label=_("Days a till may report late"), min_value=0, max_value=3660)
    attach_days = forms.IntegerField(label=_("Days an anonymous sale may be claimed"), min_value=0, max_value=3660)
    hold_minutes = forms.IntegerField(
        label=_("Minutes a basket holds points"),
        min_value=1,
        max_value=1_440,
        help_text=_("Unless the till says otherwise."),
    )
    confirm_above_minor = MoneyField(
        label=_("Sales keyed by hand wait for a second step above"),
        min_value=0,
        required=False,
        help_text=_("0: all of them wait. Empty: none, but claims with a picture, which always do."),
    )
    confirm_days = forms.IntegerField(
        label=_("Days to confirm them"),
        min_value=1,
        max_value=60,
        help_text=_("A second person, the member's code, or the till's own record. Then they lapse."),
    )
    locked_members_earn = forms.BooleanField(
        label=_("Locked members go on earning"), required=False, help_text=_("They spend nothing in any case.")
    )
    earn_on_tax = forms.BooleanField(label=_("tax"), required=False)
    earn_on_shipping = forms.BooleanField(label=_("shipping"), required=False)
    earn_on_part_paid_with_units = forms.BooleanField(label=_("the part paid with points"), required=False)
    earn_on_part_paid_with_vouchers = forms.BooleanField(label=_("the part paid with vouchers"), required=False)

    def add_fields(self) -> None:
        self.fields |= item_fields("excluded")
