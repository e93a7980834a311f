"""When a draft starts to count."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MomentField
from regulars.backoffice.office import Office


class ScheduleForm(forms.Form):
    """At once, or from a moment in the program's time zone on."""

    when = forms.ChoiceField(
        label=_("It counts"),
        choices=[("now", _("from now on")), ("at", _("from a date on"))],
        initial="now",
        widget=forms.RadioSelect,
    )
    starts_at = MomentField(label=_("Starts"))
    note = forms.CharField(
        label=_("Note, for the team"), required=False, max_length=200, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, office: Office, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = office.now
        self.fields["starts_at"].zone = office.zone  # type: ignore[attr-defined]
        self.fields["starts_at"].help_text = str(office.zone)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("when") == "at" and "starts_at" not in self.errors:
            if typed.get("starts_at") is None:
                self.add_error("starts_at", _("Choose the day and hour."))
            elif typed["starts_at"] <= self.now:
                self.add_error("starts_at", _("This has passed. Choose a later moment, or publish it now."))
        return typed

    def moment(self) -> datetime:
        """When it starts; now is the moment the page was asked."""
        at: datetime | None = self.cleaned_data["starts_at"] if self.cleaned_data["when"] == "at" else None
        return at or self.now
