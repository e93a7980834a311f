"""A manager with a customer on the phone: spend, stamp, promote, hand out, undo; and a draft tried on last year."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def open_member(shop, page, role: str = "manager") -> None:
    shop.sign_in(page, role)
    page.goto(f"{shop.url}/members/{shop.known['member']}/")


def held(page) -> int:
    return int(re.sub(r"\D", "", page.locator("summary .big").first.inner_text()))


def test_points_are_spent_on_behalf_and_the_reward_is_handed_out(shop, page, keep):
    open_member(shop, page, "cashier")
    before = held(page)
    page.locator(".deeds").get_by_role("link", name="Spend").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("This is for members of another level: Gold.")).to_be_visible()
    drawer.get_by_label("A cup of coffee").check()
    expect(drawer.get_by_text("A code for the till is made, valid until")).to_be_visible()
    keep(page, "spend-drawer")
    drawer.get_by_role("button", name="Spend").click()
    expect(page.locator("#toasts")).to_contain_text(f"{before - 80:,} points are left")
    cup = page.locator("section", has=page.get_by_role("heading", name="Rewards")).locator(
        "li", has_text=re.compile("A cup of coffee.*Taken for 80 points", re.DOTALL)
    )
    cup.get_by_role("link", name="Hand out").click()
    page.locator("#drawer").get_by_role("button", name="Hand out").click()
    expect(page.locator("#toasts")).to_contain_text("“A cup of coffee” is handed out.")


def test_stamps_are_drawn_while_they_are_typed(shop, page, keep):
    open_member(shop, page)
    page.get_by_role("link", name="Add or take off").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("img", name="Coffee card")).to_be_visible()
    drawer.get_by_label("Stamps", exact=True).fill("3")
    expect(drawer.locator(".stamps .new")).to_have_count(3)
    keep(page, "stamps-drawer")
    drawer.get_by_label("Reason, for the team").fill("The till was down")
    drawer.get_by_role("button", name="Change stamps").click()
    expect(page.locator("#toasts")).to_contain_text("of 10 stamps now")


def test_a_level_is_changed_by_keyboard_and_the_change_undone(shop, page, keep):
    open_member(shop, page)
    page.get_by_role("link", name="Change level").press("Enter")
    drawer = page.locator("#drawer")
    drawer.get_by_label("Gold").press("Space")
    drawer.get_by_label("Pinned").press("Space")
    drawer.get_by_label("Trigger tier rewards").press("Space")
    expect(drawer.locator("#effect")).to_contain_text("Gives: A cup of coffee")
    keep(page, "tier-drawer")
    drawer.get_by_label("Internal note").fill("Their wedding")
    drawer.get_by_role("button", name="Change level").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Status: Gold now")
    expect(page.locator("h1")).to_contain_text("Gold")
    page.get_by_text("How it came").click()
    expect(page.get_by_text("“Their wedding”").first).to_be_visible()
    keep(page, "level-history")
    page.get_by_role("link", name="Undo").click()
    page.locator("#drawer").get_by_label("Internal note").fill("Another couple")
    page.locator("#drawer").get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_contain_text("Silver")


def test_waiting_points_say_why_and_are_released(shop, page, keep):
    open_member(shop, page)
    before = held(page)
    page.locator(".sums .why summary").first.click()
    expect(page.get_by_text("can be spent from")).to_be_visible()
    keep(page, "pending-why")
    page.get_by_role("link", name="Release").click()
    drawer = page.locator("#drawer")
    expect(drawer.locator(".arrow")).to_contain_text(f"{before + 25:,} points")
    drawer.get_by_label("Reason, for the team").fill("They travel tomorrow")
    drawer.get_by_role("button", name="Release").click()
    expect(page.locator("#toasts")).to_contain_text(f"{before + 25:,} points can be spent now")


def test_a_refund_of_today_is_undone(shop, page, keep):
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/sales/{shop.known['sale']}/")
    page.get_by_role("link", name="Undo refund").first.click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("Take back from the customer")).to_be_visible()
    keep(page, "undo-refund-drawer")
    drawer.get_by_label("Reason, for the team").fill("The wrong receipt")
    drawer.get_by_role("button", name="Undo refund").click()
    expect(page.locator("#toasts")).to_contain_text("Undone. Take back")
    expect(page.get_by_text("it counts no more").first).to_be_visible()


def test_a_draft_is_tried_on_the_sales_so_far(shop, page, keep):
    from regulars.reports.backtest.runs import run_backtest

    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/back-tests/")
    page.get_by_label("The last three months").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Waiting for the worker")).to_be_visible()
    run_backtest(int(page.url.rstrip("/").rpartition("/")[2]), now=timezone.now)
    expect(page.get_by_role("heading", name="Who gains most")).to_be_visible()
    expect(page.get_by_text("held back by caps").first).to_be_visible()
    keep(page, "back-test-result")
    with page.expect_download() as taken:
        page.get_by_text("Export", exact=True).click()
        page.get_by_role("link", name="Rules (CSV)").click()
    assert taken.value.suggested_filename.endswith("-rules.csv")
    page.get_by_role("link", name="Publish on…").click()
    expect(page).to_have_url(re.compile("/program/draft/"))
