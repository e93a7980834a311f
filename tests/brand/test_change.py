"""A shop's looks: what is taken counts at once and is written down; what is refused changes nothing."""

import io

import pytest
from PIL import Image

from regulars.audit.models import Event
from regulars.brand.change import (
    MOST_PIXELS,
    InvalidLooks,
    LogoTooLarge,
    LogoUnreadable,
    change_looks,
    remove_logo,
    set_logo,
)
from regulars.brand.dates import DateStyle
from regulars.brand.looks import UNTOUCHED, load_looks, read_logo
from regulars.core.actor import SYSTEM
from regulars.core.palette import AccentTooPale, InvalidColour
from regulars.core.store_words import StoreWord
from regulars.files.keep import FileTooLarge, WrongFileType, path_of
from regulars.files.models import KeptFile
from tests.shop import NOON

pytestmark = pytest.mark.django_db

PLAIN = {"accent": "", "date_style": "words", "store_word": "store"}


def look(**given: str) -> None:
    change_looks(**(PLAIN | given), at=NOON, by=SYSTEM)


def picture(width: int = 40, height: int = 20, kind: str = "PNG") -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "#8a2be2").save(drawn, kind)
    drawn.seek(0)
    return drawn


def give_logo(content: io.BytesIO) -> None:
    set_logo(content, name="logo.png", at=NOON, by=SYSTEM)


def told() -> list[dict]:
    return [event.facts for event in Event.objects.filter(action="looks.changed").order_by("id")]


def test_a_shop_that_changed_nothing_looks_as_regulars_does(django_assert_num_queries):
    load_looks()  # the first query of all sets the merchant's schema
    with django_assert_num_queries(1):
        assert load_looks() == UNTOUCHED
    assert (UNTOUCHED.accent, UNTOUCHED.date_style, UNTOUCHED.store_word) == ("", DateStyle.WORDS, StoreWord.STORE)


def test_what_is_changed_is_read_back_and_written_down():
    look(accent="#8A2BE2", date_style="iso", store_word="branch")
    looks = load_looks()
    assert (looks.number, looks.accent) == (1, "#8a2be2")
    assert (looks.date_style, looks.store_word) == (DateStyle.ISO, StoreWord.BRANCH)
    look(accent="#8a2be2", store_word="branch")
    assert told() == [
        {"number": 1, "accent": ["", "#8a2be2"], "date_style": ["words", "iso"], "store_word": ["store", "branch"]},
        {"number": 2, "date_style": ["iso", "words"]},
    ]


def test_the_same_again_is_no_change():
    look(store_word="outlet")
    look(store_word="outlet")
    assert load_looks().number == len(told()) == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"accent": "#ffcc00"}, AccentTooPale),
        ({"accent": "gold"}, InvalidColour),
        ({"date_style": "roman"}, InvalidLooks),
        ({"store_word": "kiosk"}, InvalidLooks),
    ],
)
def test_what_is_refused_changes_nothing(given, refusal):
    look(accent="#0000ff", store_word="clinic")
    before = load_looks()
    with pytest.raises(refusal):
        look(**given)
    assert load_looks() == before
    assert len(told()) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_the_logo(kind):
    give_logo(picture(kind=kind))
    logo = load_looks().logo
    assert logo is not None
    assert (logo.width, logo.height) == (40, 20)
    assert read_logo(load_looks()) == picture(kind=kind).read()


def test_a_new_logo_takes_the_place_of_the_old_and_its_address_changes():
    give_logo(picture())
    first = load_looks().logo
    give_logo(picture(width=50))
    second = load_looks().logo
    assert first and second and first.place != second.place
    assert list(KeptFile.objects.values_list("place", flat=True)) == [second.place]

    path_of(second.place).unlink()
    assert read_logo(load_looks()) == b""  # its bytes are gone: what is printed goes without
    remove_logo(at=NOON, by=SYSTEM)
    remove_logo(at=NOON, by=SYSTEM)
    assert (load_looks().logo, KeptFile.objects.count()) == (None, 0)
    assert [facts["number"] for facts in told()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), WrongFileType),
        (io.BytesIO(b"<?xml version='1.0'?><svg/>"), WrongFileType),
        (io.BytesIO(b"%PDF-1.7\n"), WrongFileType),
        (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(100)), LogoUnreadable),
        (io.BytesIO(picture().read()[:60]), LogoUnreadable),
        (picture(width=MOST_PIXELS + 1, height=1), LogoTooLarge),
        (io.BytesIO(picture().read() + bytes(2**20)), FileTooLarge),
    ],
)
def test_what_is_no_fit_picture_is_refused_and_the_old_logo_stays(content, refusal):
    give_logo(picture())
    before = load_looks()
    with pytest.raises(refusal):
        give_logo(content)
    assert load_looks() == before
    assert KeptFile.objects.count() == 1
