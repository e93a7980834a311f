"""A refund by lines, by amount, or whole."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.office import Office
from regulars.backoffice.receipts import ShownLine
from regulars.core.sale import LineRefund


class RefundForm(forms.Form):
    """`at` and `key` are decided when the form is shown: sent twice, it is the same refund."""

    how = forms.ChoiceField(
        label=_("What comes back"),
        choices=[("all", _("Everything that is left")), ("lines", _("Some lines")), ("amount", _("An amount"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label=_("Amount"), min_value=0, required=False)
    lines = forms.TypedMultipleChoiceField(
        label=_("Lines"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    key = forms.RegexField(
        r"^office-[0-9a-f]{32}$", widget=forms.HiddenInput, initial=lambda: f"office-{uuid.uuid4().hex}"
    )
    at = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, office: Office, lines: Sequence[ShownLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].use(office.currency)  # type: ignore[attr-defined]
        self.fields["lines"].choices = [(line.position, line.sku) for line in lines]  # type: ignore[attr-defined]
        self.fields["at"].initial = office.now.isoformat()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("how") == "amount" and not typed.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Give an amount above 0."))
        if typed.get("how") == "lines" and not typed.get("lines"):
            self.add_error("lines", _("Choose at least one line."))
        return typed

    def wanted(self) -> dict[str, Any]:
        """The part of a NewRefund that was typed."""
        typed = self.cleaned_data
        match typed["how"]:
            case "lines":
                return {"lines": tuple(LineRefund(position) for position in sorted(typed["lines"]))}
            case "amount":
                return {"amount_minor": typed["amount"]}
            case _:
                return {}
