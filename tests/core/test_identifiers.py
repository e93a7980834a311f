"""Each identifier has one spelling, or a refusal."""

import pytest

from regulars.core.identifiers import clean_card, clean_external_id, e164, fold_email, fold_name
from regulars.core.refusals import Refusal


@pytest.mark.parametrize("text", ["(212) 555-0123", "212-555-0123", "+1 212 555 0123", "2125550123"])
def test_a_phone_is_kept_in_e164(text):
    assert e164(text, country="US") == "+12125550123"


@pytest.mark.parametrize(
    ("clean", "text", "spelling"),
    [
        (fold_email, " Ann@Example.COM ", "ann@example.com"),
        (clean_card, "9000 0000 17", "9000000017"),
        (clean_card, "ab-12", "AB-12"),
        (clean_external_id, " H-17 ", "H-17"),
        (fold_name, "Ána  SMITH", "ana smith"),
    ],
)
def test_one_spelling(clean, text, spelling):
    assert clean(text) == spelling


@pytest.mark.parametrize(
    ("clean", "text"),
    [
        (fold_email, "ann"),
        (fold_email, "ann@"),
        (fold_email, "a b@example.com"),
        (fold_email, "ann@example.com\x00"),
        (clean_card, ""),
        (clean_card, "9" * 65),
        (clean_card, "9000/17"),
        (clean_external_id, "   "),
        (clean_external_id, "a\x00b"),
    ],
)
def test_what_is_none_is_refused(clean, text):
    with pytest.raises(Refusal):
        clean(text)


@pytest.mark.parametrize("text", ["", "abc", "12", "+999999999999999999", "212 555 01234567"])
def test_what_cannot_be_called_is_refused(text):
    with pytest.raises(Refusal, match="invalid_phone"):
        e164(text, country="US")
