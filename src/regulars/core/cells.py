"""What a cell of somebody else's table says: a day, a whole number, an amount, or that a field is to be emptied.

Numbers are ASCII digits, and nothing is evaluated: 1e309, NaN and ١٢٣ are no numbers, and =1+1 is no text.
"""

import re
from datetime import date, datetime
from enum import StrEnum

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.refusals import Refusal

CLEAR = "[clear]"
"""A cell that says so empties the field; a blank one leaves it."""

LONGEST_CELL = 10_000
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_NUMBERED = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})", re.ASCII)
_DECIMAL = re.compile(r"([+-]?)(\d{1,20}|\d{1,3}(?:,\d{3}){1,6})(?:\.(\d{1,10}))?", re.ASCII)


class DateOrder(StrEnum):
    """How days are written where they are not written 2026-03-31."""

    YEAR_FIRST = "year_first"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class InvalidDay(Refusal):
    """There is no such day, or it is written in another order: 2026-03-31 is understood in any case."""

    code = "invalid_day"

    def __init__(self, *, order: DateOrder) -> None:
        self.order = order.value


class InvalidNumber(Refusal):
    """Not a whole number in ASCII digits, or one that is larger than anything a shop counts."""

    code = "invalid_number"


class TooPrecise(Refusal):
    """The unit has fewer decimals than this number."""

    code = "too_precise"

    def __init__(self, *, decimals: int) -> None:
        self.decimals = decimals


class NotText(Refusal):
    """The cell begins like a formula, has characters that cannot be seen, or is longer than any field."""

    code = "not_text"

    def __init__(self, *, why: str) -> None:
        self.why = why


def read_text(cell: str) -> str:
    """Return a cell as text with no spaces around it. Refuses: NotText."""
    text = cell.strip()
    if text.isprintable():
        if len(text) > LONGEST_CELL:
            raise NotText(why="too_long")
        if text.startswith(("=", "@")):
            raise NotText(why="formula")
        return text
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise NotText(why="encoding")
    raise NotText(why="invisible")


def read_day(cell: str, *, order: DateOrder = DateOrder.YEAR_FIRST) -> date:
    """Return a day: 2026-03-31 in any case, 31/03/2026 or 3/31/2026 by `order`. Refuses: InvalidDay."""
    try:
        if found := _ISO.fullmatch(cell):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if order is not DateOrder.YEAR_FIRST and (found := _NUMBERED.fullmatch(cell)) and len(found[3]) == 4:
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            return date(year, second, first) if order is DateOrder.DAY_FIRST else date(year, first, second)
    except ValueError:
        pass
    raise InvalidDay(order=order)


def read_moment(cell: str) -> datetime | None:
    """Return an ISO 8601 moment, with its zone where it says one; None where the cell is none."""
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def read_amount(cell: str, *, decimals: int) -> int:
    """Return an amount in smallest steps: with 2 decimals "12.5" is 1250. Refuses: InvalidNumber, TooPrecise."""
    found = _DECIMAL.fullmatch(cell)
    if found is None:
        raise InvalidNumber()
    sign, whole, part = found[1], found[2].replace(",", ""), (found[3] or "").rstrip("0")
    if len(part) > decimals:
        raise TooPrecise(decimals=decimals)
    amount = int(whole + part.ljust(decimals, "0"))
    return _bounded(-amount if sign == "-" else amount)


def _bounded(number: int) -> int:
    if abs(number) > LARGEST_AMOUNT:
        raise InvalidNumber()
    return number
