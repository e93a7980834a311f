"""What is known of a member beyond name and phone, as pages say it and forms ask for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.backoffice.wording import decimal
from regulars.brand.dates import say_day
from regulars.core.attributes import AttributeKind, Definition, Value, write_number
from regulars.files.models import KeptFile
from regulars.members.attributes import Definitions, read_values


class Shown(msgspec.Struct, frozen=True):
    """An attribute of one member as a page shows it: `said` empty where nothing is known, `url` where it is a file."""

    definition: Definition
    said: str
    url: str = ""


def say_value(definition: Definition, value: Value) -> str:
    """A value in words; a file by its number (`show_values` knows its name)."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case tuple():
            return ", ".join(definition.label_of(code) for code in value)
        case Decimal():
            return decimal(Decimal(write_number(value)))
        case date():
            return say_day(value)
        case str() if definition.kind is AttributeKind.CHOICE:
            return definition.label_of(value)
        case _:
            return str(value)


def show_member_values(member_id: int, definitions: Definitions) -> list[Shown]:
    """Everything that is asked for and not regulated, and what is known of it."""
    values = read_values([member_id], definitions)[member_id]
    return show_values(member_id, definitions.live, values)


def show_values(member_id: int, asked: Sequence[Definition], values: Mapping[str, Value]) -> list[Shown]:
    """These attributes with their values in words; regulated ones only where `values` has them."""
    files = [
        value for each in asked if each.kind is AttributeKind.FILE and isinstance(value := values.get(each.code), int)
    ]
    names = dict(KeptFile.objects.filter(pk__in=files).values_list("pk", "name")) if files else {}
    shown = [each for each in asked if not each.is_regulated or each.code in values]
    return [_show(each, values.get(each.code), names, member_id) for each in shown]


def _show(definition: Definition, value: Value | None, names: Mapping[Any, str], member_id: int) -> Shown:
    if value is None:
        return Shown(definition, "")
    if definition.kind is AttributeKind.FILE:
        place = ("regulated_file", [member_id, value]) if definition.is_regulated else ("file", [value])
        return Shown(definition, names.get(value, ""), reverse(place[0], args=place[1]))
    return Shown(definition, say_value(definition, value))
