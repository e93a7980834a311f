"""Whether two members may be one person: what speaks for it, and how sure it is, in percent.

A phone is told by its last nine digits, however its country was written; an e-mail without dots and tags that its
provider ignores; a name by its words in any order, together with the birth date.
"""

from collections.abc import Collection, Iterator
from datetime import date
from hashlib import blake2b
from typing import Literal

import msgspec

Signal = Literal["phone", "email", "birth", "name"]

WEIGHTS: dict[Signal, int] = {"phone": 70, "email": 80, "birth": 75, "name": 40}
"""What each signal is worth by itself, in percent. Nobody is looked for by a name alone: it strengthens the others."""

LEAST = 50
"""Whatever is less sure than this is not worth looking at."""

SURE = 90
"""From here on it is nearly certain."""

_DIGITS = 9
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_ONE_BOX = {"googlemail.com": "gmail.com"}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of a member. Names are folded ("ann smith"); phones are E.164, e-mails folded."""

    name: str = ""
    birth_on: date | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Likely(msgspec.Struct, frozen=True):
    """Two people may be one: so sure, in percent, because of these signals."""

    confidence: int
    signals: tuple[Signal, ...]


def email_mark(email: str) -> str:
    """Return the mailbox that an e-mail goes to: "Ann.Smith+shop@googlemail.com" is "annsmith@gmail.com"."""
    local, _, domain = email.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{_ONE_BOX.get(domain, domain)}"


def phone_mark(phone: str) -> str:
    """Return a phone's last nine digits; "" where it is shorter than seven."""
    digits = "".join(each for each in phone if each.isdigit())
    return digits[-_DIGITS:] if len(digits) >= 7 else ""


def name_mark(name: str) -> str:
    """Return the words of a folded name in one order: who is called "smith ann" is called "ann smith"."""
    return " ".join(sorted(name.split()))


def marks_of(person: Person) -> Iterator[tuple[Signal, int]]:
    """Return by what a person is looked for: a signal with a hash (64 bits), so that no personal data is kept."""
    for phone in person.phones:
        if mark := phone_mark(phone):
            yield "phone", _hash(mark)
    for email in person.emails:
        yield "email", _hash(email_mark(email))
    if person.birth_on is not None and (name := name_mark(person.name)):
        yield "birth", _hash(f"{name}/{person.birth_on}")


def compare(first: Person, second: Person) -> Likely | None:
    """Say how likely two records are one person's; None where nothing speaks for it, or too little.

    Signals add up as chances do: of what one leaves open, the next takes its part. Two birth dates that differ, or two
    names without a word in common, take a third of it: families share a phone.
    """
    signals: list[Signal] = []
    if _meet(map(phone_mark, first.phones), map(phone_mark, second.phones)):
        signals.append("phone")
    if _meet(map(email_mark, first.emails), map(email_mark, second.emails)):
        signals.append("email")
    is_namesake = bool(first.name) and name_mark(first.name) == name_mark(second.name)
    if is_namesake:
        signals.append("birth" if first.birth_on is not None and first.birth_on == second.birth_on else "name")
    doubt = 100
    for signal in signals:
        doubt = doubt * (100 - WEIGHTS[signal]) // 100
    confidence = 100 - doubt if signals else 0
    if _differ(first, second):
        confidence = confidence * 2 // 3
    return Likely(confidence, tuple(signals)) if confidence >= LEAST else None


def _differ(first: Person, second: Person) -> bool:
    born = first.birth_on is not None and second.birth_on is not None and first.birth_on != second.birth_on
    strangers = bool(first.name and second.name) and not _meet(first.name.split(), second.name.split())
    return born or strangers


def _meet(first: Iterator[str] | Collection[str], second: Iterator[str] | Collection[str]) -> bool:
    return bool({each for each in first if each} & {each for each in second if each})


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
