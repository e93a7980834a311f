"""What a column of a file of members may mean."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.audiences.tags import clean_tag
from regulars.core.attributes import AttributeKind, Definition, clean_value
from regulars.core.cells import InvalidDay, read_day, read_text
from regulars.core.identifiers import clean_card
from regulars.core.likeness import Person, marks_of
from regulars.core.periods import start_of_day
from regulars.core.refusals import Refusal
from regulars.imports.lines import Field
from regulars.imports.records import Reading
from regulars.members.identity import check_birth_on, clean_identifier, clean_language, clean_name, name_keys
from regulars.members.models import IdentifierKind
from regulars.programs.book import Program

IDENTIFIERS = tuple(kind.value for kind in IdentifierKind)
CARD = "card"
ATTRIBUTE = "attribute:"
MOST_IN_A_CELL = 20
MOST_REMEMBERED = 4_096
"""Names and days come again and again in a file: what such a cell says is not read anew each time."""


class TooManyInCell(Refusal):
    """A cell names at most 20 cards or tags, with ; between them."""

    code = "too_many_in_cell"

    def __init__(self) -> None:
        self.most = MOST_IN_A_CELL


def fields_of_people(
    program: Program, reading: Reading, definitions: Sequence[Definition], *, at: datetime
) -> list[Field]:
    """Return every field, the shop's own attributes last; what is regulated or a file is not brought in by a table."""
    external_id, phone, email, card = _finding(program.country)
    first_name, last_name = _name("first_name", _("First name"), "Ann"), _name("last_name", _("Last name"), "Smith")
    birth_on, joined_on = _days(reading, zone=ZoneInfo(program.time_zone), at=at)
    known = [external_id, first_name, last_name, phone, email, birth_on, card, joined_on, *_belonging()]
    own = [each for each in definitions if not each.is_regulated and each.kind is not AttributeKind.FILE]
    return [*known, *map(_of_attribute, own)]


def work_out(values: dict[str, Any], *, zone: tzinfo) -> None:
    """Add to what a line says: the folded names, by what a duplicate is found, and the moment of joining."""
    first_name, last_name = values.get("first_name") or "", values.get("last_name") or ""
    if first_name or last_name:
        values["name_key"], values["surname_key"] = name_key, _ = name_keys(first_name, last_name)
        if birth_on := values.get("birth_on"):
            person = Person(name=name_key, birth_on=date.fromisoformat(birth_on))
            values["birth_mark"] = next((mark for _, mark in marks_of(person)), None)
    if joined_on := values.get("joined_on"):
        values["joined_at"] = _moment(joined_on, zone)


@lru_cache(MOST_REMEMBERED)
def _moment(day: str, zone: tzinfo) -> str:
    return start_of_day(date.fromisoformat(day), zone).isoformat()


def _finding(country: str) -> tuple[Field, Field, Field, Field]:
    """What members are found by."""
    return (
        Field(
            code="external_id",
            label=_("External id"),
            about=_("The number another system knows the member by."),
            sample="C-1001",
            read=lambda cell: clean_identifier(IdentifierKind.EXTERNAL_ID, cell, country=country),
            is_clearable=True,
        ),
        Field(
            code="phone",
            label=_("Phone"),
            sample="+15551234567",
            read=lambda cell: clean_identifier(IdentifierKind.PHONE, cell, country=country),
            is_clearable=True,
        ),
        Field(
            code="email",
            label=_("E-mail"),
            sample="ann@example.com",
            read=lambda cell: clean_identifier(IdentifierKind.EMAIL, read_text(cell), country=country),
            is_clearable=True,
        ),
        Field(
            code=CARD,
            label=_("Card number"),
            about=_("Several with ; between them. Cards are added, and never taken away."),
            sample="9000000001",
            read=lambda cell: _several(cell, clean_card),
        ),
    )


def _name(code: str, label: Promise, sample: str) -> Field:
    @lru_cache(MOST_REMEMBERED)
    def name(cell: str) -> str:
        return clean_name(read_text(cell), field=code)

    return Field(code=code, label=label, sample=sample, read=name, is_clearable=True)


def _days(reading: Reading, *, zone: ZoneInfo, at: datetime) -> tuple[Field, Field]:
    today = at.astimezone(zone).date()

    @lru_cache(MOST_REMEMBERED)
    def birth_on(cell: str) -> str:
        return check_birth_on(read_day(cell, order=reading.dates), at=at).isoformat()

    @lru_cache(MOST_REMEMBERED)
    def joined_on(cell: str) -> str:
        # The time of the day is no part of it: other systems write 2024-05-01 09:30.
        day = read_day(cell.split("T")[0].split(" ")[0], order=reading.dates)
        if not date(1970, 1, 1) <= day <= today:
            raise InvalidDay(order=reading.dates)
        return day.isoformat()

    return (
        Field(code="birth_on", label=_("Birthday"), sample="1990-02-28", read=birth_on, is_clearable=True),
        Field(
            code="joined_on",
            label=_("Joined on"),
            about=_("The day they joined; otherwise today."),
            sample="2024-05-01",
            read=joined_on,
        ),
    )


def _belonging() -> tuple[Field, Field, Field]:
    """What says where somebody belongs."""
    return (
        Field(
            code="language",
            label=_("Language"),
            about=_("A code: en, vi, ms, zh."),
            sample="en",
            read=clean_language,
            is_clearable=True,
        ),
        Field(
            code="home_store", label=_("Home store"), about=_("The store's code."), read=read_text, is_clearable=True
        ),
        Field(
            code="tags",
            label=_("Tags"),
            about=_("Several with ; between them. Tags are added; [clear] takes all of them off."),
            read=lambda cell: _several(cell, clean_tag),
            is_clearable=True,
        ),
    )


def _of_attribute(definition: Definition) -> Field:
    def read(cell: str) -> str:
        clean_value(definition, cell)
        return cell

    return Field(
        code=f"{ATTRIBUTE}{definition.code}",
        label=definition.label,
        about=definition.help,
        read=read,
        is_clearable=not definition.is_required,
    )


def _several(cell: str, clean: Callable[[str], str]) -> list[str]:
    parts = [part for part in cell.split(";") if part.strip()]
    if len(parts) > MOST_IN_A_CELL:
        raise TooManyInCell()
    return list(dict.fromkeys(clean(part) for part in parts))
