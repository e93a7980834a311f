"""A plain phone number is written as the library would write it, and a doubtful one is left to the library."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from regulars.core.plain_phones import plain_e164

COUNTRIES = ["US", "GB", "VN", "MY", "SG", "CN", "DE", "IT", "FR", "MX", "AR", "BR", "AU", "RU", "SM", "HU", "KZ"]
NUMBERS = st.one_of(
    st.text("0123456789", min_size=4, max_size=15),
    st.builds(
        lambda country, rest: f"+{phonenumbers.country_code_for_region(country)}{rest}",
        st.sampled_from(COUNTRIES),
        st.text("0123456789", min_size=3, max_size=12),
    ),
    st.text("0123456789 ()-./+", min_size=4, max_size=20),
)


def ask_library(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@given(NUMBERS, st.sampled_from(COUNTRIES))
@example("+15551234567", "US")
@example("02079460000", "GB")
@example("+390612345678", "US")
@example("15551234567", "US")
@example("0115551234567", "US")
def test_what_is_recognised_is_what_the_library_says(text, country):
    plain = plain_e164(text, country=country)
    assert plain is None or plain == ask_library(text, country)


@pytest.mark.parametrize(
    ("text", "country", "plain"),
    [
        ("+15551234567", "GB", "+15551234567"),
        ("(555) 123-4567", "US", "+15551234567"),
        ("912 345 678", "VN", "+84912345678"),
        ("07911 123456", "GB", None),  # a trunk prefix: the library takes it off
        ("555-1234", "US", None),  # a local number is none that can be called from elsewhere
        ("call me", "US", None),
    ],
)
def test_most_numbers_are_plain(text, country, plain):
    assert plain_e164(text, country=country) == plain
