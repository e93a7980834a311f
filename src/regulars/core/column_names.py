"""Which of our fields somebody else's column means, guessed by its heading; a person looks at every guess."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "external_id": (
        "external id",
        "customer id",
        "customer number",
        "customer no",
        "member id",
        "member number",
        "member no",
        "membership id",
        "membership number",
        "client id",
        "contact id",
        "source id",
        "reference",
        "id",
    ),
    "first_name": ("first name", "firstname", "forename", "given name", "givenname", "fname", "name"),
    "last_name": ("last name", "lastname", "surname", "family name", "familyname", "lname"),
    "phone": (
        "phone",
        "phone number",
        "phone no",
        "mobile",
        "mobile number",
        "mobile phone",
        "mobile no",
        "cell",
        "cell phone",
        "cellphone",
        "telephone",
        "tel",
        "contact number",
        "contact no",
        "msisdn",
        "hp no",
    ),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "birth_on": ("birth on", "birthday", "birth date", "birthdate", "date of birth", "dob", "born", "birth day"),
    "card": ("card", "card number", "card no", "cards", "loyalty card", "barcode", "card id"),
    "joined_on": (
        "joined on",
        "joined",
        "join date",
        "joining date",
        "member since",
        "since",
        "signup date",
        "sign up date",
        "registered",
        "registration date",
        "date joined",
        "enrolled",
        "created",
        "created at",
    ),
    "tags": ("tags", "tag", "labels", "groups"),
    "unit": ("unit", "currency", "wallet", "program"),
    "amount": ("amount", "points", "adjustment", "value", "balance", "stamps", "quantity", "change"),
    "reason": ("reason", "why", "internal reason", "note", "notes"),
    "comment": ("comment", "member comment", "message", "description"),
    "earned_on": ("earned on", "earned", "earn date", "date earned", "issued", "credited", "date"),
    "available_on": ("available on", "available", "active from", "valid from", "start date"),
    "expires_on": ("expires on", "expires", "expiry", "expiry date", "expiration date", "valid until", "end date"),
}


def fold_heading(text: str) -> str:
    """Return a heading without accents, capitals and punctuation: "E-mail  address" is "e mail address"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def guess_columns(headings: Sequence[str], fields: Mapping[str, str]) -> list[str]:
    """Return for each heading the field it means, or "" for none; no field is guessed twice.

    `fields` are the fields there are, with their own labels. A heading that is a field's code or label in so many words
    goes before one that is a synonym.
    """
    folded = [fold_heading(heading) for heading in headings]
    own = {fold_heading(name): code for code, label in fields.items() for name in (label, code)}
    other = {synonym: code for code in fields for synonym in SYNONYMS.get(code, ())}
    found = [""] * len(folded)
    for words in (own, other):
        _fill(found, folded, words)
    return found


def _fill(found: list[str], folded: Iterable[str], words: Mapping[str, str]) -> None:
    for place, heading in enumerate(folded):
        field = words.get(heading, "")
        if field and not found[place] and field not in found:
            found[place] = field
