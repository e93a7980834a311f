"""Attributes that shops of a trade usually ask for: a set to begin with, every word of which may be changed after."""

from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.core.actor import Actor
from regulars.core.attributes import Choice, Definition
from regulars.members.attributes import load_definitions
from regulars.members.define import AttributeWish, save_attributes


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute of a set; choices are pairs of a code and its words."""

    code: str
    label: Promise
    kind: str
    help: Promise | str = ""
    choices: tuple[tuple[str, Promise], ...] = ()
    is_unique: bool = False
    at_signup: bool = False
    is_regulated: bool = False


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: Promise
    wanted: tuple[Wanted, ...]


PRESETS = (
    Preset(
        code="cafe",
        name=_("Café"),
        wanted=(
            Wanted(
                code="usual_drink",
                label=_("Usual drink"),
                kind="choice",
                choices=(
                    ("espresso", _("Espresso")),
                    ("filter", _("Filter coffee")),
                    ("latte", _("Latte or cappuccino")),
                    ("tea", _("Tea")),
                    ("chocolate", _("Chocolate")),
                ),
            ),
            Wanted(
                code="milk",
                label=_("Milk"),
                kind="choice",
                choices=(("dairy", _("Dairy")), ("oat", _("Oat")), ("soy", _("Soy")), ("none", _("None"))),
            ),
            Wanted(code="allergies", label=_("Allergies"), kind="text", is_regulated=True),
            Wanted(code="own_cup", label=_("Brings their own cup"), kind="yes_no"),
        ),
    ),
    Preset(
        code="retail",
        name=_("Retail"),
        wanted=(
            Wanted(
                code="interests",
                label=_("Interests"),
                kind="choices",
                at_signup=True,
                choices=(
                    ("women", _("Women's wear")),
                    ("men", _("Men's wear")),
                    ("children", _("Children")),
                    ("home", _("Home")),
                    ("sports", _("Sports")),
                ),
            ),
            Wanted(
                code="clothes_size",
                label=_("Clothes size"),
                kind="choice",
                choices=(("xs", _("XS")), ("s", _("S")), ("m", _("M")), ("l", _("L")), ("xl", _("XL"))),
            ),
            Wanted(code="shoe_size", label=_("Shoe size"), kind="number"),
            Wanted(code="wedding_day", label=_("Wedding anniversary"), kind="date"),
            Wanted(code="tax_number", label=_("Tax number for invoices"), kind="text"),
        ),
    ),
    Preset(
        code="dispensary",
        name=_("Dispensary"),
        wanted=(
            Wanted(
                code="is_patient",
                label=_("Medical patient"),
                kind="yes_no",
                is_regulated=True,
                at_signup=True,
                help=_("Whether this person buys for a medical need."),
            ),
            Wanted(code="medical_details", label=_("Medical details"), kind="text", is_regulated=True),
            Wanted(
                code="patient_number", label=_("Patient card number"), kind="text", is_regulated=True, is_unique=True
            ),
            Wanted(code="patient_card_ends", label=_("Patient card valid until"), kind="date", is_regulated=True),
            Wanted(
                code="driving_licence",
                label=_("Driver's licence number"),
                kind="text",
                is_regulated=True,
                is_unique=True,
                at_signup=True,
            ),
            Wanted(
                code="driving_licence_ends", label=_("Driver's licence valid until"), kind="date", is_regulated=True
            ),
        ),
    ),
    Preset(
        code="salon",
        name=_("Salon"),
        wanted=(
            Wanted(
                code="hair",
                label=_("Hair"),
                kind="choice",
                choices=(("straight", _("Straight")), ("wavy", _("Wavy")), ("curly", _("Curly"))),
            ),
            Wanted(code="colour_formula", label=_("Colour formula"), kind="text"),
            Wanted(code="skin_and_allergies", label=_("Skin and allergies"), kind="text", is_regulated=True),
            Wanted(code="photo", label=_("Photo"), kind="file"),
            Wanted(
                code="services",
                label=_("Usual services"),
                kind="choices",
                at_signup=True,
                choices=(
                    ("cut", _("Cut")),
                    ("colour", _("Colour")),
                    ("nails", _("Nails")),
                    ("face", _("Face")),
                    ("massage", _("Massage")),
                ),
            ),
        ),
    ),
)


def find_preset(code: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.code == code), None)


def add_preset(preset: Preset, *, at: datetime, by: Actor) -> list[Definition]:
    """Make what the shop does not have yet of a set, in the language of whoever asks; what was made.

    Refuses: TooManyAttributes.
    """
    there = {each.code for each in load_definitions().every}
    return save_attributes([_wish(each) for each in preset.wanted if each.code not in there], at=at, by=by)


def _wish(wanted: Wanted) -> AttributeWish:
    return AttributeWish(
        code=wanted.code,
        label=str(wanted.label),
        kind=wanted.kind,
        help=str(wanted.help),
        choices=tuple(Choice(code, str(label)) for code, label in wanted.choices),
        is_unique=wanted.is_unique,
        at_signup=wanted.at_signup,
        is_regulated=wanted.is_regulated,
    )
