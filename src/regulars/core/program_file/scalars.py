"""One written value by the type that is wanted there, or the sentence that says why it cannot be."""

import re
from datetime import date, datetime, tzinfo
from typing import Any

import msgspec.inspect as wanted

from regulars.core.tongue import mark, names, say

WHOLE = re.compile(r"[-+]?[0-9][0-9_]*")
DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")

# What patterns mean, for people.
_PATTERNS = {
    "[a-z0-9]": mark("a code of at most 32 small letters, digits, dashes and underscores"),
    "24:00": mark("a time such as 08:30 or 24:00"),
}


class WrongScalar(Exception):
    """`said` finishes the sentence "This has to be …"."""


def read_scalar(text: str, kind: wanted.Type, zone: tzinfo) -> Any:
    """Return the builtin value of what was written. Raises WrongScalar; moments without an offset are in `zone`."""
    match kind:
        case wanted.StrType():
            return _text(text, kind)
        case wanted.IntType():
            return _whole(text, kind)
        case wanted.BoolType():
            if text not in ("true", "false"):
                raise WrongScalar(say("true or false"))
            return text == "true"
        case wanted.LiteralType(values=values):
            return _choice(text, values)
        case wanted.DateTimeType():
            return _moment(text, zone)
        case wanted.DateType():
            return _day(text)
        case _:
            raise WrongScalar(say("something else"))


def _text(text: str, kind: wanted.StrType) -> str:
    if kind.min_length and len(text) < kind.min_length:
        raise WrongScalar(say("a text"))
    if kind.pattern and not re.search(kind.pattern, text):
        known = (words for part, words in _PATTERNS.items() if part in kind.pattern)
        raise WrongScalar(say(next(known, mark("another text"))))
    if kind.max_length and len(text) > kind.max_length:
        raise WrongScalar(say("a text of at most %(n)s characters", n=kind.max_length))
    return text


def _whole(text: str, kind: wanted.IntType) -> int:
    least, most = kind.ge, kind.le
    bounds = say("a whole number")
    if least is not None and most is not None:
        bounds = say("a whole number from %(least)s to %(most)s", least=least, most=most)
    if DECIMAL.fullmatch(text):
        raise WrongScalar(say("%(bounds)s; amounts are in smallest steps, so that 1.50 is 150", bounds=bounds))
    if not WHOLE.fullmatch(text):
        raise WrongScalar(bounds)
    number = int(text)
    if least is not None and number < least:
        if number == 0:
            raise WrongScalar(say("at least %(amount)s; leave it out for none", amount=least))
        raise WrongScalar(say("at least %(amount)s", amount=least))
    if most is not None and number > most:
        raise WrongScalar(say("at most %(amount)s", amount=most))
    return number


def _choice(text: str, values: tuple[Any, ...]) -> Any:
    for value in values:
        if text == str(value):
            return value
    raise WrongScalar(say("one of %(names)s", names=names(str(value) for value in values)))


def _moment(text: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongScalar(say("a moment such as 2026-12-01 08:00")) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.isoformat()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise WrongScalar(say("a day such as 2026-12-31")) from None
