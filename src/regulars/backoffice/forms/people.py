"""What is typed about people of the team; what is right is decided by the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.backoffice.forms.customer import DayField, reason_field
from regulars.backoffice.forms.fields import ListField
from regulars.backoffice.rights_words import FEATURE_WORDS, RIGHT_WORDS
from regulars.staff.features import FEATURES
from regulars.staff.models import GrantLevel, Person
from regulars.stores.models import Store, Tag


class StoresField(ListField):
    """Stores by their codes, or all stores that wear a tag: `330, 340, mall`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Stores"),
            help_text=_("Codes of stores, or store tags, separated by commas."),
            widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            **options,
        )

    def clean(self, value: Any) -> Any:
        names: tuple[str, ...] = super().clean(value)
        by_code = dict(Store.objects.filter(code__in=names).values_list("code", "pk"))
        tags = Tag.objects.filter(name__in=set(names) - set(by_code)).prefetch_related("stores")
        by_tag = {tag.name: [store.pk for store in tag.stores.all()] for tag in tags}
        unknown = [name for name in names if name not in by_code and name not in by_tag]
        if unknown:
            raise forms.ValidationError(_("There is no such store or tag: %(names)s") % {"names": ", ".join(unknown)})
        return sorted({*by_code.values(), *(pk for stores in by_tag.values() for pk in stores)})


class WhereForm(forms.Form):
    """All stores, or some."""

    where = forms.ChoiceField(
        label=_("Works in"),
        widget=forms.RadioSelect,
        initial="all",
        choices=[("all", _("All stores")), ("some", _("Some stores"))],
    )
    stores = StoresField()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("where") == "some" and not typed.get("stores") and "stores" not in self.errors:
            self.add_error("stores", _("Name at least one store."))
        return typed

    @property
    def wanted_stores(self) -> list[int] | None:
        return self.cleaned_data["stores"] if self.cleaned_data["where"] == "some" else None


class NewPersonForm(WhereForm):
    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.TextInput({"inputmode": "email", "autofocus": True})
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=150)
    role = forms.ChoiceField(label=_("Role"))
    enter_by = forms.ChoiceField(
        label=_("How they get in the first time"),
        widget=forms.RadioSelect,
        initial="invitation",
        choices=[
            ("invitation", _("Send an invitation: a link to choose a password")),
            ("password", _("Choose a first password here, and tell it to them")),
        ],
    )
    password = forms.CharField(
        label=_("First password"),
        required=False,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, roles: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Choose a role")), *roles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("enter_by") == "password" and not typed.get("password"):
            self.add_error("password", _("Choose a password, or send an invitation."))
        return typed


class NameForm(forms.Form):
    first_name = forms.CharField(label=_("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=150)


class PersonRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class GrantForm(WhereForm):
    """`where` all is wherever the person works."""

    feature = forms.ChoiceField(label=_("What"))
    level = forms.ChoiceField(
        label=pgettext_lazy("is allowed to", "May"),
        widget=forms.RadioSelect,
        initial=GrantLevel.VIEW,
        choices=[(GrantLevel.VIEW, _("See it")), (GrantLevel.EDIT, _("See and change it"))],
    )
    inherits = forms.BooleanField(
        label=_("Pass it on: people they add see it too"),
        required=False,
        help_text=_("Only seeing is passed on; changing never is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].label = _("Where")
        self.fields["where"].choices = [  # type: ignore[attr-defined]
            ("all", _("Wherever they work")),
            ("some", _("Some of their stores")),
        ]
        self.fields["feature"].choices = [(code, FEATURE_WORDS[code]) for code in FEATURES]  # type: ignore[attr-defined]


class LockForm(forms.Form):
    reason = reason_field()
    until = DayField(
        label=_("Until the end of"), required=False, help_text=_("Empty: until somebody lets them in again.")
    )


class LeaveForm(forms.Form):
    reason = reason_field()
    successor = forms.ModelChoiceField(
        label=_("What they had asked for, and the views they shared, go to"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("Nobody: requests are withdrawn, views stay"),
    )

    def __init__(self, *args: Any, besides: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(is_active=True).exclude(pk=besides).order_by("first_name", "last_name", "id")
        self.fields["successor"].queryset = people  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = reason_field()


class RoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=64, widget=forms.TextInput({"autofocus": True}))
    rights = forms.MultipleChoiceField(
        label=_("People of this role may"), choices=list(RIGHT_WORDS.items()), widget=forms.CheckboxSelectMultiple
    )


class PinForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("So that nobody else sets a PIN while you are away from the screen."),
    )
    pin = forms.CharField(
        label=_("New PIN"),
        max_length=8,
        help_text=_("4 to 8 digits, not all the same and not in a row."),
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        max_length=8,
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed and not self.person.check_password(typed["password"]):
            self.add_error("password", _("That is not your password."))
        if typed.get("pin") != typed.get("again"):
            self.add_error("again", _("The two are not the same."))
        return typed
