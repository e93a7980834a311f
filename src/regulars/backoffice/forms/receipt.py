"""A receipt as somebody keys it: whose, where, when, what is printed on it, and a picture of it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.customer import reason_field
from regulars.backoffice.forms.fields import MomentField, MoneyField
from regulars.backoffice.forms.program.basket import LineRow
from regulars.backoffice.forms.program.choosing import StepsField
from regulars.backoffice.forms.program.part import PartForm
from regulars.core.sale import SaleLine, Tender

MOST_PICTURES = 5
PICTURES = "image/jpeg,image/png,image/webp,application/pdf"


class Pictures(forms.FileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files at once."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list) else [data] if data else []
        if len(given) > MOST_PICTURES:
            raise forms.ValidationError(_("Choose at most %(n)s pictures.") % {"n": MOST_PICTURES})
        return [super(PicturesField, self).clean(each, initial) for each in given]


def picture_field() -> forms.FileField:
    return PicturesField(
        label=_("Photo or PDF of the receipt"),
        required=False,
        help_text=_("JPEG, PNG, WebP or PDF, at most 10 MB each. A receipt with a picture is always checked."),
        widget=Pictures({"accept": PICTURES, "multiple": True}),
    )


def key_field() -> forms.RegexField:
    return forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))


class KeyForm(PartForm):
    """The total may be left out where articles are listed: it is theirs then."""

    part: ClassVar[Any] = None
    rows = {"lines": LineRow}

    member = forms.CharField(
        label=_("Member"),
        max_length=254,
        help_text=_("A card, phone, e-mail, external id or member number."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    store = forms.ChoiceField(label=_("Store"))
    number = forms.CharField(label=_("Receipt number"), max_length=64, required=False)
    at = MomentField(label=_("Printed time"))
    total_minor = MoneyField(label=_("Total"), min_value=0, required=False)
    points = StepsField(
        label=_("Of it with points"),
        required=False,
        least=0,
        help_text=_("Only where the sale counts at once."),
    )
    note = forms.CharField(
        label=_("Note, for the team"), max_length=1_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    kind = forms.ChoiceField(choices=[("entry", "entry"), ("claim", "claim")], widget=forms.HiddenInput)
    key = key_field()

    def __init__(self, *args: Any, stores: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["store"].choices = stores  # type: ignore[attr-defined]
        self.fields["at"].required = True
        self.fields["photo"] = picture_field()

    def begin_with(self, name: str) -> Sequence[Any]:
        return ()

    def is_valid(self) -> bool:
        faulty = [row for row in self._filled() if not row.is_valid()]
        return forms.Form.is_valid(self) and not faulty

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if not 2000 <= at.year <= 2999:
            raise forms.ValidationError(_("Check the year."))
        return at

    def clean_number(self) -> str:
        return " ".join(str(self.cleaned_data["number"]).split())

    def lines(self) -> tuple[SaleLine, ...]:
        return tuple(row.line() for row in self._filled("lines"))  # type: ignore[attr-defined]

    def total(self) -> int | None:
        """What was typed; else what the articles come to."""
        lines = self.lines()
        typed: int | None = self.cleaned_data["total_minor"]
        return sum(line.amount_minor for line in lines) if typed is None and lines else typed

    def tenders(self) -> tuple[Tender, ...]:
        """Points where some were taken; how the rest was paid, nobody asks."""
        points = self.cleaned_data["points"]
        return (Tender("points", points=points),) if points else ()

    def decimals(self) -> int:
        unit = self.setting.unit("points")
        return unit.decimals if unit else 0

    def moment(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        return at

    def pictures(self) -> list[UploadedFile]:
        return list(self.cleaned_data.get("photo") or [])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code that the member reads out"),
        max_length=32,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class CorrectForm(forms.Form):
    """What the sale should have been; what is left as it is stays."""

    total_minor = MoneyField(label=_("Total"), min_value=0)
    at = MomentField(label=_("Printed time"))
    member = forms.CharField(
        label=_("Member"),
        max_length=254,
        help_text=_("A card, phone, e-mail, external id or member number."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    reason = reason_field()
    key = key_field()

    def __init__(self, *args: Any, currency: str, zone: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["total_minor"].use(currency)  # type: ignore[attr-defined]
        self.fields["at"].zone = zone  # type: ignore[attr-defined]
        self.fields["at"].required = True
        self.fields["photo"] = picture_field()

    def pictures(self) -> list[UploadedFile]:
        return list(self.cleaned_data.get("photo") or [])


class DisputeForm(forms.Form):
    complaint = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        choices=[
            ("missing", _("A purchase is missing")),
            ("amount", _("The amount or the points are wrong")),
            ("not_mine", _("It was not this member")),
            ("other", _("Something else")),
        ],
    )
    store = forms.ChoiceField(label=_("Store"), required=False)
    said = forms.CharField(
        label=_("What the member says"), max_length=1_000, widget=forms.Textarea({"rows": 4, "autofocus": True})
    )

    def __init__(self, *args: Any, stores: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["store"].choices = [("", _("No store in particular")), *stores]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    upheld = forms.ChoiceField(
        label=_("Is the member right?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes: it is put right")), ("no", _("No: it stays as it is"))],
    )
    answer = forms.CharField(label=_("Answer"), max_length=1_000, widget=forms.Textarea({"rows": 4}))
