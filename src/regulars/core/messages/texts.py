"""A text with places in it: `{{ first_name }}`, or `{{ first_name | there }}` for members of whom nothing is known.

Places name values of a closed list and nothing else: no expression, no loop, no attribute of anything is ever looked
up, and what a value says is never read as a place again. A text that cannot be filled in is refused when it is kept,
with the line and column of what is wrong.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from regulars.core.messages.variables import FOR_CODES, OF_CODES, VARIABLES

OPENS, CLOSES = "{{", "}}"
LONGEST_SUBJECT = 200
LONGEST_BODY = 10_000
LONGEST_FALLBACK = 100

LINE_BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen, or turns the direction of what follows."""

JOINERS = "\u200c\u200d"
"""Hidden too, but scripts and emoji need them."""

NAME = re.compile(r"[a-z][a-z_]*(\.[a-z0-9][a-z0-9_-]*)?")

type Problem = Literal[
    "unknown_variable",
    "not_closed",
    "stray_close",
    "bad_place",
    "wrong_code",
    "only_for_codes",
    "code_missing",
    "too_long",
    "empty",
    "line_break",
    "bad_character",
]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a text: where, counted from 1, and which words of it."""

    problem: Problem
    line: int
    column: int
    words: str = ""


class Place(msgspec.Struct, frozen=True):
    """A value's name with its code, if any ("balance.points"), and what stands there where the value is empty."""

    name: str
    fallback: str = ""

    @property
    def variable(self) -> str:
        return self.name.partition(".")[0]

    @property
    def code(self) -> str:
        return self.name.partition(".")[2]


type Part = str | Place


class Text(msgspec.Struct, frozen=True):
    """A sound text, taken apart."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """The values it says, with their codes."""
        return frozenset(part.name for part in self.parts if isinstance(part, Place))


class _Unsound(Exception):
    def __init__(self, problem: Problem, at: int, words: str = "") -> None:
        self.problem: Problem = problem
        self.at = at
        self.words = words


def find_faults(
    text: str,
    *,
    kind: Literal["subject", "body"],
    is_code: bool = False,
    units: Collection[str] | None = None,
) -> list[Fault]:
    """Say everything that is wrong with a text, in its order. `units` are the codes the program has; None where that is
    not known.
    """
    faults = [_fault(text, each) for each in _overall(text, kind)]
    parts, unsound = _take_apart(text)
    faults += [_fault(text, each) for each in unsound]
    said = {part.name for _, part in parts if isinstance(part, Place)}
    for at, part in parts:
        if isinstance(part, Place) and (each := _judge(part, at, is_code=is_code, units=units)):
            faults.append(_fault(text, each))
    if is_code and kind == "body" and "code" not in said and not unsound:
        faults.append(Fault(problem="code_missing", line=1, column=1, words="code"))
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def read_text(text: str) -> Text:
    """Take a text apart that is known to be sound."""
    parts, unsound = _take_apart(text)
    assert not unsound, "a text is checked before it is kept"
    return Text(tuple(part for _, part in parts))


def fill_in(text: Text, values: Mapping[str, str], *, is_line: bool = False) -> str:
    """Write the text with these values, by name. An empty or missing one is its fallback. With `is_line` (a subject)
    the result is one line, whatever a value says; in a body a value brings no lines of its own.
    """
    written = "".join(part if isinstance(part, str) else _value(part, values) for part in text.parts)
    if is_line:
        return " ".join(_cleaned(written).split())
    return written


def _value(place: Place, values: Mapping[str, str]) -> str:
    return " ".join(_cleaned(values.get(place.name, "")).split()) or place.fallback


def _cleaned(text: str) -> str:
    """Signs that cannot be seen are spaces: a name must not break a header, or hide what follows it."""
    return "".join(" " if _is_hidden(sign) else sign for sign in text)


def _is_hidden(sign: str) -> bool:
    return sign not in JOINERS and unicodedata.category(sign) in HIDDEN


def _overall(text: str, kind: str) -> list[_Unsound]:
    longest = LONGEST_SUBJECT if kind == "subject" else LONGEST_BODY
    found = []
    if not text.strip():
        found.append(_Unsound("empty", 0))
    if len(text) > longest:
        found.append(_Unsound("too_long", longest, str(longest)))
    for at, sign in enumerate(text):
        if kind == "subject" and sign in LINE_BREAKS:
            found.append(_Unsound("line_break", at))
            break
        if _is_hidden(sign) and sign not in "\r\n\t":
            found.append(_Unsound("bad_character", at, f"U+{ord(sign):04X}"))
            break
    return found


def _take_apart(text: str) -> tuple[list[tuple[int, Part]], list[_Unsound]]:
    parts: list[tuple[int, Part]] = []
    unsound: list[_Unsound] = []
    at = 0
    while at < len(text):
        opens = text.find(OPENS, at)
        literal = text[at:] if opens < 0 else text[at:opens]
        if CLOSES in literal:
            unsound.append(_Unsound("stray_close", at + literal.index(CLOSES), CLOSES))
        if literal:
            parts.append((at, literal))
        if opens < 0:
            break
        closes = text.find(CLOSES, opens)
        if closes < 0 or text.find(OPENS, opens + len(OPENS), closes) >= 0:
            unsound.append(_Unsound("not_closed", opens, text[opens : opens + 20].splitlines()[0]))
            at = opens + len(OPENS)
            continue
        try:
            parts.append((opens, _read_place(text, opens, closes)))
        except _Unsound as each:
            unsound.append(each)
        at = closes + len(CLOSES)
    return parts, unsound


def _read_place(text: str, opens: int, closes: int) -> Place:
    inside = text[opens + len(OPENS) : closes]
    name, bar, fallback = (piece.strip() for piece in inside.partition("|"))
    if not NAME.fullmatch(name) or "\n" in inside or "{" in inside or "}" in inside or len(fallback) > LONGEST_FALLBACK:
        raise _Unsound("bad_place", opens, inside.strip()[:40])
    if name.partition(".")[0] not in VARIABLES:
        raise _Unsound("unknown_variable", opens, name)
    return Place(name, fallback if bar else "")


def _judge(place: Place, at: int, *, is_code: bool, units: Collection[str] | None) -> _Unsound | None:
    variable = VARIABLES[place.variable]
    if place.code and not variable.by:
        return _Unsound("wrong_code", at, place.name)
    if place.code and variable.by == "unit" and units is not None and place.code not in units:
        return _Unsound("wrong_code", at, place.name)
    if (place.variable not in OF_CODES) if is_code else (place.variable in FOR_CODES):
        return _Unsound("only_for_codes", at, place.name)
    return None


def _fault(text: str, unsound: _Unsound) -> Fault:
    before = text[: unsound.at]
    return Fault(
        problem=unsound.problem,
        line=before.count("\n") + 1,
        column=len(before) - (before.rfind("\n") + 1) + 1,
        words=unsound.words,
    )
