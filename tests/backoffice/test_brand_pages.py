"""A shop in its own colours: every page has them, also the one where people sign in; others' stay out."""

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from regulars.brand.change import change_looks
from regulars.brand.looks import load_looks
from regulars.core.actor import SYSTEM
from regulars.programs.models import Program
from tests.shop import NOON, a_member, a_sale, sell

pytestmark = pytest.mark.django_db

VIOLET = {"accent": "#8a2be2", "date_style": "words", "store_word": "store"}


def page_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def stranger() -> Client:
    return Client(headers={"host": "localhost"})


def a_picture(name: str = "logo.png") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (90, 30), "#8a2be2").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/png")


def linked(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, pattern
    return found[0]


def test_a_colour_is_on_every_page_and_where_people_sign_in(owner):
    assert "/brand/" not in page_of(owner, "/members/")
    assert owner.post("/shop/looks/", VIOLET).headers["Location"] == "/shop/"

    sheet = linked(page_of(owner, "/members/"), r"/brand/[0-9a-f]{16}\.css")
    assert sheet in page_of(stranger(), "/accounts/login/")
    answer = stranger().get(sheet)
    assert "--accent: #8a2be2;" in answer.content.decode()
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
    )


def test_another_colour_has_another_address_and_the_old_one_is_kept_by_nobody(owner):
    owner.post("/shop/looks/", VIOLET)
    first = linked(page_of(owner, "/"), r"/brand/\w+\.css")
    owner.post("/shop/looks/", VIOLET | {"accent": "#0000ff"})
    assert linked(page_of(owner, "/"), r"/brand/\w+\.css") != first
    late = stranger().get(first)
    assert "#0000ff" in late.content.decode()
    assert late.headers["Cache-Control"] == "no-store"

    owner.post("/shop/looks/", VIOLET | {"accent": ""})
    assert "/brand/" not in page_of(owner, "/")


def test_a_pale_colour_is_refused_with_its_contrast_and_a_shade_that_passes(owner):
    page = owner.post("/shop/looks/", VIOLET | {"accent": "#ffcc00", "store_word": "branch"}).content.decode()
    assert "reaches 1.34 : 1" in page
    suggested = linked(page, r'data-to="#[0-9a-f]{6}"')[9:16]
    assert f"Take {suggested}" in page
    assert 'value="#ffcc00"' in page
    assert load_looks().store_word == "store"
    owner.post("/shop/looks/", VIOLET | {"accent": suggested})
    assert load_looks().accent == suggested


def test_a_colour_is_seen_while_it_is_typed(owner):
    seen = owner.post("/shop/looks/preview/", {"accent": "#8A2BE2"}).content.decode()
    assert 'fill="#8a2be2"' in seen
    assert "too pale" not in seen
    assert "#rrggbb" in owner.post("/shop/looks/preview/", {"accent": "viol"}).content.decode()
    assert load_looks().accent == ""


def test_a_logo_is_beside_the_menu_where_people_sign_in_and_goes_again(owner):
    assert owner.post("/shop/logo/", {"logo": a_picture()}).status_code == 302
    address = linked(page_of(owner, "/"), r"/brand/logo/[0-9a-f]{32}/")
    assert address in page_of(stranger(), "/accounts/login/")
    answer = stranger().get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == a_picture().read()

    owner.post("/shop/logo/", {"logo": a_picture()})
    assert stranger().get(address).status_code == 404
    owner.post("/shop/logo/remove/")
    assert "/brand/logo/" not in page_of(owner, "/")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not taken here"),
        ("logo.png", b"<svg onload='alert(1)'/>", "not taken here"),
        ("logo.png", b"", "empty"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "damaged"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused_in_words(owner, name, content, said):
    page = owner.post("/shop/logo/", {"logo": SimpleUploadedFile(name, content, "image/png")}).content.decode()
    assert said in page
    assert load_looks().logo is None


@pytest.mark.parametrize(
    ("style", "born"), [("words", "5 Mar 1980"), ("day_first", "05/03/1980"), ("month_first", "03/05/1980")]
)
def test_every_page_writes_days_as_the_shop_does(owner, style, born):
    ann = a_member(first_name="Ann", birth_on=date(1980, 3, 5))
    owner.post("/shop/looks/", VIOLET | {"date_style": style})
    assert born in page_of(owner, f"/members/{ann}/")


def test_what_a_member_is_told_has_days_and_moments_as_pages_have(owner):
    ann = a_member(first_name="Ann", birth_on=date(1980, 3, 5))
    owner.post("/shop/looks/", VIOLET | {"date_style": "month_first"})
    page = page_of(owner, f"/members/{ann}/export/")
    assert "03/05/1980" in page
    assert not re.search(r">\s*\d{4}-\d\d-\d\d", page)
    assert '"born_on":"1980-03-05"' in page_of(owner, f"/members/{ann}/export/?format=json").replace(": ", ":")


def test_pages_say_the_shop_s_word_for_a_store(owner):
    assert "Add a store" in page_of(owner, "/stores/")
    owner.post("/shop/looks/", VIOLET | {"store_word": "outlet"})
    page = page_of(owner, "/stores/")
    assert "Add an outlet" in page
    assert "Add a store" not in page
    assert "“branch”, “branches”" in page_of(owner, "/shop/")


def test_the_currency_changes_until_something_is_booked(owner):
    typed = {"name": "Corner Shop", "time_zone": "America/New_York", "currency": "SGD"}
    assert "keep their digits" in owner.post("/shop/", typed).content.decode()
    owner.post("/shop/", {**typed, "sure": "1"})
    assert Program.objects.get().currency == "SGD"

    sell(a_sale())
    assert "amounts were booked in it" in page_of(owner, "/shop/")
    owner.post("/shop/", {**typed, "currency": "EUR", "name": "Corner", "sure": "1"})
    assert (Program.objects.get().currency, Program.objects.get().name) == ("SGD", "Corner")


def test_the_trail_tells_what_the_looks_were_before(owner):
    change_looks(accent="#0000ff", date_style="words", store_word="store", at=NOON, by=SYSTEM)
    owner.post("/shop/looks/", VIOLET)
    page = page_of(owner, "/activity/")
    assert "changed how the shop looks" in page
    assert "#0000ff → #8a2be2" in page


def test_a_cashier_changes_none_of_it(cashier):
    for path in ("/shop/looks/", "/shop/logo/", "/shop/logo/remove/", "/shop/looks/preview/"):
        assert cashier.post(path, VIOLET).status_code == 403
    assert load_looks().number == 0
