"""Amounts are written with their unit's precision and name, and read the way people type them."""

import pytest
from django.utils.translation import override

from regulars.backoffice.amounts import TooMuch, read_amount, say_amount, say_change
from regulars.core.program.units import POINTS, Unit, UnitWords

COINS = Unit(
    code="coins",
    kind="cashback",
    precision=2,
    name=UnitWords(singular="coin", plural="coins"),
    translations={"de": UnitWords(singular="Taler", plural="Talers")},
)


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (1, POINTS, "1 point"),
        (-1, POINTS, "\N{MINUS SIGN}1 point"),
        (0, POINTS, "0 points"),
        (1240, POINTS, "1,240 points"),
        (100, COINS, "1.00 coin"),
        (1, COINS, "0.01 coins"),
        (-123456, COINS, "\N{MINUS SIGN}1,234.56 coins"),
    ],
)
def test_an_amount_has_its_units_decimals_and_name(amount, unit, said):
    assert say_amount(amount, unit) == said


def test_the_name_is_the_readers_own():
    with override("de-at"):
        assert say_change(250, COINS) == "+2,50 Talers"


@pytest.mark.parametrize(
    ("text", "unit", "steps"),
    [("12.5", COINS, 1250), (" -3 ", POINTS, -3), ("\N{MINUS SIGN}1,000", POINTS, -1000), ("0.01", COINS, 1)],
)
def test_a_typed_amount_is_read_in_smallest_steps(text, unit, steps):
    assert read_amount(text, unit) == steps


@pytest.mark.parametrize("text", ["", "abc", "1.5", "NaN", "inf", "9" * 17])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises((ValueError, TooMuch)):
        read_amount(text, POINTS)
