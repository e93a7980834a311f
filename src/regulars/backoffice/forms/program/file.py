"""A program file, uploaded or pasted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST = 1_000_000


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput({"accept": ".yaml,.yml,application/yaml"})
    )
    text = forms.CharField(
        label=_("Or paste it"),
        required=False,
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea({"rows": 16, "spellcheck": "false", "class": "code"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if file := typed.get("file"):
            if file.size > LARGEST:
                self.add_error("file", _("A program file has at most 1 MB."))
                return typed
            try:
                typed["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This is not a text file."))
        if not typed.get("text", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste its text."))
        return typed

    def said(self) -> str:
        text: str = self.cleaned_data["text"]
        return text
