"""A threshold, as an owner types it: the amount in the action's own measure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.amounts import read_amount
from regulars.backoffice.approvals import ACTIONS, name_unit
from regulars.backoffice.office import Office
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.approval import KEY_ROLE, MEASURES, OF_MACHINES, OF_UNITS, Action
from regulars.core.money import minor_digits
from regulars.staff.models import Need


class RuleForm(forms.Form):
    action = forms.ChoiceField(label=_("Who wants to"), choices=list(ACTIONS.items()))
    role = forms.ChoiceField(label=_("And is"), required=False)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        required=False,
        help_text=_("For balances and stamps. Of any unit: 500 are 500 points, 500 stars, 500.00 of a credit."),
    )
    from_amount = forms.DecimalField(
        label=_("From this amount on"),
        required=False,
        min_value=0,
        max_value=LARGEST_AMOUNT,
        help_text=_("Points, stamps, rows of a file, or money where sales are refunded. Empty: always."),
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
    )
    need = forms.ChoiceField(
        label=_("Needs"),
        widget=forms.RadioSelect,
        initial=Need.SECOND,
        choices=[
            (Need.PIN, _("A PIN: somebody who may approve types theirs at the counter")),
            (Need.SECOND, _("A second person: somebody else who may approve")),
        ],
    )

    def __init__(self, *args: Any, office: Office, roles: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.office = office
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", _("Anybody of the team")),
            *roles.items(),
            (KEY_ROLE, _("A till or another system, by its key")),
        ]
        units = office.live.units.values() if office.live else ()
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("Any unit")),
            *[(unit.code, name_unit(unit.code, office)) for unit in units],
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "action" not in typed:
            return typed
        action = Action(typed["action"])
        if typed.get("role") == KEY_ROLE and action not in OF_MACHINES:
            self.add_error("role", _("Tills and other systems cannot do this."))
        if typed.get("unit") and not self._counts(action, typed["unit"]):
            self.add_error("unit", _("This does not move this unit. Choose any unit, or another one."))
        elif "unit" in typed:
            try:
                typed["from_amount"] = self._steps(action, typed.get("from_amount") or 0, typed["unit"])
            except ValueError:
                self.add_error("from_amount", _("Give an amount without so many decimals."))
        return typed

    def _counts(self, action: Action, code: str) -> bool:
        """Whether the action moves this unit."""
        is_stamps = self.office.unit(code).kind == "stamps"
        return action in OF_UNITS and (action == Action.SPEND_POINTS or is_stamps == (MEASURES[action] == "stamps"))

    def _steps(self, action: Action, amount: Any, unit: str) -> int:
        """The amount in the smallest steps of what the action counts; of any unit, in whole ones."""
        measure = MEASURES[action]
        if not measure:
            return 0
        if unit:
            return read_amount(f"{amount:f}", self.office.unit(unit)) if amount else 0
        steps = amount * 10 ** (minor_digits(self.office.currency) if measure == "money" else 0)
        if steps != int(steps):
            raise ValueError(amount)
        return int(steps)

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("action", "role", "unit", "from_amount", "need")}
