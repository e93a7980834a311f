"""An owner runs the shop: keys, the second factor, the dashboard."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.browser


def test_a_key_is_seen_once_and_revoked(shop, page):
    shop.sign_in(page)
    page.goto(f"{shop.url}/keys/new/")
    page.get_by_label("Name").fill("Web shop")
    page.get_by_label("Record and refund sales").check()
    page.get_by_role("button", name="Make the key").click()
    assert re.fullmatch(r"rk_\w+_\d+\.[\w-]{43}", page.locator("#token").inner_text())
    page.get_by_role("link", name="I have kept it").click()
    page.locator("tr", has_text="Web shop").get_by_role("link", name="Revoke").click()
    page.locator("#drawer").get_by_role("button", name="Revoke this key").click()
    expect(page.locator("tr", has_text="Web shop")).to_contain_text("Revoked")


def test_the_dashboard_tells_its_days(shop, page, keep):
    shop.sign_in(page)
    page.get_by_role("link", name="90 days").click()
    page.locator(".chart .hit").nth(60).hover(force=True)
    expect(page.locator(".chart .tip").first).to_contain_text("by members")
    keep(page, "home")


def test_the_second_factor_is_asked_for_once_it_is_set_up(shop, page, keep):
    shop.sign_in(page, "second")
    page.goto(f"{shop.url}/accounts/2fa/")
    page.get_by_role("link", name="Activate").click()
    secret, password = page.locator("#authenticator_secret"), page.get_by_label("Password")
    secret.or_(password).first.wait_for()
    if password.count():
        password.fill(PASSWORD)
        page.locator("section").get_by_role("button").last.click()
    known = secret.input_value()
    keep(page, "second-factor")
    page.locator("[name=code]").fill(code_of(known))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("recovery codes", exact=False).first).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{shop.url}/accounts/login/")
    page.locator("[name=login]").fill("second@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[name=code]")).to_be_visible()
    expect(page.locator("h1", has_text="Home")).to_have_count(0)


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal import auth

    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def test_a_cashier_sees_the_counter(shop, page, keep):
    shop.sign_in(page, "cashier")
    expect(page.get_by_role("heading", name="Latest sales")).to_be_visible()
    keep(page, "counter")
    expect(page.locator("nav#menu a", has_text="API keys")).to_have_count(0)


def test_signing_out_ends_it(shop, page):
    shop.sign_in(page)
    page.locator("[data-drop] summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{shop.url}/members/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
