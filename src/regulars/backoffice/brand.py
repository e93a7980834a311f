"""The merchant's looks on every page: its days, its colour, its logo."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import words
from regulars.brand.dates import days_written
from regulars.brand.looks import Looks
from regulars.brand.sheet import mark_of
from regulars.core.palette import AccentTooPale, Shades, check_accent, clean_colour, dark_shades, light_shades
from regulars.core.refusals import Refusal

OWN = "#0b6477"
"""Regulars' own colour."""


class InItsLooks:
    """Write the days of a page as its merchant does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with days_written(office_of(request).looks.date_style):
            return self.get_response(request)


class Dress(NamedTuple):
    """Where a page finds the colour's sheet and the logo with its size; "" where the merchant has none of its own."""

    sheet: str
    logo: str
    width: str = ""
    height: str = ""


def dress_of(looks: Looks) -> Dress:
    sheet = reverse("brand_sheet", args=[mark_of(looks.accent)]) if looks.accent else ""
    if looks.logo is None:
        return Dress(sheet, "")
    address = reverse("brand_logo", args=[looks.logo.place])
    return Dress(sheet, address, str(looks.logo.width), str(looks.logo.height))  # for attributes: no separators


class ShownShades(NamedTuple):
    """A colour on light and dark pages; or what is wrong with it, and a shade that could be taken instead."""

    light: Shades | None
    dark: Shades | None
    fault: str = ""
    suggested: str = ""


def show_shades(typed: str) -> ShownShades:
    """Show what a typed colour would look like. Of one that is too pale the shade that could be taken is shown."""
    try:
        colour = check_accent(clean_colour(typed or OWN))
    except AccentTooPale as pale:
        return ShownShades(
            light_shades(pale.suggested), dark_shades(pale.suggested), words(pale), suggested=pale.suggested
        )
    except Refusal as refusal:
        return ShownShades(None, None, words(refusal))
    return ShownShades(light_shades(colour), dark_shades(colour))
