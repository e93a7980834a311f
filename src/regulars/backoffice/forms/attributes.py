"""What may be typed about an attribute, and the fields by which a form asks for attributes."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.core.attributes import (
    LONGEST_HELP,
    LONGEST_LABEL,
    LONGEST_TEXT,
    AttributeKind,
    Choice,
    Definition,
    Value,
    make_code,
    write_number,
)

PREFIX = "attribute_"
AWAY = "__away"
NOTHING = "\N{EN DASH}"

KINDS: list[tuple[str, Promise]] = [
    ("text", _("Text: a line of any words")),
    ("number", _("Number")),
    ("date", _("Date")),
    ("choice", _("One of several choices")),
    ("choices", _("Any of several choices")),
    ("yes_no", _("Yes or no")),
    ("file", _("File: a photo or a PDF")),
]


class DefinitionForm(forms.Form):
    label = forms.CharField(label=_("Name"), max_length=LONGEST_LABEL, widget=forms.TextInput({"autofocus": True}))
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, help_text=_("It stays as it is once the field is made."))
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_(
            "One on each line. What stands before a colon is its code, and stays; the words behind may change."
        ),
    )
    help = forms.CharField(
        label=_("Help"), required=False, max_length=LONGEST_HELP, help_text=_("Stands below the field on forms.")
    )
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=32,
        help_text=_("For files and other systems. Made of the name where it is left empty."),
    )
    at_signup = forms.BooleanField(label=_("Ask for it when somebody joins"), required=False)
    is_required = forms.BooleanField(
        label=_("It must be filled in"),
        required=False,
        help_text=_("Where a person fills in a form. Tills and files may leave it out."),
    )
    is_unique = forms.BooleanField(label=_("No two members have the same"), required=False)
    is_regulated = forms.BooleanField(
        label=_("Regulated: keep it encrypted"),
        required=False,
        help_text=_(
            "Health, licences and the like. It has a right of its own, every look is kept, and lists cannot use it."
        ),
    )

    def clean_choices(self) -> tuple[Choice, ...]:
        """Read "s: Small" as a choice with its code; a line without a colon gets a code of its words."""
        choices: list[Choice] = []
        for line in self.cleaned_data["choices"].splitlines():
            before, colon, behind = line.partition(":")
            if not line.strip():
                continue
            if colon:
                choices.append(Choice(before.strip(), behind.strip()))
            else:
                choices.append(Choice(make_code(line, taken=[each.code for each in choices]), line.strip()))
        return tuple(choices)


def initial_of(definition: Definition) -> dict[str, Any]:
    """What the form shows of an attribute that is there."""
    fields = ("label", "help", "code", "at_signup", "is_required", "is_unique", "is_regulated")
    return {name: getattr(definition, name) for name in fields} | {
        "kind": definition.kind.value,
        "choices": "\n".join(f"{each.code}: {each.label}" for each in definition.choices),
    }


def ask_for(form: forms.Form, asked: Sequence[Definition], values: Mapping[str, Value]) -> None:
    """Add a field for each attribute to a form, with what is known already."""
    for definition in asked:
        field = _field(definition)
        field.label, field.help_text = definition.label, definition.help
        value = values.get(definition.code)
        has_file = definition.kind is AttributeKind.FILE and value is not None
        field.required = definition.is_required and not has_file
        if value is not None:
            field.initial = _initial(value)
        form.fields[PREFIX + definition.code] = field
        if has_file and not definition.is_required:
            away = _("Take away: %(name)s") % {"name": definition.label}
            form.fields[PREFIX + definition.code + AWAY] = forms.BooleanField(label=away, required=False)


def typed_values(form: forms.Form, asked: Sequence[Definition]) -> dict[str, object]:
    """What was typed for attributes and differs from what the form showed, by code; files are left out."""
    return {
        each.code: form.cleaned_data[PREFIX + each.code]
        for each in asked
        if each.kind is not AttributeKind.FILE and PREFIX + each.code in form.changed_data
    }


def given_files(form: forms.Form, asked: Sequence[Definition]) -> dict[str, Any]:
    """The files that were given, by attribute code; None is one to be taken away."""
    given: dict[str, Any] = {}
    for each in asked:
        if each.kind is AttributeKind.FILE:
            name = PREFIX + each.code
            if form.cleaned_data.get(name) is not None:
                given[each.code] = form.cleaned_data[name]
            elif form.cleaned_data.get(name + AWAY):
                given[each.code] = None
    return given


def _field(definition: Definition) -> forms.Field:
    choices = [(choice.code, choice.label) for choice in definition.choices]
    match definition.kind:
        case AttributeKind.TEXT:
            return forms.CharField(max_length=LONGEST_TEXT)
        case AttributeKind.NUMBER:
            return forms.CharField(max_length=40, widget=forms.TextInput({"inputmode": "decimal"}))
        case AttributeKind.DATE:
            return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        case AttributeKind.CHOICE:
            return forms.ChoiceField(choices=[("", NOTHING), *choices])
        case AttributeKind.CHOICES:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
        case AttributeKind.YES_NO:
            return forms.ChoiceField(choices=[("", NOTHING), ("yes", _("Yes")), ("no", _("No"))])
        case AttributeKind.FILE:
            return forms.FileField(widget=forms.FileInput({"accept": "image/*,application/pdf"}))


def _initial(value: Value) -> Any:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return list(value)
        case str():
            return value
        case Decimal():
            return write_number(value)
        case date():
            return value
        case _:
            return None
