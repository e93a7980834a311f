"""One value in one form, whoever wrote it: a form, a file or a machine."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.attributes import (
    AttributeKind,
    Choice,
    Definition,
    InvalidValue,
    clean_value,
    key_of,
    write_value,
)

SIZES = (Choice("s", "Small"), Choice("m", "Medium"), Choice("l", "Large"))


def an_attribute(kind: str) -> Definition:
    return Definition(id=1, code="it", label="It", kind=AttributeKind(kind), choices=SIZES)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("text", " a\tb ", "a b"),
        ("text", "", None),
        ("text", "   ", None),
        ("text", "x" * 300, "x" * 300),
        ("number", "12.50", Decimal("12.5")),
        ("number", "-0", Decimal(0)),
        ("number", 7, Decimal(7)),
        ("number", 0.1, Decimal("0.1")),
        ("number", "999999999999.999999", Decimal("999999999999.999999")),
        ("number", Decimal("100"), Decimal(100)),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("date", date(1999, 1, 1), date(1999, 1, 1)),
        ("choice", "m", "m"),
        ("choice", " MEDIUM ", "m"),
        ("choices", "large, s,large", ("s", "l")),
        ("choices", ["l", "s"], ("s", "l")),
        ("choices", [], None),
        ("choices", "", None),
        ("yes_no", "Yes", True),
        ("yes_no", "0", False),
        ("yes_no", False, False),
        ("file", "12", 12),
    ],
)
def test_a_value_has_one_form(kind, given, value):
    assert clean_value(an_attribute(kind), given) == value
    if value is not None:
        assert clean_value(an_attribute(kind), write_value(value)) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "x" * 301),
        ("text", "a\x00b"),
        ("text", 5),
        ("number", "1e309"),
        ("number", "NaN"),
        ("number", float("inf")),
        ("number", "١٢"),
        ("number", "1,5"),
        ("number", "0.0000001"),
        ("number", "1000000000000"),
        ("number", True),
        ("number", 2**63),
        ("date", "2026-02-31"),
        ("date", "31.12.2026"),
        ("date", "1799-12-31"),
        ("date", "20260101"),
        ("choice", "huge"),
        ("choices", ["s", "huge"]),
        ("choices", {"s": 1}),
        ("yes_no", "perhaps"),
        ("file", "-1"),
        ("file", True),
    ],
)
def test_what_is_no_value_is_refused(kind, given):
    with pytest.raises(InvalidValue) as refused:
        clean_value(an_attribute(kind), given)
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("Ab  C", "ab c"),
        (True, "yes"),
        (Decimal("1E+2"), "100"),
        (date(2026, 3, 1), "2026-03-01"),
        (("s",), None),
        (7, None),
    ],
)
def test_equal_values_have_one_key(value, key):
    assert key_of(value) == key


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=6))
def test_numbers_are_written_and_read_back_exactly(number):
    cleaned = clean_value(an_attribute("number"), number)
    assert cleaned == number
    assert clean_value(an_attribute("number"), write_value(cleaned)) == number


@given(st.text())
def test_any_text_is_a_value_nothing_or_refused(text):
    for kind in AttributeKind:
        try:
            value = clean_value(an_attribute(kind.value), text)
        except InvalidValue:
            continue
        assert value is None or clean_value(an_attribute(kind.value), write_value(value)) == value
