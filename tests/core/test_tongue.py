"""Core says its sentences by whoever knows the language, and in English where nobody does."""

from datetime import date

import pytest

from regulars.core import tongue
from regulars.core.describe.limits import describe_expiry
from regulars.core.expiry import AfterDays
from regulars.core.money import write_money
from regulars.core.phrases import either, nth, write_amount
from regulars.core.program.units import Unit, UnitWords

COINS = Unit(code="coins", kind="cashback", precision=2, name=UnitWords(singular="coin", plural="coins"))


class Backwards(tongue.English):
    """A language that says everything after an arrow, and writes numbers as Vietnamese does."""

    def language(self) -> str:
        return "qb"

    def gettext(self, message: str) -> str:
        return f"<{message}"

    def pgettext(self, context: str, message: str) -> str:
        return " / " if context == "between names" else message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return f"<{plural}"

    def separators(self) -> tuple[str, str]:
        return ".", ","

    def long_day(self, on: date) -> str:
        return f"{on:%d.%m.%Y}"


@pytest.fixture
def backwards(monkeypatch):
    monkeypatch.setattr(tongue, "_interpreter", Backwards())


@pytest.fixture
def nobody(monkeypatch):
    monkeypatch.setattr(tongue, "_interpreter", tongue.English())


def test_without_an_interpreter_everything_is_english(nobody):
    assert describe_expiry(AfterDays(days=1)) == "expires 1 day after it was given"
    assert write_money(123456, "USD") == "1,234.56 USD"
    assert tongue.long_day(date(2026, 12, 1)) == "1 December 2026"


def test_a_sentence_is_said_whole_with_its_words_put_in(backwards):
    assert describe_expiry(AfterDays(days=1000)) == "<expires <1.000 days after it was given"
    assert either(["A", "B", "C"]) == "<A / B or C"
    assert nth(2) == "<2nd"


def test_amounts_have_the_languages_separators(backwards):
    assert write_money(-123456, "USD") == "\N{MINUS SIGN}1.234,56 USD"
    assert write_money(123456, "VND") == "123.456 VND"
    assert write_amount(123456, COINS) == "1.234,56"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12", "12"), ("1,240", "1240"), ("1,240.5", "1240.5"), (" -3 ", "-3"), ("+0.5", "+0.5"), ("1234.5", "1234.5")],
)
def test_a_typed_number_is_read(nobody, typed, read):
    assert tongue.read_number(typed) == read


@pytest.mark.parametrize("typed", ["", "-", "abc", "1,24", "12,5", "1.2.3", "1e3", "NaN", "٣", "1,240,5"])
def test_a_number_that_could_mean_two_things_is_not_guessed(nobody, typed):
    with pytest.raises(ValueError):
        tongue.read_number(typed)


@pytest.mark.parametrize(("typed", "read"), [("1.240", "1240"), ("1.240,5", "1240.5"), ("12,5", "12.5")])
def test_numbers_are_read_as_they_are_written(backwards, typed, read):
    assert tongue.read_number(typed) == read


def test_where_points_part_thousands_a_point_before_one_digit_is_not_guessed(backwards):
    with pytest.raises(ValueError, match=r"^12"):
        tongue.read_number("12.5")
