"""Cards beside the till: a manager has some made and printed, a cashier activates one, and another is lost."""

import re

import pytest
from playwright.sync_api import expect

from regulars.cards.batches import make_part
from regulars.cards.models import CardBatch

pytestmark = pytest.mark.browser


def test_a_manager_has_cards_made_watches_prints_and_seals_them(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "manager")
    page.get_by_role("link", name="Cards", exact=True).click()
    page.get_by_role("link", name="Kinds of cards").click()
    page.get_by_role("link", name="New kind").click()
    page.get_by_label("Name", exact=True).fill("Fair card")
    page.get_by_label("Code").fill("fair")
    page.get_by_label("It holds at most, points").fill("200")
    keep(page, "card-kind-drawer")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    expect(page.get_by_text("holds at most 200 points")).to_be_visible()

    page.goto(f"{shop.url}/cards/batches/new/")
    page.get_by_label("Name", exact=True).fill("Street fair")
    page.get_by_label("Kind of card").select_option(label="Fair card")
    expect(page.get_by_label("List (CSV)")).to_be_hidden()
    page.get_by_label("From a list").check()
    expect(page.get_by_label("Pattern", exact=True)).to_be_hidden()
    page.get_by_label("Made by a pattern").check()
    page.get_by_label("Pattern", exact=True).fill("fair-***-##?")
    page.get_by_label("How many").fill("12")
    page.get_by_role("button", name="Make the cards").click()
    expect(page.locator("#id_pattern_error")).to_contain_text("Letters have no check digit")
    page.get_by_label("Pattern", exact=True).fill("77-***-##?")
    expect(page.locator("#numbers")).to_contain_text("and 9 more")
    keep(page, "card-batch-numbers")
    page.get_by_role("button", name="Make the cards").click()
    expect(page.get_by_text("Waiting for the worker")).to_be_visible()
    keep(page, "card-batch-waiting")
    make_part(CardBatch.objects.get(name="Street fair").pk, at=CardBatch.objects.get(name="Street fair").created_at)
    expect(page.get_by_role("heading", name="Print")).to_be_visible()
    keep(page, "card-batch-made")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="PDF").click()
    assert re.fullmatch(r"cards-\d+-from-1\.pdf", sheet.value.suggested_filename)
    with page.expect_download() as rows:
        page.get_by_role("button", name="All as CSV").click()
    assert rows.value.path().read_text("utf-8-sig").count("\n") == 13
    page.get_by_role("link", name="Seal the PINs").click()
    page.get_by_role("button", name="Seal").click()
    expect(page.locator("#toasts")).to_contain_text("nobody can print these PINs")
    keep(page, "card-batch-sealed")


def test_a_cashier_activates_a_card_for_a_member_and_for_somebody_who_joins(shop, open_page, keep):
    page = open_page(width=360)
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/cards/")
    page.get_by_label("Number begins with").press_sequentially("PAPER-001")
    page.get_by_role("link", name="PAPER-001").click()
    expect(page.get_by_text("nobody has activated it yet")).to_be_visible()
    page.get_by_role("link", name="Activate").click()
    page.get_by_label("Member", exact=True).fill("+1 212 555 1003")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Activate for"))).to_be_visible()
    keep(page, "activate-for-a-member")
    page.get_by_role("button", name=re.compile("^Activate for")).click()
    expect(page.locator("#toasts")).to_contain_text("What it earned came along")
    expect(page.get_by_text("PAPER-001").first).to_be_visible()

    page.goto(f"{shop.url}/cards/number/PAPER-002/")
    page.get_by_role("link", name="Activate").click()
    page.get_by_role("link", name="Somebody who joins now").click()
    page.get_by_label("First name").fill("Nell")
    page.get_by_label("Phone").fill("+1 212 555 1003")
    page.get_by_role("button", name="Join and activate").click()
    page.get_by_role("link", name="Activate the card for that member").click()
    expect(page.get_by_label("Member", exact=True)).not_to_be_empty()


def test_a_lost_card_is_replaced_and_its_number_still_finds_the_member(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/cards/number/GOLD-1/")
    page.get_by_role("link", name="Replace").click()
    page.get_by_label("Number of the new card").fill("PAPER-030")
    page.get_by_label(re.compile("The old card is lost")).check()
    page.get_by_label("Reason").fill("Left on the bus")
    page.get_by_role("button", name="Replace").click()
    expect(page.locator("h1")).to_contain_text("PAPER-030")
    page.goto(f"{shop.url}/cards/number/GOLD-1/")
    expect(page.get_by_text("Left on the bus")).to_be_visible()
    expect(page.get_by_text("Replaced by")).to_be_visible()
    keep(page, "card-lost-and-replaced")
