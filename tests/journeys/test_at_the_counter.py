"""A manager with a customer on the phone: find, explain, put right; a new member, a refund."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_member_is_found_from_anywhere_by_keyboard(shop, page, keep):
    shop.sign_in(page)
    page.goto(f"{shop.url}/sales/")
    page.keyboard.press("/")
    page.keyboard.type("okafor dev")
    expect(page.locator("#found a").first).to_contain_text("Dev Okafor")
    keep(page, "search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dev Okafor")


def test_enter_at_once_opens_the_best(shop, page):
    shop.sign_in(page)
    page.keyboard.press("/")
    page.keyboard.type("9000000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ann Smith")


def test_the_member_page_answers_a_phone_call(shop, page, keep):
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    expect(page.get_by_text("Sorry for the wait")).to_be_visible()
    expect(page.get_by_text("came back").first).to_be_visible()
    page.locator("summary .big").first.click()
    expect(page.get_by_text("came in, ever").first).to_be_visible()
    keep(page, "member-why")
    page.keyboard.press("Escape")
    expect(page.get_by_text("came in, ever").first).to_be_hidden()
    before = page.locator("ol.line > li").count()
    page.get_by_role("link", name="Points", exact=True).click()
    expect(page.get_by_text("counted").first).to_be_visible()
    page.get_by_role("link", name="All", exact=True).click()
    if page.get_by_role("link", name="Older").count():
        page.get_by_role("link", name="Older").click()
        expect(page.locator("ol.line > li").nth(before)).to_be_visible()


def test_an_adjustment_shows_its_effect_before_it_is_made(shop, page, keep):
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    before = int(re.sub(r"\D", "", page.locator("summary .big").first.inner_text()))
    page.get_by_role("link", name="Adjust").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Amount").fill("-20")
    expect(drawer.locator("#effect")).to_contain_text(f"{before - 20:,} points")
    expect(drawer.locator("#effect")).to_contain_text("leave")
    keep(page, "adjust")
    drawer.get_by_label("Reason, for the team").fill("Points of a gift basket")
    drawer.get_by_role("button", name="Adjust").click()
    expect(page.locator("#toasts")).to_contain_text(f"the balance is {before - 20:,} points now")
    expect(page.locator("summary .big").first).to_have_text(f"{before - 20:,} points")
    page.get_by_role("link", name="See the entry").click()
    expect(page.get_by_text("Points of a gift basket")).to_be_visible()
    keep(page, "entry")


def test_a_refused_adjustment_keeps_what_was_typed(shop, page):
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/adjust/")
    page.get_by_label("Amount").fill("-999999")
    page.get_by_label("Reason, for the team").fill("Too much")
    page.get_by_role("button", name="Adjust").click()
    expect(page.locator("#id_amount_error")).to_contain_text("Not enough")
    expect(page.get_by_label("Reason, for the team")).to_have_value("Too much")


def test_a_new_member_is_enrolled_beside_the_list(shop, page):
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/members/")
    page.get_by_role("link", name="Enrol member").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("First name").fill("Zoë")
    drawer.get_by_label("Phone").fill("(212) 555-9999")
    drawer.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë")
    expect(page.get_by_text("+12125559999").first).to_be_visible()


def test_the_list_filters_while_a_name_is_typed(shop, page, keep):
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/members/")
    page.get_by_label("Find in members").fill("rossi")
    expect(page.locator("#members tbody tr")).to_have_count(8)
    keep(page, "members-search")


def test_a_refund_shows_what_to_give_back_before_anything_moves(shop, page, keep):
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/sales/{shop.known['sale']}/")
    page.get_by_role("link", name="Refund", exact=True).click()
    expect(page.locator("#effect")).to_contain_text("Give back")
    page.get_by_label("An amount").check()
    page.get_by_label("Amount (USD)").fill("5.00")
    expect(page.locator("#effect")).to_contain_text("points go back, earned by this sale")
    keep(page, "refund")
    page.get_by_role("button", name="Refund").click()
    expect(page.locator("#toasts")).to_contain_text("Refunded. Give back")
    keep(page, "sale")


def test_keys_of_the_page_do_not_disturb_typing(shop, page):
    shop.sign_in(page)
    page.goto(f"{shop.url}/members/new/")
    page.get_by_label("First name").fill("")
    page.get_by_label("First name").press_sequentially("a/b")
    expect(page.get_by_label("First name")).to_have_value("a/b")
