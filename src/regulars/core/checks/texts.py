"""What holds for every name and moment in the document, wherever it stands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from regulars.core.checks.faults import Fault
from regulars.core.program.document import ProgramDocument
from regulars.core.tongue import say

# Texts that people write at length.
_LONG = ("description", "note", "benefits")

MOST = {
    "units": 50,
    "collections": 500,
    "budgets": 200,
    "rules": 500,
    "stamp_cards": 50,
    "tier_sets": 20,
    "rewards": 1_000,
}


def check_texts(document: ProgramDocument) -> Iterator[Fault]:
    for section, most in MOST.items():
        found = len(getattr(document, section))
        if found > most:
            yield Fault(
                section, "too_many", say("There are %(found)s; a program has at most %(most)s.", found=found, most=most)
            )
    yield from _walk("", document)


def _walk(path: str, value: Any) -> Iterator[Fault]:
    match value:
        case str() if not value.isprintable() or value != value.strip():
            said = say("It begins or ends with a space, or has a character that cannot be seen.")
            yield Fault(path, "unprintable", said)
        case datetime() if value.tzinfo is None:
            yield Fault(path, "no_offset", say("This moment does not say in which time zone it is."))
        case msgspec.Struct():
            for field in value.__struct_fields__:
                if field not in _LONG:
                    yield from _walk(f"{path}.{field}" if path else field, getattr(value, field))
        case tuple():
            for i, each in enumerate(value):
                yield from _walk(f"{path}[{i}]", each)
        case dict():
            for key, each in value.items():
                yield from _walk(f"{path}.{key}", each)
        case _:
            pass
