"""Attributes: what this shop wants to know about its members, and how a caller writes each."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import reads
from regulars.api.writes import do_read
from regulars.core.attributes import AttributeKind, Choice, Definition, Value, write_number
from regulars.members.attributes import load_definitions
from regulars.staff.models import Scope

AttributeIn = str | float | int | bool | list[str] | None
Attributes = Annotated[
    dict[str, AttributeIn],
    Meta(
        max_length=200,
        description="By code, as `GET /attributes` lists them. Numbers as numbers or text, days as 2026-03-31, choices "
        "by code, several in a list. What is left out stays as it is, null empties it.",
    ),
]
AttributeOut = str | bool | list[str]


class DefinitionOut(msgspec.Struct, frozen=True, kw_only=True):
    """`regulated`: written over the API, never read. `required` and `at_signup` are for forms that people fill in."""

    code: str
    label: str
    help: str
    kind: AttributeKind
    choices: tuple[Choice, ...]
    required: bool
    unique: bool
    at_signup: bool
    regulated: bool


class DefinitionsOut(msgspec.Struct, frozen=True):
    attributes: list[DefinitionOut]


@reads("/attributes", scope=Scope.MEMBERS_READ, summary="List the members' attributes")
async def list_attributes(request: ApiRequest) -> Reply[DefinitionsOut]:
    """In the order of the shop's forms. They are made on a screen of the back office."""

    def read(_at: datetime) -> DefinitionsOut:
        return DefinitionsOut([_out(each) for each in load_definitions().live])

    return await do_read(request, read)


def attributes_out(values: Mapping[str, Value]) -> dict[str, AttributeOut]:
    """Values as JSON: numbers and days as text, exactly; files are left out."""
    return {
        code: _value(value) for code, value in values.items() if isinstance(value, bool) or not isinstance(value, int)
    }


def _value(value: Value) -> AttributeOut:
    match value:
        case bool() | str():
            return value
        case tuple():
            return list(value)
        case Decimal():
            return write_number(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _out(definition: Definition) -> DefinitionOut:
    return DefinitionOut(
        code=definition.code,
        label=definition.label,
        help=definition.help,
        kind=definition.kind,
        choices=definition.choices,
        required=definition.is_required,
        unique=definition.is_unique,
        at_signup=definition.at_signup,
        regulated=definition.is_regulated,
    )
