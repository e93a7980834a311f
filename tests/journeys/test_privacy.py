"""What a member says about their data is noted at the counter; an owner lets them go, and says what went."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_cashier_notes_that_a_member_wants_no_more_letters(shop, open_page, keep):
    page = open_page(width=390)
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    page.get_by_role("link", name=re.compile("History.*Consents")).click()
    expect(page.get_by_role("heading", name="Note a decision")).to_be_visible()
    keep(page, "consents-390")
    page.get_by_label("What for").select_option(label="News and offers")
    page.get_by_label("By", exact=True).select_option(label="E-mail")
    page.get_by_label("No", exact=True).check()
    page.get_by_label("How do you know").select_option(label="On the phone")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("#toasts")).to_contain_text("Noted.")
    expect(page.get_by_role("listitem").filter(has_text="On the phone").first).to_contain_text(
        "News and offers, E-mail"
    )
    wide = open_page()
    shop.sign_in(wide, "manager")
    wide.goto(f"{shop.url}/members/{shop.known['member']}/consents/")
    keep(wide, "consents")


def test_an_owner_begins_with_a_law_and_publishes_a_notice(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page)
    page.goto(f"{shop.url}/privacy/")
    keep(page, "privacy")
    page.get_by_role("link", name=re.compile("Publish.*Privacy notice")).click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Title").fill("Privacy notice")
    drawer.get_by_label("Text").fill("We keep what you buy, and nothing else.")
    drawer.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Version 3 in force")).to_be_visible()
    expect(page.get_by_text("We keep what you buy, and nothing else.")).to_be_visible()


def test_an_owner_sees_what_an_erasure_would_do_and_takes_it_back(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page)
    page.goto(f"{shop.url}/members/{shop.known['member']}/erase/")
    expect(page.get_by_text("Stays under a number")).to_be_visible()
    keep(page, "erase-a-member")
    page.goto(f"{shop.url}/erasures/{shop.known['erasure']}/")
    expect(page.get_by_text("A retention hold is in force.")).to_be_visible()
    page.get_by_role("button", name="Withdraw: everything stays").click()
    expect(page.locator("#toasts")).to_contain_text("Withdrawn: everything stays.")
    page.goto(f"{shop.url}/erasures/{shop.known['certificate']}/")
    expect(page.get_by_role("heading", name="Kept, without a name")).to_be_visible()
    keep(page, "erasure-certificate")
