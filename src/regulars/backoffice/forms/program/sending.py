"""What a browser sends of a form that nobody has touched: so a new piece is read back before anything is typed."""

from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from regulars.backoffice.forms.program.part import PartForm


def as_sent(form: PartForm, **typed: str) -> QueryDict:
    """Return the form as it is shown, with some of it typed anew."""
    pieces: list[forms.Form] = [form, *(row for rows in form.row_forms.values() for row in rows)]
    pairs = [pair for piece in pieces for pair in _pairs(piece) if pair[0] not in typed]
    return QueryDict(urlencode([*pairs, *typed.items()]))


def _pairs(form: forms.Form) -> list[tuple[str, str]]:
    pairs = []
    for field in form:
        value, widget = field.value(), field.field.widget
        if isinstance(widget, forms.CheckboxInput):
            pairs += [(field.html_name, "on")] if value else []
        elif isinstance(widget, forms.CheckboxSelectMultiple):
            pairs += [(field.html_name, str(each)) for each in value or ()]
        else:
            text = (
                _chosen(field, value)
                if isinstance(widget, forms.Select | forms.RadioSelect)
                else widget.format_value(value)
            )
            pairs.append((field.html_name, "" if text is None else str(text)))
    return pairs


def _chosen(field: forms.BoundField, value: object) -> object:
    """What a choice stands on: its first where nothing was chosen."""
    choices = list(getattr(field.field, "choices", ()))
    return choices[0][0] if value in (None, "") and choices else value
