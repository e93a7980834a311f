"""A thing of the document has a name for people, and a code for ever: made from the name unless it is typed."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.program.part import PartForm

CODE = r"^[a-z0-9][a-z0-9_-]{0,31}\Z"


class NamedForm(PartForm):
    """A piece with a code. An existing piece (`code`) keeps it; a new one must not take one that `taken` has."""

    name = forms.CharField(label=_("Name"), max_length=128)
    code = forms.RegexField(
        CODE,
        label=_("Code"),
        required=False,
        max_length=32,
        help_text=_("For files, tills and reports; it never changes. Empty: made from the name."),
    )

    def __init__(self, *args: Any, code: str | None = None, taken: Collection[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.kept_code, self.taken = code, taken
        if code is not None:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if self.kept_code is not None:
            typed["code"] = self.kept_code
        elif not typed.get("code"):
            typed["code"] = free_code(str(typed.get("name") or ""), self.taken)
        elif typed["code"] in self.taken:
            self.add_error("code", _("Something else has this code already."))
        return typed


def free_code(name: str, taken: Collection[str] = ()) -> str:
    """Make a code of a name: "Café crème" is cafe-creme, or cafe-creme-2 where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:28].strip("-") or "x"
    number, free = 2, code
    while free in taken:
        number, free = number + 1, f"{code}-{number}"
    return free
