"""What a shop wants to know about its members beyond name and phone: attributes of seven kinds, each value in one form.

A value is a str (text, choice), a Decimal (number), a date, a tuple of choices' codes (choices), a bool (yes or no), or
the id of a kept file.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import msgspec

from regulars.core.refusals import Refusal

type Value = str | Decimal | date | tuple[str, ...] | bool | int

LONGEST_TEXT = 300
LONGEST_KEY = 2 * LONGEST_TEXT
LONGEST_LABEL = 60
LONGEST_HELP = 200
MOST_CHOICES = 200
LARGEST_NUMBER = Decimal(10) ** 12
NUMBER_STEP = Decimal(1).scaleb(-6)
EARLIEST_DAY = date(1800, 1, 1)
LATEST_DAY = date(2999, 12, 31)
CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
YES = frozenset({"yes", "y", "true", "1"})
NO = frozenset({"no", "n", "false", "0"})
SEPARATORS = re.compile(r"[;,\n]")
NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


class AttributeKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    FILE = "file"


class Choice(msgspec.Struct, frozen=True):
    code: str
    label: str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute: `is_required` cannot be left empty where a person fills in a form; `is_unique` allows each value
    once; `at_signup` is asked when somebody joins; `is_regulated` is encrypted, and opened with a right of its own.
    """

    id: int
    code: str
    label: str
    kind: AttributeKind
    help: str = ""
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    is_unique: bool = False
    at_signup: bool = False
    is_regulated: bool = False
    is_retired: bool = False

    def label_of(self, code: str) -> str:
        """A choice's words; its code where the choice is gone."""
        return next((choice.label for choice in self.choices if choice.code == code), code)


class UnknownAttribute(Refusal):
    """The shop has no attribute of this code, or has retired it."""

    code = "attribute_not_found"

    def __init__(self, *, attribute: str) -> None:
        self.attribute = attribute


class InvalidValue(Refusal):
    """Not a value of this attribute's kind; for choices, `allowed` are the codes there are."""

    code = "invalid_attribute"

    def __init__(self, definition: Definition) -> None:
        self.attribute = definition.code
        self.kind = definition.kind.value
        self.allowed = [choice.code for choice in definition.choices]


class ValueNeeded(Refusal):
    """A required attribute cannot be left empty."""

    code = "attribute_needed"

    def __init__(self, *, attribute: str) -> None:
        self.attribute = attribute


class InvalidDefinition(Refusal):
    """What is wrong with the making of an attribute: `field` is its label, code, kind, choices, help or is_unique."""

    code = "invalid_attribute_definition"

    def __init__(self, *, field: str) -> None:
        self.field = field


def clean_value(definition: Definition, given: object) -> Value | None:
    """Return a value in its one form; None where nothing was given ("", None, no choices).

    Takes typed values and what a person or a file writes: numbers with a point and no separators, days as 2026-03-31,
    choices by code or label (several apart by ; or ,), yes or no. Refuses: InvalidValue.
    """
    if given is None or given == "" or (isinstance(given, str) and not given.strip()):
        return None
    value = _clean(definition, given)
    if value is None:
        raise InvalidValue(definition)
    return None if value == () else value


def key_of(value: Value) -> str | None:
    """Return the text a value is found and kept apart by: folded text, a choice's code, "yes", 12.5, 2026-03-31.

    None for what nobody looks for as a whole: several choices (each has its own row) and files.
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return fold_text(value)
        case Decimal():
            return write_number(value)
        case date():
            return value.isoformat()
        case _:
            return None


def fold_text(text: str) -> str:
    """Fold a text for finding it: no capitals, single spaces; accents stay, since they tell answers apart."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())[:LONGEST_KEY]


def write_number(number: Decimal) -> str:
    """Write a number plainly: no exponent, and no zeros that say nothing (12.50 is 12.5)."""
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def write_value(value: Value) -> str:
    """Write a value as a file or a form takes it back: `clean_value` of it is the same value."""
    match value:
        case tuple():
            return "; ".join(value)
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case _:
            return key_of(value) or ""


def check_definition(definition: Definition) -> Definition:
    """Return a definition in its one spelling. Refuses: InvalidDefinition.

    A code is 1 to 32 letters, digits and _, and begins with a letter; choices have codes and labels that differ. Files,
    several choices, and yes or no are not kept apart, so they cannot be unique.
    """
    label, help_text = _one_line(definition.label), " ".join(definition.help.split())
    if not CODE.fullmatch(definition.code):
        raise InvalidDefinition(field="code")
    if not 1 <= len(label) <= LONGEST_LABEL:
        raise InvalidDefinition(field="label")
    if len(help_text) > LONGEST_HELP:
        raise InvalidDefinition(field="help")
    if definition.is_unique and definition.kind in (AttributeKind.CHOICES, AttributeKind.FILE, AttributeKind.YES_NO):
        raise InvalidDefinition(field="is_unique")
    choices = _check_choices(definition)
    return msgspec.structs.replace(definition, label=label, help=help_text, choices=choices)


def make_code(label: str, *, taken: Iterable[str]) -> str:
    """Make a code of a label ("T-shirt size" is t_shirt_size) that nobody has taken."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", label.casefold()) if not unicodedata.combining(c))
    stem = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[:28]
    if not stem or not stem[0].isalpha():
        stem = f"a_{stem}".rstrip("_")
    known, code, number = set(taken), stem, 2
    while code in known:
        code, number = f"{stem}_{number}", number + 1
    return code


def _clean(definition: Definition, given: object) -> Value | None:
    """A value in its one form, () for no choices, None for what is not of the kind."""
    match definition.kind:
        case AttributeKind.TEXT:
            return _text(given)
        case AttributeKind.NUMBER:
            return _number(given)
        case AttributeKind.DATE:
            return _day(given)
        case AttributeKind.YES_NO:
            return _yes_no(given)
        case AttributeKind.CHOICE:
            return _choice(definition, given)
        case AttributeKind.CHOICES:
            return _choices(definition, given)
        case AttributeKind.FILE:
            return _file(given)


def _text(given: object) -> str | None:
    if not isinstance(given, str):
        return None
    text = _one_line(given)
    return text if len(text) <= LONGEST_TEXT and text.isprintable() else None


def _number(given: object) -> Decimal | None:
    match given:
        case bool():
            return None
        case Decimal() | int():
            written = f"{given:f}" if isinstance(given, Decimal) and given.is_finite() else str(given)
        case float():
            written = f"{Decimal(repr(given)):f}"
        case str():
            written = given.strip()
        case _:
            return None
    if not NUMBER.fullmatch(written):
        return None
    try:
        number = Decimal(written)
        exact = number.quantize(NUMBER_STEP)
    except InvalidOperation:
        return None
    if abs(number) >= LARGEST_NUMBER or exact != number:
        return None
    return exact.normalize() + 0  # and no -0


def _day(given: object) -> date | None:
    if isinstance(given, str):
        try:
            day = date.fromisoformat(given.strip()) if re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", given, re.ASCII) else None
        except ValueError:
            return None
    else:
        day = given if type(given) is date else None
    return day if day and EARLIEST_DAY <= day <= LATEST_DAY else None


def _yes_no(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    word = str(given).strip().casefold() if isinstance(given, str | int) else ""
    return True if word in YES else False if word in NO else None


def _choice(definition: Definition, given: object) -> str | None:
    if not isinstance(given, str):
        return None
    word = fold_text(given)
    named = (each.code for each in definition.choices if word in (each.code, fold_text(each.label)))
    return next(named, None)


def _choices(definition: Definition, given: object) -> tuple[str, ...] | None:
    """The chosen codes in the definition's order, each once."""
    match given:
        case str():
            words: list[Any] = [word for word in SEPARATORS.split(given) if word.strip()]
        case list() | tuple() | set() | frozenset():
            words = list(given)
        case _:
            return None
    chosen = {_choice(definition, word) for word in words}
    if None in chosen:
        return None
    return tuple(choice.code for choice in definition.choices if choice.code in chosen)


def _file(given: object) -> int | None:
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 19:
        given = int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else None


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _check_choices(definition: Definition) -> tuple[Choice, ...]:
    if definition.kind not in (AttributeKind.CHOICE, AttributeKind.CHOICES):
        return ()
    choices = tuple(Choice(each.code, _one_line(each.label)) for each in definition.choices)
    words = [word for each in choices for word in {each.code, fold_text(each.label)}]
    is_sound = all(CODE.fullmatch(each.code) and 1 <= len(each.label) <= LONGEST_LABEL for each in choices)
    has_separators = any(SEPARATORS.search(each.label) for each in choices)
    if not 1 <= len(choices) <= MOST_CHOICES or not is_sound or has_separators or len(words) != len(set(words)):
        raise InvalidDefinition(field="choices")
    return choices
