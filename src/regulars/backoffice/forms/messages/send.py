"""What somebody sends: which template, over which channel, and what they add to it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.customer import key_field
from regulars.messages.send import LONGEST_GIVEN

GIVEN: dict[str, tuple[Any, Any]] = {
    "comment": (_("What you add"), _("The member reads it where the text says {{ comment }}.")),
    "change": (_("What was added or taken"), _("Such as: +50 points")),
    "reward": (_("The reward it is about"), ""),
    "day": (_("The day it is about"), ""),
}
"""What a sender may say, by variable."""

PREFIX = "given-"


class SendForm(forms.Form):
    """`channel` and what is added depend on the template; the same key is the same message."""

    template = forms.ChoiceField(label=_("Template"))
    channel = forms.ChoiceField(label=_("Over"), required=False)
    key = key_field()

    def __init__(self, *args: Any, templates: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["template"].choices = list(templates)  # type: ignore[attr-defined]

    def ask(self, names: Iterable[str], channels: Iterable[tuple[str, str]]) -> None:
        """Ask for the channels of the template, and for what it says of the sender.

        While it is only looked at, a channel of the template before is no fault: one of this template takes its place.
        """
        self.fields["channel"].choices = list(channels)  # type: ignore[attr-defined]
        for name in GIVEN:
            if name in names:
                self.fields[PREFIX + name] = _given_field(name)
        if self.is_bound and "send" not in self.data:
            self.errors.pop("channel", None)

    @property
    def asked(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def given(self) -> dict[str, str]:
        """What was typed so far, by variable."""
        return {
            name.removeprefix(PREFIX): str(self.data.get(name, "")).strip()[: LONGEST_GIVEN + 1]
            for name in self.fields
            if name.startswith(PREFIX)
        }


def _given_field(name: str) -> forms.CharField:
    label, help_text = GIVEN[name]
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_GIVEN,
        widget=forms.Textarea({"rows": 3}) if name == "comment" else forms.TextInput({"autocomplete": "off"}),
    )
