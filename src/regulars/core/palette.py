"""A merchant's colour, and the shades that pages need of it: whatever it is, people can read what is written in it.

The contrast of two colours is that of WCAG 2.2 (relative luminance; success criterion 1.4.3 asks 4.5 for text). A
colour is "#rrggbb" in small letters.
"""

import colorsys
import re
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from regulars.core.refusals import Refusal

NEEDED = 4.5
CLEAR = 6.0
"""On dark pages a colour is lightened until it is clear, not only until it can be read."""

WHITE, BLACK = "#ffffff", "#000000"
LIGHT_SURFACES = (WHITE, "#faf9f7", "#f3f1ed")
DARK_SURFACES = ("#151413", "#1d1c1a", "#262421")
"""What pages are made of: office.css has the same as --card, --paper and --sunk."""

_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")
_LONG = re.compile(r"#?([0-9a-f]{6})")
_STEPS = 50


class InvalidColour(Refusal):
    """A colour is written as #rrggbb."""

    code = "invalid_colour"


class AccentTooPale(Refusal):
    """White text on the colour, or text in it on the pages, could not be read: `contrast` to 1, rounded down, where
    `needed` is needed. `suggested` is the nearest darker shade that can be read.
    """

    code = "accent_too_pale"

    def __init__(self, *, contrast: Decimal, needed: Decimal, suggested: str) -> None:
        self.contrast = contrast
        self.needed = needed
        self.suggested = suggested


class Shades(NamedTuple):
    """`accent` for links, buttons and marks; `strong` for what is pointed at and for text on `soft`; `soft` behind what
    is chosen; `on` for text on `accent` and `strong`.
    """

    accent: str
    strong: str
    soft: str
    on: str


def clean_colour(text: str) -> str:
    """Return "#rrggbb"; three digits stand for six. Refuses InvalidColour."""
    asked = text.strip().lower()
    if short := _SHORT.fullmatch(asked):
        return "#" + "".join(digit * 2 for digit in short.groups())
    if long := _LONG.fullmatch(asked):
        return f"#{long[1]}"
    raise InvalidColour()


def check_accent(colour: str) -> str:
    """Return the colour if people can read with it on light pages. Refuses AccentTooPale."""
    if (reached := lowest_contrast(colour)) < NEEDED:
        said = Decimal(reached).quantize(Decimal("0.01"), ROUND_DOWN)
        raise AccentTooPale(contrast=said, needed=Decimal(str(NEEDED)), suggested=_darken_until_readable(colour))
    return colour


def lowest_contrast(colour: str) -> float:
    """The lowest contrast that the colour has with the light pages' surfaces, and with white text on it."""
    return min(contrast(colour, surface) for surface in LIGHT_SURFACES)


def light_shades(accent: str) -> Shades:
    """Return the shades for light pages, of a colour that `check_accent` has let through."""
    soft = next(
        pale
        for pale in (mix(accent, WHITE, part) for part in range(44, _STEPS + 1))
        if contrast(accent, pale) >= NEEDED
    )
    return Shades(accent, mix(accent, BLACK, 14), soft, WHITE)


def dark_shades(accent: str) -> Shades:
    """Return the shades for dark pages: as much lighter as it takes."""
    light = next(
        shade
        for shade in (_lighten(accent, part) for part in range(_STEPS + 1))
        if all(contrast(shade, surface) >= CLEAR for surface in DARK_SURFACES)
    )
    return Shades(light, mix(light, WHITE, 18), mix(light, DARK_SURFACES[1], 41), mix(accent, BLACK, 40))


def contrast(one: str, other: str) -> float:
    """Return how far two colours stand apart: 1 if they are the same, 21 for black and white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, part: int) -> str:
    """Return the colour with so many fiftieths of another in it."""
    parts = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{(mine * (_STEPS - part) + theirs * part) // _STEPS:02x}" for mine, theirs in parts)


def _lighten(colour: str, part: int) -> str:
    """Go so many fiftieths of the way to white, keeping most of the colour's strength: mixing would turn it grey."""
    hue, light, strength = colorsys.rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    channels = colorsys.hls_to_rgb(hue, light + (1 - light) * part / _STEPS, strength * 0.85)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _darken_until_readable(colour: str) -> str:
    return next(
        shade for shade in (mix(colour, BLACK, part) for part in range(_STEPS + 1)) if lowest_contrast(shade) >= NEEDED
    )


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
