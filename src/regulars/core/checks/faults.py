"""A fault says where in the document something is wrong, what, and what to do; a warning stops nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """`path` leads to the part ("rules[2].caps[0].limit"), `code` names the kind of fault, `said` is a sentence.
    `line` is that of the file, where there is one.
    """

    path: str
    code: str
    said: str
    is_warning: bool = False
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.line else self.path
        return f"{'warning' if self.is_warning else 'fault'} at {where or 'the top'}: {self.said}"


def warning(path: str, code: str, said: str) -> Fault:
    return Fault(path, code, said, is_warning=True)


def unknown(path: str, what: str, name: str, known: Iterable[str]) -> Fault:
    """Return the fault of a name that means nothing: "There is no unit “pints”; did you mean “points”?"."""
    return Fault(path, f"unknown_{what.replace(' ', '_')}", f"There is no {what} “{name}”{suggest(name, known) or '.'}")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean “points”?" where something near is known, otherwise nothing."""
    names = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return f"; did you mean “{names[near[0]]}”?" if near else ""
