"""What finds a member: cards, external ids, phones and e-mails, each in one spelling."""

import re
import unicodedata

import msgspec
import phonenumbers

from regulars.core.plain_phones import plain_e164
from regulars.core.refusals import Refusal


class MemberHandle(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How a caller names a member. Where several are given, the first that finds somebody counts: id, card,
    external id, phone, e-mail.
    """

    id: str | None = None
    card: str | None = None
    external_id: str | None = None
    phone: str | None = None
    email: str | None = None


class InvalidPhone(Refusal):
    """Not a phone number that can be called, nationally or with its country code."""

    code = "invalid_phone"

    def __init__(self, *, country: str) -> None:
        self.country = country


class InvalidEmail(Refusal):
    code = "invalid_email"


class InvalidCard(Refusal):
    """A card number has 1 to 64 letters, digits and dashes."""

    code = "invalid_card"


class InvalidExternalId(Refusal):
    """An external id has 1 to 64 visible characters."""

    code = "invalid_external_id"


def e164(text: str, *, country: str) -> str:
    """Return a phone number in E.164 (+15551234567); national numbers are read as `country`'s (ISO 3166, two
    letters).
    """
    if plain := plain_e164(text, country=country):
        return plain
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise InvalidPhone(country=country) from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone(country=country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")


def fold_email(text: str) -> str:
    """Return an e-mail address in the one spelling it is found by: trimmed and lower case."""
    folded = text.strip().lower()
    if len(folded) > 254 or not _EMAIL.fullmatch(folded):
        raise InvalidEmail()
    return folded


_CARD = re.compile(r"[0-9A-Za-z-]{1,64}")


def clean_card(text: str) -> str:
    """Return a card number as it is stored: without spaces, upper case."""
    cleaned = re.sub(r"\s", "", text).upper()
    if not _CARD.fullmatch(cleaned):
        raise InvalidCard()
    return cleaned


def clean_external_id(text: str) -> str:
    cleaned = text.strip()
    if not 1 <= len(cleaned) <= 64 or not cleaned.isprintable():
        raise InvalidExternalId()
    return cleaned


def fold_name(text: str) -> str:
    """Fold a name for finding it: no accents, no capitals, single spaces ("Ána  SMITH" is "ana smith")."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
