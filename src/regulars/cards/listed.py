"""A list of cards that are printed already: a CSV file with a number in each row and, after it, the PIN if any."""

import csv
import io

import msgspec

from regulars.core.refusals import Refusal

LARGEST_LIST = 16 * 1024 * 1024
LONGEST_FIELD = 200
HEADINGS = {"number", "card", "card number", "card_number"}


class InvalidList(Refusal):
    """The file is no such list; `why`: too_large, encoding (it is not UTF-8) or not_csv."""

    code = "invalid_list"

    def __init__(self, *, why: str) -> None:
        self.why = why


class ListedCard(msgspec.Struct, frozen=True):
    line: int
    number: str
    pin: str = ""


def read_listed(content: bytes) -> list[ListedCard]:
    """Return the cards of a list, in their order; a heading and empty rows are left out. Refuses: InvalidList."""
    if len(content) > LARGEST_LIST:
        raise InvalidList(why="too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidList(why="encoding") from None
    if "\0" in text:
        raise InvalidList(why="not_csv")
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    cards: list[ListedCard] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for row in rows:
            number, pin = [*(cell.strip() for cell in row), "", ""][:2]
            if not number or (not cards and number.lower() in HEADINGS):
                continue
            if max(len(number), len(pin)) > LONGEST_FIELD:
                raise InvalidList(why="not_csv")
            cards.append(ListedCard(rows.line_num, number, pin))
    except csv.Error:
        raise InvalidList(why="not_csv") from None
    return cards
