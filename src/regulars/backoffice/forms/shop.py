"""The shop's name, time and money, and how it looks, as they are asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import ZoneField
from regulars.brand.dates import DateStyle, days_written, say_day
from regulars.core.store_words import StoreWord

STORE_WORDS = {
    StoreWord.STORE: _("“store”, “stores”"),
    StoreWord.BRANCH: _("“branch”, “branches”"),
    StoreWord.OUTLET: _("“outlet”, “outlets”"),
    StoreWord.SHOP: _("“shop”, “shops”"),
    StoreWord.LOCATION: _("“location”, “locations”"),
    StoreWord.RESTAURANT: _("“restaurant”, “restaurants”"),
    StoreWord.SALON: _("“salon”, “salons”"),
    StoreWord.CLINIC: _("“clinic”, “clinics”"),
    StoreWord.STATION: _("“station”, “stations”"),
}
"""In quotation marks: they are the words themselves, and none of them is said in another's place."""


class ShopForm(forms.Form):
    name = forms.CharField(label=_("Shop's name"), max_length=128)
    time_zone = ZoneField(help_text=_("Days begin and points expire by it: America/New_York."))
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters of ISO 4217: USD."))

    def __init__(self, *args: Any, is_booked: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_booked:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("It stays: amounts were booked in it.")


class LooksForm(forms.Form):
    accent = forms.CharField(
        label=_("Colour"),
        max_length=20,
        required=False,
        help_text=_("As #rrggbb; empty is Regulars' own. Links and buttons have it, on dark pages in a lighter shade."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    date_style = forms.ChoiceField(label=_("Dates"), widget=forms.RadioSelect)
    store_word = forms.ChoiceField(
        label=_("Your word for a store"),
        choices=list(STORE_WORDS.items()),
        help_text=_("Every page says it, in every language."),
    )

    def __init__(self, *args: Any, today: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = []
        for style in DateStyle:
            with days_written(style):
                choices.append((style.value, say_day(today)))
        self.fields["date_style"].choices = choices  # type: ignore[attr-defined]


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, at most 1 MB, and 2,000 pixels across and down. No SVG: it can carry scripts."),
        widget=forms.ClearableFileInput({"accept": "image/png,image/jpeg,image/webp"}),
    )
