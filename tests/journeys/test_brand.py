"""An owner makes the back office the shop's own: colour, dates, the word for a store, the logo."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.journeys.cafe import open_cafe
from tests.journeys.conftest import open_shop
from tests.journeys.test_every_page import AXE, LAYOUT, STILL, serious

pytestmark = pytest.mark.browser

PAGES = {"shop": "/shop/", "home": "/", "member": "/members/{member}/", "stores": "/stores/"}


@pytest.fixture(scope="module")
def shop(chromium, django_db_setup, django_db_blocker):
    """A café of this journey's own: it looks like no other."""
    with django_db_blocker.unblock(), open_shop("Corner Café", open_cafe) as opened:
        yield opened


@pytest.fixture
def logo(tmp_path) -> Path:
    drawn = Image.new("RGBA", (240, 80), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    pen.rounded_rectangle((0, 0, 239, 79), 20, fill="#7a3b12")
    pen.ellipse((24, 14, 76, 66), fill="#ffffff")
    pen.rectangle((100, 30, 216, 50), fill="#ffffff")
    drawn.save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


def test_an_owner_makes_it_look_like_the_shop(shop, page, open_page, keep, logo):
    shop.sign_in(page)
    page.goto(f"{shop.url}/shop/")
    take_a_colour(page, keep)
    say_branch(page)
    take_the_logo(page, logo)
    held_on_every_page(shop, open_page, keep)
    printed(shop, page, keep)


def take_a_colour(page, keep) -> None:
    page.get_by_label("Colour", exact=True).fill("#e8743b")
    expect(page.locator("#shades")).to_contain_text("reaches 2.66 : 1")
    expect(page.get_by_label("Pick a colour")).to_have_value("#e8743b")
    keep(page, "shop-too-pale")
    page.locator("#shades").get_by_role("button").click()
    expect(page.locator("#shades .note")).to_have_count(0)
    page.locator("#looks").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Every page looks so")
    accent = page.get_by_label("Colour", exact=True).input_value()
    painted = "rgb({}, {}, {})".format(*(int(accent[place : place + 2], 16) for place in (1, 3, 5)))
    expect(page.locator("#looks .btn.main")).to_have_css("background-color", painted)


def say_branch(page) -> None:
    page.get_by_label("Your word for a store").select_option("branch")
    page.locator("#looks").get_by_label("/").first.check()
    page.locator("#looks").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Branches")).to_be_visible()


def take_the_logo(page, logo: Path) -> None:
    page.get_by_label("Picture").set_input_files(logo)
    page.locator("#logo").get_by_role("button", name="Save").click()
    expect(page.locator(".side .logo")).to_be_visible()
    expect(page.locator(".side .logo")).to_have_js_property("naturalWidth", 240)


def held_on_every_page(shop, open_page, keep) -> None:
    faults = []
    for width, theme in ((360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")):
        page = open_page(width=width, theme=theme)
        page.add_init_script(path=AXE)
        page.goto(f"{shop.url}/accounts/login/")
        keep(page, f"brand-sign-in-{width}-{theme}")
        faults += [f"sign-in: {fault}" for fault in serious(page)]
        shop.sign_in(page)
        for name, path in PAGES.items():
            page.goto(shop.url + path.format(**shop.known))
            seen = page.evaluate(LAYOUT)
            keep(page, f"brand-{name}-{width}-{theme}")
            if seen["wide"] > width or seen["shift"] > STILL:
                faults.append(f"{name} at {width}: {seen}")
            faults += [f"{name} at {width}, {theme}: {fault}" for fault in serious(page)]
        page.goto(f"{shop.url}/stores/new/")
        expect(page.locator("h1")).to_contain_text("branch")
    assert not faults, "\n".join(faults)


def printed(shop, page, keep) -> None:
    """On paper stands whose sheet it is; on the screen the menu says so."""
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    assert not page.locator(".letterhead").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".letterhead .logo").is_visible()
    assert not page.locator(".side").is_visible()
    keep(page, "brand-printed")
