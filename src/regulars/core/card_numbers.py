"""Numbers for cards that are printed before anybody has them.

In a pattern `*` is a digit of the running number, `#` a random digit, `@` a random letter and `?`, at the end, the
check digit; digits, capitals and dashes stand for themselves: `9001-****-##?`.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from regulars.core.refusals import Refusal

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which people read as digits."""

DIGITS = "0123456789"
LONGEST = 64
ROOM_FOR_EACH = 100
"""So many possible numbers for each card of a random pattern: of a hundred that somebody tries, one is a card."""

CheckDigit = Literal["luhn", "ean"]
Choose = Callable[[str], str]
"""Picks one character of a text at random."""

Why = Literal["empty", "too_long", "character", "check_place", "check_digits", "too_few", "ends"]


class InvalidPattern(Refusal):
    """The pattern cannot make so many numbers; `why` says what is wrong with it.

    empty (nothing changes from card to card), too_long, character, check_place (`?` is not at the end), check_digits
    (letters have no such check digit), too_few (fewer than 100 possible numbers for each card), ends (the running
    number ends before the last card).
    """

    code = "invalid_pattern"

    def __init__(self, *, why: Why, possible: int = 0) -> None:
        self.why = why
        self.possible = possible


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """How numbers look; `check_digit` says how a `?` is counted."""

    text: str
    check_digit: CheckDigit = "luhn"

    @property
    def running(self) -> int:
        """How many digits the running number has; 0: there is none."""
        return self.text.count("*")

    @property
    def possible(self) -> int:
        """How many numbers there can be."""
        possible: int = 10 ** (self.running + self.text.count("#")) * len(LETTERS) ** self.text.count("@")
        return possible


def check_pattern(pattern: Pattern, *, count: int, start: int = 1) -> None:
    """Refuse a pattern that cannot make `count` numbers, the running one from `start` on. Refuses: InvalidPattern."""
    text = pattern.text
    if len(text) > LONGEST:
        raise InvalidPattern(why="too_long")
    if any(each not in "*#@?-" and not (each.isascii() and (each.isdigit() or each.isupper())) for each in text):
        raise InvalidPattern(why="character")
    if pattern.possible == 1:
        raise InvalidPattern(why="empty")
    if "?" in text[:-1]:
        raise InvalidPattern(why="check_place")
    if text.endswith("?") and any(each == "@" or each.isupper() for each in text):
        raise InvalidPattern(why="check_digits")
    if pattern.running:
        if start < 0 or start + count > 10**pattern.running:
            raise InvalidPattern(why="ends", possible=max(10**pattern.running - max(start, 0), 0))
    elif pattern.possible < count * ROOM_FOR_EACH:
        raise InvalidPattern(why="too_few", possible=pattern.possible // ROOM_FOR_EACH)


def make_numbers(pattern: Pattern, *, count: int, start: int, choose: Choose) -> Iterator[str]:
    """Make `count` numbers, the running one from `start` on. Random ones may come twice: the caller keeps each once."""
    for place in range(start, start + count):
        running = iter(f"{place:0{pattern.running}d}")
        parts = []
        for each in pattern.text.removesuffix("?"):
            match each:
                case "*":
                    parts.append(next(running))
                case "#":
                    parts.append(choose(DIGITS))
                case "@":
                    parts.append(choose(LETTERS))
                case _:
                    parts.append(each)
        number = "".join(parts)
        yield number + check_digit_of(number, pattern.check_digit) if pattern.text.endswith("?") else number


def check_digit_of(number: str, method: CheckDigit) -> str:
    """Return the digit that follows a number; dashes do not count.

    luhn: ISO/IEC 7812-1, annex B, as on bank cards. ean: ISO/IEC 15420, weights 3 and 1 from the right, as on goods.
    """
    digits = [int(each) for each in reversed(number) if each.isdigit()]
    if method == "luhn":
        total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    else:
        total = sum(3 * digit if place % 2 == 0 else digit for place, digit in enumerate(digits))
    return str(-total % 10)
