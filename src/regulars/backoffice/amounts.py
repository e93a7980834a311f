"""Amounts of a unit as people write them, with its precision and its name: "1 point", "1,240 stars", "12.50 coins"."""

from decimal import Decimal, InvalidOperation

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.phrases import count, unit_words
from regulars.core.program.units import Unit, UnitWords
from regulars.core.tongue import read_number


class TooMuch(ValueError):
    """Nothing a shop counts is as large as that: it is a mistake."""


def say_amount(amount: int, unit: Unit) -> str:
    """With the unit's name in the reader's language: exactly one is singular."""
    return count(amount, unit)


def say_change(amount: int, unit: Unit) -> str:
    """A change with its sign: "+9 points"."""
    return f"+{say_amount(amount, unit)}" if amount > 0 else say_amount(amount, unit)


def words_of(unit: Unit) -> UnitWords:
    return unit_words(unit)


def read_amount(text: str, unit: Unit) -> int:
    """What somebody typed, as their language writes numbers, in smallest steps: "12.5" of a unit with two decimals is
    1250. Raises ValueError, and of it TooMuch.
    """
    try:
        steps = Decimal(read_number(text)).scaleb(unit.decimals)
    except InvalidOperation:
        raise ValueError("This is no number.") from None
    if not steps.is_finite() or steps != steps.to_integral_value():
        raise ValueError("The unit has no smaller step.")
    if abs(steps) > LARGEST_AMOUNT:
        raise TooMuch
    return int(steps)


def unknown_unit(code: str) -> Unit:
    """A unit that the program no longer describes, under its code."""
    return Unit(code=code, name=UnitWords(singular=code.removesuffix("s") or code, plural=code))
