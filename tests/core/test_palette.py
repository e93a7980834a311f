"""Whatever colour a merchant takes, everything that is written in it or on it can be read."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.palette import (
    DARK_SURFACES,
    LIGHT_SURFACES,
    NEEDED,
    AccentTooPale,
    InvalidColour,
    check_accent,
    clean_colour,
    contrast,
    dark_shades,
    light_shades,
    lowest_contrast,
)

SHEET = Path(__file__).parents[2] / "src/regulars/backoffice/static/backoffice/office.css"
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda parts: "#{:02x}{:02x}{:02x}".format(*parts))


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails
        ("#767676", "#ffffff", 4.54),  # and the one that just passes
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
        ("#ffff00", "#000000", 19.56),
    ],
)
def test_contrasts_are_those_of_wcag(one, other, known):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(known, abs=0.005)


@pytest.mark.parametrize(
    ("typed", "colour"),
    [("#0B6477", "#0b6477"), ("0b6477", "#0b6477"), (" #abc ", "#aabbcc"), ("ABC", "#aabbcc")],
)
def test_colours_are_written_one_way(typed, colour):
    assert clean_colour(typed) == colour


@pytest.mark.parametrize(
    "typed", ["", "#", "teal", "#12345", "#1234567", "#12345g", "rgb(0,0,0)", "#fff;}a{", "##aabbcc"]
)
def test_what_is_no_colour_is_refused(typed):
    with pytest.raises(InvalidColour):
        clean_colour(typed)


@pytest.mark.parametrize(
    ("colour", "reached"),
    [("#ffffff", "1.00"), ("#ffcc00", "1.34"), ("#e8743b", "2.66"), ("#767676", "4.02")],
)
def test_a_pale_accent_is_refused_with_what_it_reaches_and_a_darker_one(colour, reached):
    with pytest.raises(AccentTooPale) as refused:
        check_accent(colour)
    assert (str(refused.value.contrast), str(refused.value.needed)) == (reached, "4.5")
    assert check_accent(refused.value.suggested)


@pytest.mark.parametrize("colour", ["#000000", "#0b6477", "#0000ff", "#8a2be2", "#b3261e"])
def test_an_accent_that_can_be_read_is_taken_as_it_is(colour):
    assert check_accent(colour) == colour


@given(COLOURS)
def test_the_suggested_shade_passes_and_is_no_darker_than_it_must_be(colour):
    try:
        check_accent(colour)
    except AccentTooPale as pale:
        assert NEEDED <= lowest_contrast(pale.suggested) < NEEDED + 0.5


@given(COLOURS)
def test_everything_written_in_shades_of_an_accent_can_be_read(colour):
    try:
        accent = check_accent(colour)
    except AccentTooPale as pale:
        accent = pale.suggested
    for shades, surfaces in ((light_shades(accent), LIGHT_SURFACES), (dark_shades(accent), DARK_SURFACES)):
        on_pages = product((shades.accent, shades.strong), (*surfaces, shades.soft))
        on_buttons = product((shades.on,), (shades.accent, shades.strong))
        for text, behind in (*on_pages, *on_buttons):
            assert contrast(text, behind) >= NEEDED, (accent, shades, text, behind)


def test_the_surfaces_are_those_of_the_design_sheet():
    light, dark = re.findall(r"--paper: (#\w+); --card: (#\w+); --sunk: (#\w+);", SHEET.read_text())[:2]
    assert set(light) == set(LIGHT_SURFACES)
    assert set(dark) == set(DARK_SURFACES)
