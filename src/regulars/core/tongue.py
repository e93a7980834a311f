"""The language in which core speaks.

Sentences are written in English and marked with `say` and its like. Who runs Regulars sets an interpreter once; without
one everything stays English.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Interpreter(Protocol):
    """Whoever knows which language is wanted now, and its words."""

    def language(self) -> str: ...
    def gettext(self, message: str) -> str: ...
    def pgettext(self, context: str, message: str) -> str: ...
    def ngettext(self, singular: str, plural: str, number: int) -> str: ...
    def separators(self) -> tuple[str, str]: ...
    def day(self, on: date) -> str: ...
    def long_day(self, on: date) -> str: ...


class English:
    """Says everything as it is written."""

    def language(self) -> str:
        return ""

    def gettext(self, message: str) -> str:
        return message

    def pgettext(self, context: str, message: str) -> str:
        return message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural

    def separators(self) -> tuple[str, str]:
        return ",", "."

    def day(self, on: date) -> str:
        return f"{on.day} {on:%b %Y}"

    def long_day(self, on: date) -> str:
        return f"{on.day} {on:%B %Y}"


_interpreter: Interpreter = English()


def speak_by(interpreter: Interpreter) -> None:
    """Let `interpreter` say everything from now on."""
    global _interpreter  # noqa: PLW0603  (one language machine to a process, set before anything is said)
    _interpreter = interpreter


def language() -> str:
    """Return the language that is wanted now; "" where nobody asks for one."""
    return _interpreter.language()


def mark(message: str) -> str:
    """Mark a message that a table holds; `say` translates it when it is used."""
    return message


def mark_as(context: str, message: str) -> str:
    """Mark a message of a table that means something else elsewhere; `say_as` translates it."""
    return message


def mark_many(singular: str, plural: str) -> tuple[str, str]:
    """Mark a message with its plural, for `say_many`."""
    return singular, plural


def say(message: str, **words: object) -> str:
    """Say a message in the language of now; whole numbers among its words get that language's separators."""
    return _interpreter.gettext(message) % _written(words)


def say_as(context: str, message: str, **words: object) -> str:
    """Say a message that means something else elsewhere."""
    return _interpreter.pgettext(context, message) % _written(words)


def say_many(singular: str, plural: str, *, n: int, **words: object) -> str:
    """Say a message about `n` things."""
    return _interpreter.ngettext(singular, plural, n) % _written({"n": n, **words})


def number(value: int) -> str:
    """Write a whole number: 1240 is "1,240", or "1.240"."""
    group, _point = _interpreter.separators()
    return f"{value:,}" if group == "," else f"{value:,}".replace(",", group)


def point() -> str:
    """Return what stands before decimals."""
    return _interpreter.separators()[1]


def read_number(text: str) -> str:
    """Return a number that somebody typed as programs write it: "1,240.5" is "1240.5", and so is "1.240,5" where that
    is how numbers are written. Raises ValueError: separators elsewhere could mean anything.
    """
    group, decimal = (re.escape(each) for each in _interpreter.separators())
    typed = re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(rf"[-+]?(\d+|\d{{1,3}}({group}\d{{3}})+)?({decimal}\d+)?", typed, re.ASCII) or typed in "-+":
        raise ValueError(text)
    return re.sub(decimal, ".", re.sub(group, "", typed))


def day(on: date) -> str:
    """Write a day shortly: "1 Dec 2026"."""
    return _interpreter.day(on)


def long_day(on: date) -> str:
    """Write a day in full: "1 December 2026"."""
    return _interpreter.long_day(on)


def clauses(parts: Iterable[str]) -> str:
    """Join phrases of one sentence by commas."""
    return say_as("between phrases", ", ").join(parts)


def statements(parts: Iterable[str]) -> str:
    """Join what could be sentences of their own by semicolons."""
    return say_as("between statements", "; ").join(parts)


def names(parts: Iterable[str]) -> str:
    """Join names by commas."""
    return say_as("between names", ", ").join(parts)


def _written(words: dict[str, object]) -> dict[str, object]:
    return {
        name: number(word) if isinstance(word, int) and not isinstance(word, bool) else word
        for name, word in words.items()
    }
