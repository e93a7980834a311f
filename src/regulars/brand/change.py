"""An owner gives the shop its looks; each change counts at once, and the trail says what was before."""

from datetime import datetime
from io import BytesIO
from typing import IO, Any

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from regulars.audit.record import record_event
from regulars.brand.dates import DateStyle
from regulars.brand.models import Looks
from regulars.core.actor import Actor
from regulars.core.palette import check_accent, clean_colour
from regulars.core.refusals import Refusal
from regulars.core.store_words import StoreWord
from regulars.files.keep import keep_file, open_file, remove_files
from regulars.files.models import KeptFile, Purpose

MOST_PIXELS = 2_000
"""Across and down. A small file can unfold into a picture that no browser holds."""


class InvalidLooks(Refusal):
    """`field` says what is not one of its choices: date_style or store_word."""

    code = "invalid_looks"

    def __init__(self, *, field: str) -> None:
        self.field = field


class LogoTooLarge(Refusal):
    """The picture is larger than `most_pixels` across or down."""

    code = "logo_too_large"

    def __init__(self, *, most_pixels: int) -> None:
        self.most_pixels = most_pixels


class LogoUnreadable(Refusal):
    """It begins like a picture, and is none."""

    code = "logo_unreadable"


@transaction.atomic
def change_looks(*, accent: str, date_style: str, store_word: str, at: datetime, by: Actor) -> Looks:
    """Set the colour ("" is Regulars' own), how days are written, and the word for a store.

    Refuses: InvalidColour, AccentTooPale, InvalidLooks.
    """
    wanted = {
        "accent": check_accent(clean_colour(accent)) if accent.strip() else "",
        "date_style": _choice(DateStyle, date_style, field="date_style"),
        "store_word": _choice(StoreWord, store_word, field="store_word"),
    }
    looks = _lock_looks()
    changed = {name: [getattr(looks, name), value] for name, value in wanted.items() if getattr(looks, name) != value}
    if changed:
        _write(looks, wanted, facts=changed, at=at, by=by)
    return looks


@transaction.atomic
def set_logo(content: IO[bytes], *, name: str, at: datetime, by: Actor) -> Looks:
    """Take a picture (PNG, JPEG, WebP) as the logo, in place of the one before.

    A drawing (SVG) can run scripts and is refused like any other file. Refuses: EmptyFile, FileTooLarge, WrongFileType,
    LogoTooLarge, LogoUnreadable.
    """
    logo = keep_file(content, name=name, purpose=Purpose.LOGO, at=at, by=by)
    return _put_logo(logo, _size_of(logo), at=at, by=by)


@transaction.atomic
def remove_logo(*, at: datetime, by: Actor) -> Looks:
    """Go back to Regulars' own mark."""
    return _put_logo(None, (None, None), at=at, by=by)


def _put_logo(logo: KeptFile | None, size: tuple[int, int] | tuple[None, None], *, at: datetime, by: Actor) -> Looks:
    looks = _lock_looks()
    before = looks.logo
    if logo is not None or before is not None:
        facts = {"logo": [before and before.mark[:12], logo and logo.mark[:12]]}
        wanted = {"logo": logo, "logo_width": size[0], "logo_height": size[1]}
        _write(looks, wanted, facts=facts, at=at, by=by)
    if before is not None:
        remove_files([before])
    return looks


def _lock_looks() -> Looks:
    Looks.objects.bulk_create([Looks()], ignore_conflicts=True)
    return Looks.objects.select_for_update(no_key=True).get()


def _write(looks: Looks, wanted: dict[str, Any], *, facts: dict[str, Any], at: datetime, by: Actor) -> None:
    looks.number += 1
    for name, value in wanted.items():
        setattr(looks, name, value)
    looks.save(update_fields=["number", *wanted])
    about = {"number": looks.number} | facts
    record_event(action="looks.changed", about="looks", about_id=looks.pk, facts=about, at=at, by=by)


def _size_of(logo: KeptFile) -> tuple[int, int]:
    """Return the picture's width and height, in pixels. It is read whole, once, as browsers will; what says that it is
    huge is not unfolded.
    """
    with open_file(logo) as content:
        try:
            with Image.open(BytesIO(content.read()), formats=("PNG", "JPEG", "WEBP")) as picture:
                if max(picture.size) > MOST_PIXELS:
                    raise LogoTooLarge(most_pixels=MOST_PIXELS)
                picture.load()
                return picture.size
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            raise LogoUnreadable() from None


def _choice(choices: type[DateStyle] | type[StoreWord], asked: str, *, field: str) -> str:
    if asked not in set(choices):
        raise InvalidLooks(field=field)
    return asked
