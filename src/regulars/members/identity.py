"""What a person may be called and found by: cleaned here, once, for enrolment and for every later change."""

import re
import unicodedata
from datetime import date, datetime

from regulars.core.identifiers import clean_external_id, e164, fold_email, fold_name
from regulars.core.refusals import Refusal
from regulars.members.models import IdentifierKind
from regulars.stores.change import UnknownStore
from regulars.stores.find import find_stores

LONGEST_NAME = 64
EARLIEST_BIRTH = date(1900, 1, 1)
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?", re.ASCII)


class InvalidName(Refusal):
    """A name has at most 64 visible characters."""

    code = "invalid_name"

    def __init__(self, *, field: str) -> None:
        self.field = field
        self.longest = LONGEST_NAME


class InvalidBirthDate(Refusal):
    """A birth date lies between 1 January 1900 and today."""

    code = "invalid_birth_date"


class UnknownLanguage(Refusal):
    """A language is written as its two letters, with a script or country where that matters: en, vi, zh-hans."""

    code = "unknown_language"


class Duplicate(Refusal):
    """Another member has this identifier or card already; `kind` says which one, `member_id` whose it is."""

    code = "duplicate"

    def __init__(self, *, kind: str, member_id: int) -> None:
        self.kind = kind
        self.member_id = member_id


class CardInStock(Refusal):
    """Nobody has activated this card: it is activated for its member, and not given like a new one."""

    code = "card_in_stock"

    def __init__(self, *, number: str) -> None:
        self.number = number


def clean_name(text: str, *, field: str) -> str:
    """Return a name with single spaces, as the person writes it. Refuses: InvalidName."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidName(field=field)
    return name


def name_keys(first_name: str, last_name: str) -> tuple[str, str]:
    """Return what the search box reads, folded: first name first ("ann smith"), and surname first ("smith ann")."""
    first, last = fold_name(first_name)[:LONGEST_NAME], fold_name(last_name)[:LONGEST_NAME]
    return f"{first} {last}".strip(), f"{last} {first}".strip()


def check_birth_on(birth_on: date, *, at: datetime) -> date:
    """Refuses: InvalidBirthDate. Today is the latest today on earth, so that no newborn waits for a time zone."""
    if birth_on < EARLIEST_BIRTH or (birth_on - at.date()).days > 1:
        raise InvalidBirthDate()
    return birth_on


def clean_language(text: str) -> str:
    """Return the language this person is written to in; "" is the shop's own. Refuses: UnknownLanguage."""
    language = text.strip().lower().replace("_", "-")
    if language and not LANGUAGE.fullmatch(language):
        raise UnknownLanguage()
    return language


def home_store_id(code: str) -> int:
    """Return the id of the store with this code. Refuses: UnknownStore."""
    found = find_stores({code}).get(code)
    if found is None:
        raise UnknownStore()
    return found.id


def clean_identifier(kind: IdentifierKind, text: str, *, country: str) -> str:
    """Return an identifier in its one spelling. Refuses: InvalidPhone, InvalidEmail, InvalidExternalId."""
    match kind:
        case IdentifierKind.PHONE:
            return e164(text, country=country)
        case IdentifierKind.EMAIL:
            return fold_email(text)
        case _:
            return clean_external_id(text)
