"""What is asked about tags, segments, views and exports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.audiences.models import Tag

Pairs = list[tuple[str, Any]]


class SegmentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=64, help_text=_("Rules and messages name it by this."))
    about = forms.CharField(label=_("About"), max_length=200, required=False)


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=64, widget=forms.TextInput({"autofocus": True}))
    about = forms.CharField(label=_("What it is for"), max_length=200, required=False)


class AboutTagForm(forms.Form):
    about = forms.CharField(label=_("What it is for"), max_length=200, required=False)


class AutoTagForm(forms.Form):
    tag = forms.ChoiceField(label=_("Tag"))
    takes_off = forms.BooleanField(label=_("Take it off who belongs no more"), required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tag"].choices = tag_choices()  # type: ignore[attr-defined]


class RetagForm(forms.Form):
    """Tags to put on and to take off."""

    put = forms.MultipleChoiceField(
        label=_("Put on"), required=False, widget=forms.CheckboxSelectMultiple({"class": "ticks"})
    )
    take = forms.MultipleChoiceField(
        label=_("Take off"), required=False, widget=forms.CheckboxSelectMultiple({"class": "ticks"})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("put", "take"):
            self.fields[name].choices = tag_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        put, take = set(typed.get("put", ())), set(typed.get("take", ()))
        if not put and not take:
            raise forms.ValidationError(_("Choose at least one tag."))
        if both := put & take:
            raise forms.ValidationError(
                _("Put on or take off, not both: %(tags)s.") % {"tags": ", ".join(sorted(both))}
            )
        return typed


class MemberTagsForm(forms.Form):
    """The tags that one member wears."""

    tags = forms.MultipleChoiceField(
        label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple({"class": "ticks"})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].choices = tag_choices()  # type: ignore[attr-defined]


class TagFileForm(forms.Form):
    file = forms.FileField(label=_("File (CSV)"), widget=forms.FileInput({"accept": ".csv,text/csv"}))
    creates_tags = forms.BooleanField(label=_("Create tags that are new"), required=False)


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=64, widget=forms.TextInput({"autofocus": True}))
    is_shared = forms.BooleanField(label=_("Everybody on the team sees it"), required=False)


class ExportForm(forms.Form):
    """Which columns, as which file."""

    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple({"class": "ticks"}))
    form = forms.ChoiceField(
        label=_("File"), choices=[("csv", _("CSV")), ("xlsx", _("Excel (XLSX)"))], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, columns: Pairs, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["columns"].choices = columns  # type: ignore[attr-defined]


def tag_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)]
