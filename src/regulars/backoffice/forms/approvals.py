"""A threshold, as an owner types it: the amount in the action's own measure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.amounts import read_amount
from regulars.backoffice.approvals import ACTIONS
from regulars.backoffice.office import Office
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.approval import KEY_ROLE, MEASURES, Action
from regulars.core.money import minor_digits
from regulars.staff.models import Need


class RuleForm(forms.Form):
    action = forms.ChoiceField(label=_("Who wants to"), choices=list(ACTIONS.items()))
    role = forms.ChoiceField(label=_("And is"), required=False)
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

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        amount = typed.get("from_amount") or 0
        if typed.get("role") == KEY_ROLE and typed.get("action") != Action.ADJUST_POINTS:
            self.add_error("role", _("Tills are asked for a PIN where they adjust a balance, and nowhere else."))
        if "action" in typed:
            try:
                typed["from_amount"] = self._steps(Action(typed["action"]), amount)
            except ValueError:
                self.add_error("from_amount", _("Give an amount without so many decimals."))
        return typed

    def _steps(self, action: Action, amount: Any) -> int:
        """The amount in the smallest steps of what the action counts."""
        measure = MEASURES[action]
        if not measure:
            return 0
        if measure == "points":
            return read_amount(f"{amount:f}", self.office.unit("points")) if amount else 0
        steps = amount * 10 ** (minor_digits(self.office.currency) if measure == "money" else 0)
        if steps != int(steps):
            raise ValueError(amount)
        return int(steps)

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("action", "role", "from_amount", "need")}
