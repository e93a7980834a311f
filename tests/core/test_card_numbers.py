"""Card numbers are made by a pattern; each example's check digit is that of the standard or of a card in use."""

from itertools import cycle

import pytest

from regulars.core.card_numbers import InvalidPattern, Pattern, check_digit_of, check_pattern, make_numbers


@pytest.mark.parametrize(
    ("number", "method", "digit"),
    [
        ("7992739871", "luhn", "3"),  # the example of every description of the formula
        ("411111111111111", "luhn", "1"),  # a bank's test card
        ("4111-1111-1111-111", "luhn", "1"),
        ("400638133393", "ean", "1"),  # 4006381333931, a pencil
        ("7351353", "ean", "7"),  # 73513537, an EAN-8
        ("0", "luhn", "0"),
    ],
)
def test_check_digits(number, method, digit):
    assert check_digit_of(number, method) == digit


@pytest.mark.parametrize(
    ("pattern", "start", "numbers"),
    [
        ("9001****", 1, ["90010001", "90010002", "90010003"]),
        ("9001-****?", 998, ["9001-09984", "9001-09992", "9001-10008"]),
        ("A**-*", 99, ["A09-9", "A10-0", "A10-1"]),  # a running number may be split
        ("GIFT@#", 0, ["GIFTA0", "GIFTA0", "GIFTA0"]),
    ],
)
def test_a_pattern_makes_numbers(pattern, start, numbers):
    made = make_numbers(Pattern(text=pattern), count=3, start=start, choose=lambda signs: signs[0])

    assert list(made) == numbers
    for number in made:
        if pattern.endswith("?"):
            assert check_digit_of(number[:-1], "luhn") == number[-1]


def test_random_places_are_chosen_one_by_one():
    turns = cycle(range(10))

    [number] = make_numbers(Pattern(text="##-@@"), count=1, start=0, choose=lambda signs: signs[next(turns)])

    assert number == "01-CD"


@pytest.mark.parametrize(
    ("pattern", "count", "start", "why"),
    [
        ("9001", 1, 1, "empty"),
        ("", 1, 1, "empty"),
        ("#" * 65, 1, 1, "too_long"),
        ("abc####", 1, 1, "character"),
        ("12 34##", 1, 1, "character"),
        ("٣####", 1, 1, "character"),
        ("9?##", 1, 1, "check_place"),
        ("A####?", 1, 1, "check_digits"),
        ("@###?", 1, 1, "check_digits"),
        ("##", 2, 1, "too_few"),
        ("***", 1000, 1, "ends"),
        ("***", 5, -1, "ends"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(pattern, count, start, why):
    with pytest.raises(InvalidPattern) as refused:
        check_pattern(Pattern(text=pattern), count=count, start=start)

    assert refused.value.why == why


@pytest.mark.parametrize(("pattern", "count", "start"), [("***", 1000, 0), ("##", 1, 1), ("9001-########?", 10**6, 1)])
def test_a_pattern_with_room_is_accepted(pattern, count, start):
    check_pattern(Pattern(text=pattern), count=count, start=start)
