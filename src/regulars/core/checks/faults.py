"""A fault says where in the document something is wrong, what, and what to do; a warning stops nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from regulars.core.tongue import mark, say

UNKNOWN = {
    "unit": mark("There is no unit “%(name)s”%(hint)s"),
    "level": mark("There is no level “%(name)s”%(hint)s"),
    "collection": mark("There is no collection “%(name)s”%(hint)s"),
    "budget": mark("There is no budget “%(name)s”%(hint)s"),
    "rate or item rule": mark("There is no rate or item rule “%(name)s”%(hint)s"),
    "reward": mark("There is no reward “%(name)s”%(hint)s"),
    "store": mark("There is no store “%(name)s”%(hint)s"),
    "store tag": mark("There is no store tag “%(name)s”%(hint)s"),
    "member tag": mark("There is no member tag “%(name)s”%(hint)s"),
    "segment": mark("There is no segment “%(name)s”%(hint)s"),
}
"""What is said of each kind of name that means nothing; the hint is what somebody may have meant, or a full stop."""


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
        where = say("line %(line)s, %(path)s", line=self.line, path=self.path) if self.line else self.path
        if self.is_warning:
            return say("warning at %(where)s: %(said)s", where=where or say("the top"), said=self.said)
        return say("fault at %(where)s: %(said)s", where=where or say("the top"), said=self.said)


def warning(path: str, code: str, said: str) -> Fault:
    return Fault(path, code, said, is_warning=True)


def unknown(path: str, what: str, name: str, known: Iterable[str]) -> Fault:
    """Return the fault of a name that means nothing: "There is no unit “pints”; did you mean “points”?"."""
    said = say(UNKNOWN[what], name=name, hint=suggest(name, known))
    return Fault(path, f"unknown_{what.replace(' ', '_')}", said)


def suggest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "; did you mean “points”?" where something near is known, `otherwise` what ends the sentence else."""
    names = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return say("; did you mean “%(name)s”?", name=names[near[0]]) if near else otherwise or say(".")
