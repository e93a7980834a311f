"""How many messages a text is when it goes by SMS, which is what the shop pays.

A text whose every sign is in the GSM 7-bit alphabet fits 160 in one message, or 153 in each of several; any other is
sent as UCS-2: 70, or 67 in each. Signs of the extension table take two places, and so do signs beyond U+FFFF; neither
is cut in two. Source: 3GPP TS 23.038 (alphabets, section 6.2.1) and TS 23.040 (concatenation, section 9.2.3.24).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

PLAIN = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"

_WIDTHS = dict.fromkeys(PLAIN, 1) | dict.fromkeys(EXTENDED, 2)

ROOM: dict[str, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}
"""Places in a message that is alone, and in each of several."""


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """`places` a text takes, and how many messages that is; `left` is free in the last. `odd` are the signs that are
    not in the GSM alphabet, the first few of them.
    """

    alphabet: Literal["gsm7", "ucs2"]
    places: int
    messages: int
    left: int
    odd: str = ""


def measure(text: str) -> Length:
    """Count a text as an SMS."""
    odd = dict.fromkeys(sign for sign in text if sign not in _WIDTHS)
    alphabet: Literal["gsm7", "ucs2"] = "ucs2" if odd else "gsm7"
    widths = [2 if sign > "\uffff" else 1 for sign in text] if odd else [_WIDTHS[sign] for sign in text]
    alone, each = ROOM[alphabet]
    places = sum(widths)
    messages, filled = (1, places) if places <= alone else _spread(widths, each)
    room = alone if messages == 1 else each
    return Length(alphabet=alphabet, places=places, messages=messages, left=room - filled, odd="".join(list(odd)[:10]))


def _spread(widths: Sequence[int], room: int) -> tuple[int, int]:
    messages, filled = 1, 0
    for width in widths:
        if filled + width > room:
            messages, filled = messages + 1, 0
        filled += width
    return messages, filled
