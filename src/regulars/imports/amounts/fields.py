"""What a column of a file of amounts may mean."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.core.cells import read_amount, read_day, read_text
from regulars.core.identifiers import clean_card
from regulars.core.periods import end_of_day
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.imports.lines import Field
from regulars.imports.records import Reading
from regulars.members.identity import clean_identifier
from regulars.members.models import IdentifierKind
from regulars.programs.book import Book

LONGEST_TEXT = 500
MOST_DECIMALS = 4


class UnknownUnitName(Refusal):
    """The program counts nothing by this name; `units` are the codes there are."""

    code = "unknown_unit_name"

    def __init__(self, *, unit: str, units: tuple[str, ...]) -> None:
        self.unit = unit
        self.units = units


class TextTooLong(Refusal):
    """A reason or a comment has at most 500 characters."""

    code = "text_too_long"

    def __init__(self) -> None:
        self.longest = LONGEST_TEXT


class NothingToMove(Refusal):
    """The amount is 0."""

    code = "nothing_to_move"


class OverAlready(Refusal):
    """The day it ends is over, or comes before the day it begins."""

    code = "over_already"


def who(country: str) -> list[Field]:
    """The columns that say which member is meant."""

    def read(kind: IdentifierKind) -> "Field":
        return Field(
            code=kind.value,
            label=kind.label,
            read=lambda cell: clean_identifier(kind, cell, country=country),
            sample={"external_id": "C-1001", "phone": "+15551234567", "email": "ann@example.com"}[kind.value],
        )

    return [
        read(IdentifierKind.EXTERNAL_ID),
        Field(code="card", label=_("Card number"), sample="9000000001", read=lambda cell: [clean_card(cell)]),
        read(IdentifierKind.PHONE),
        read(IdentifierKind.EMAIL),
    ]


def unit_field(units: Iterable[Unit]) -> Field:
    """What is counted, by its code or by the words people use for it."""
    codes = {unit.code: unit.code for unit in units}
    names = {unit.name.plural.casefold(): unit.code for unit in units}
    names |= {unit.name.singular.casefold(): unit.code for unit in units}

    def read(cell: str) -> str:
        folded = read_text(cell).casefold()
        code = codes.get(folded) or names.get(folded)
        if code is None:
            raise UnknownUnitName(unit=cell[:50], units=tuple(codes))
        return code

    return Field(
        code="unit",
        label=_("Unit"),
        about=_("What is counted, by its code or name; points, if there is no such column."),
        sample=next(iter(codes), "points"),
        read=read,
    )


def read_any_amount(cell: str) -> str:
    """Return an amount as it is written; how many decimals it may have is its unit's matter."""
    if read_amount(cell, decimals=MOST_DECIMALS) == 0:
        raise NothingToMove()
    return cell


def read_long_text(cell: str) -> str:
    text = read_text(cell)
    if len(text) > LONGEST_TEXT:
        raise TextTooLong()
    return text


def text_field(code: str, label: Promise, *, about: Promise, sample: str = "") -> Field:
    return Field(code=code, label=label, about=about, sample=sample, read=read_long_text)


def read_last_day(cell: str, reading: Reading, *, zone: tzinfo, at: datetime) -> str:
    """Return the last day of something, which must not be over. Refuses: InvalidDay, OverAlready."""
    day = read_day(cell, order=reading.dates)
    if end_of_day(day, zone) <= at:
        raise OverAlready()
    return day.isoformat()


def fields_of_adjustments(book: Book, units: Sequence[Unit]) -> list[Field]:
    return [
        *who(book.program.country),
        unit_field(units),
        Field(
            code="amount",
            label=_("Amount"),
            about=_("With a minus it is taken off."),
            sample="-50",
            read=read_any_amount,
        ),
        text_field("reason", _("Reason"), about=_("For the team only."), sample="Double scan on 3 May"),
        text_field(
            "comment",
            _("Comment"),
            about=_("The member reads it; “Manual adjustment” if it is blank."),
            sample="Corrected",
        ),
    ]


def fields_of_balances(book: Book, units: Sequence[Unit], reading: Reading, *, at: datetime) -> list[Field]:
    def day(cell: str) -> str:
        return read_day(cell, order=reading.dates).isoformat()

    return [
        *who(book.program.country),
        unit_field(units),
        Field(code="amount", label=_("Amount"), sample="1250", read=read_any_amount),
        Field(
            code="earned_on",
            label=_("Earned on"),
            about=_("For the history only."),
            sample="2025-03-31",
            read=day,
        ),
        Field(
            code="available_on",
            label=_("Available from"),
            about=_("At once, if it is blank or over."),
            read=day,
        ),
        Field(
            code="expires_on",
            label=_("Last day"),
            about=_("The last day it can be spent; blank: never ends."),
            sample="2027-03-31",
            read=lambda cell: read_last_day(cell, reading, zone=book.zone, at=at),
        ),
        text_field("reference", _("Reference"), about=_("Tells lots apart that are otherwise alike.")),
    ]
