"""A manager finds one person with two records, compares them, merges them, and takes it back."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import NamedTuple

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from regulars.care.duplicates import look_for_duplicates
from tests.journeys.test_every_page import AXE, serious
from tests.shop import a_member, a_sale, sell

pytestmark = pytest.mark.browser
MAY = date(1990, 5, 1)
NUMBERS = count(1)


class Two(NamedTuple):
    keeper: int
    source: int
    name: str
    phone: str


@pytest.fixture
def two(shop) -> Two:
    """Nora joined twice: with her e-mail, and with her phone. Each test has a Nora of its own."""
    connection.set_tenant(shop.merchant)
    now: datetime = timezone.now()
    number = next(NUMBERS)
    named = {"first_name": "Nora", "last_name": f"Quist{number}", "birth_on": MAY, "cards": (), "at": now}
    phone = f"+121255501{70 + number}"
    keeper = a_member(email=f"nora.quist{number}@example.com", **named)
    source = a_member(phone=phone, **named)
    for member, minor in ((keeper, 4_200), (source, 9_800)):
        sell(a_sale(minor, member=member, receipt=f"NQ-{member}", at=now - timedelta(minutes=5)), at=now)
    while look_for_duplicates(at=timezone.now()):
        pass
    return Two(keeper, source, f"Nora Quist{number}", phone)


def test_one_person_with_two_records_is_made_one_and_two_again(shop, two, page, keep):
    keeper = two.keeper
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/duplicates/")
    row = page.locator("section", has_text=two.name)
    expect(row).to_contain_text("same name and birth date")
    keep(page, "duplicates")
    row.get_by_role("link", name=f"Compare {two.name}").click()
    expect(page.get_by_role("heading", name="Merge two records of one person")).to_be_visible()
    keep(page, "merge")
    page.get_by_label("Reason, for the team").fill("Both were hers, she says")
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url(f"{shop.url}/members/{keeper}/")
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("Merged. It can be undone for 90 days.")
    keep(page, "merged-member")
    toast.get_by_role("link", name="See the merge").click()
    keep(page, "merge-undo")
    page.get_by_label("Reason, for the team").fill("Two people after all")
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("Nothing: each has what was theirs.")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_both_records_are_compared_on_a_phone_and_in_the_dark(shop, two, open_page, keep, width, theme):
    keeper, source = two.keeper, two.source
    page = open_page(width=width, theme=theme)
    page.add_init_script(path=AXE)
    shop.sign_in(page, "manager")
    for path, name in ((f"/members/{keeper}/merge/{source}/", "merge"), ("/duplicates/", "duplicates")):
        page.goto(shop.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert serious(page) == []
        keep(page, f"{name}-{width}-{theme}")


def test_the_other_record_is_found_from_the_members_page(shop, two, page, keep):
    keeper = two.keeper
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{keeper}/")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Merge with another record").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="Look alike")).to_be_visible()
    keep(page, "merge-find")
    drawer.get_by_label("The other record").fill(two.phone)
    drawer.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Merge two records of one person")).to_be_visible()
