"""What is typed about stores, their tags and areas; what is right is decided by the verbs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import ListField, ZoneField
from regulars.stores.models import Area, Tag


class StoreForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("What tills name it by. It stays: sales carry it."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Name"), max_length=128)
    time_zone = ZoneField(help_text=_("Hours and days of rules are by it: America/New_York."))
    area = forms.ChoiceField(label=_("Area"), required=False)
    tags = forms.MultipleChoiceField(label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple)
    tills = ListField(
        label=_("Tills"),
        help_text=_("Codes, separated by commas. A sale may also come from a till that is not listed."),
    )
    is_open = forms.BooleanField(label=_("Open: tills may sell here"), required=False, initial=True)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["code"]
        areas = Area.objects.order_by("name").values_list("name", flat=True)
        names = [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)]
        self.fields["area"].choices = [("", _("None")), *((name, name) for name in areas)]  # type: ignore[attr-defined]
        self.fields["tags"].choices = names  # type: ignore[attr-defined]
        if not names:
            self.fields["tags"].help_text = _("There are no tags yet: make them first, under Tags and areas.")


class LabelForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=64, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    )


class LabelStoresForm(forms.Form):
    """Which stores a tag or an area goes on: by their codes, or by a tag or an area that they have already."""

    codes = forms.CharField(
        label=_("Stores"),
        max_length=200_000,
        required=False,
        help_text=_("Codes, tags or areas of stores, separated by commas or lines."),
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("or a CSV file"),
        required=False,
        help_text=_("One code in each line; a first line “store” is left out."),
    )
    way = forms.ChoiceField(
        label=_("What to do"),
        widget=forms.RadioSelect,
        initial="on",
        choices=[("on", _("Put it on them")), ("off", _("Take it off them"))],
    )
