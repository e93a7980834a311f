"""The back office in each language: longer and shorter words break no page, and nothing is cut off."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.test_every_page import PAGES, come_to_rest

pytestmark = pytest.mark.browser

NARROW, WIDE = 360, 1440
PICTURES = ("home", "members", "member", "earning", "rule", "sales", "receipts", "privacy", "stores", "my account")

# What runs off the page, and buttons or headings whose words do not fit into them.
CUT = """() => {
    const seen = (each) => each.offsetParent !== null && !each.closest(".hush");
    const cut = [...document.querySelectorAll("a.btn, button, h1, h2, summary, label, th")].filter((each) =>
        seen(each) && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline");
    return {
        wide: document.documentElement.scrollWidth,
        cut: cut.map((each) => each.outerHTML.slice(0, 120)),
        language: document.documentElement.lang,
    };
}"""


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("language", ["vi", "ms", "zh-hans"])
def test_every_page_fits_in_every_language(shop, open_page, keep, language, width):
    page = open_page(width=width)
    shop.sign_in(page)
    page.goto(f"{shop.url}/me/")
    page.locator(f"#content .tongues button[value={language}]").click()
    faults = []
    for name, path in PAGES.items():
        if width == WIDE and name not in PICTURES:
            continue
        page.goto(shop.url + path.format(**shop.known))
        come_to_rest(page)
        seen = page.evaluate(CUT)
        if name in PICTURES:
            keep(page, f"{name}-{language}-{width}")
        if seen["wide"] > width:
            faults.append(f"{name}: {seen['wide']} pixels wide")
        if seen["language"] != language:
            faults.append(f"{name}: in {seen['language']}")
        faults += [f"{name}: cut {each}" for each in seen["cut"]]
    assert not faults, "\n".join(faults)


def test_a_language_is_chosen_before_sign_in_and_kept_after(shop, open_page):
    page = open_page(locale="ms-MY")
    page.goto(f"{shop.url}/accounts/login/")
    assert page.locator("html").get_attribute("lang") == "ms"

    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")

    page.fill("[name=login]", "cashier@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("button.main")
    page.wait_for_url(f"{shop.url}/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
