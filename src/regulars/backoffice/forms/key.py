"""What is asked about a new API key."""

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.staff.models import Scope
from regulars.stores.models import Store


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=64,
        help_text=_("What the key is for: “Till software”, “Web shop”."),
        widget=forms.TextInput({"autofocus": True}),
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    store = forms.CharField(
        label=_("Only for store"),
        required=False,
        max_length=32,
        help_text=_("A store's code. Empty: all stores."),
        widget=forms.TextInput({"list": "stores"}),
    )
    expires_at = forms.DateField(
        label=_("Valid until the end of"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def clean_store(self) -> Store | None:
        code = self.cleaned_data["store"].strip()
        if not code:
            return None
        store = Store.objects.filter(code=code).first()
        if store is None:
            raise forms.ValidationError(_("There is no store with this code."))
        return store
