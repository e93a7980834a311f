"""How many messages a text is when it goes by SMS."""

import pytest

from regulars.core.messages.sms import measure


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "messages", "left"),
    [
        ("", "gsm7", 0, 1, 160),
        ("a" * 160, "gsm7", 160, 1, 0),
        ("a" * 161, "gsm7", 161, 2, 145),  # 153 and 8
        ("a" * 306, "gsm7", 306, 2, 0),
        ("a" * 307, "gsm7", 307, 3, 152),
        ("€" * 80, "gsm7", 160, 1, 0),  # of the extension table: two places each
        ("€" * 81, "gsm7", 162, 2, 143),  # 76 in the first, where one place stays empty; 5 in the second
        ("a" * 152 + "€" + "a" * 10, "gsm7", 164, 2, 141),  # the sign is not cut in two
        ("é" * 160, "gsm7", 160, 1, 0),
        ("ạ" * 70, "ucs2", 70, 1, 0),
        ("ạ" * 71, "ucs2", 71, 2, 63),
        ("ạ" + "a" * 69, "ucs2", 70, 1, 0),  # one odd sign, and all of it is UCS-2
        ("您" * 134, "ucs2", 134, 2, 0),
        ("您" * 135, "ucs2", 135, 3, 66),
        ("😀" * 35, "ucs2", 70, 1, 0),
        ("😀" * 36, "ucs2", 72, 2, 61),  # 33 and 3: a pair is not cut in two
        ("`", "ucs2", 1, 1, 69),  # not in the alphabet, though it looks so
        ("{}[]\\~^|", "gsm7", 16, 1, 144),
        ("line\nline\r", "gsm7", 10, 1, 150),
    ],
)
def test_a_text_is_counted_as_it_is_paid(text, alphabet, places, messages, left):
    length = measure(text)
    assert (length.alphabet, length.places, length.messages, length.left) == (alphabet, places, messages, left)


def test_the_signs_that_make_it_dear_are_named():
    assert measure("Xin chào bạn, ạ").odd == "ạ"
    assert measure("plain").odd == ""
