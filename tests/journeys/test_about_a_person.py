"""On the phone with a customer: who they are, what they said, what only few may read, and that they want to leave."""

import re

import pytest
from playwright.sync_api import expect

from regulars.messages.models import Delivery
from tests.letters import post_letters

pytestmark = pytest.mark.browser


def test_an_owner_makes_a_field_and_a_cashier_asks_for_it(shop, open_page, keep):
    owner = open_page()
    shop.sign_in(owner)
    owner.goto(f"{shop.url}/fields/")
    owner.get_by_role("link", name="New field").click()
    owner.get_by_label("Name", exact=True).fill("Roast")
    expect(owner.get_by_label("Choices")).to_be_hidden()
    owner.get_by_label("Kind").select_option("choice")
    owner.get_by_label("Choices").fill("Light\nDark")
    owner.get_by_label("Ask for it when somebody joins").check()
    keep(owner, "field-being-made")
    owner.get_by_role("button", name="Make the field").click()
    expect(owner.locator("#toasts")).to_contain_text("“Roast” is on the members' forms now")
    keep(owner, "fields-of-the-shop")

    cashier = open_page(width=390)
    shop.sign_in(cashier, "cashier")
    cashier.goto(f"{shop.url}/members/")
    cashier.get_by_role("link", name="Enrol member").first.click()
    cashier.get_by_label("First name").fill("Ida")
    cashier.get_by_role("combobox", name="Roast").select_option(label="Dark")
    keep(cashier, "enrol-with-fields-390")
    cashier.get_by_role("button", name="Enrol").click()
    expect(cashier.locator("#toasts")).to_contain_text("Enrolled")
    expect(cashier.get_by_role("definition").filter(has_text="Dark")).to_be_visible()

    owner.get_by_role("link", name="Roast").click()
    owner.get_by_role("link", name="Ask no more").click()
    expect(owner.get_by_text("1 member has a value of it.")).to_be_visible()
    owner.get_by_role("button", name="Ask no more").click()
    expect(owner.get_by_role("heading", name="Asked for no more")).to_be_visible()


def test_a_manager_reads_what_few_may_and_that_is_written_down(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    keep(page, "member-with-fields-and-notes")
    expect(page.locator("#content")).not_to_contain_text("Peanuts")
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_text("Kept: Allergies")).to_be_visible()
    page.get_by_role("button", name="Show, and write down that I looked").click()
    expect(page.get_by_text("Peanuts")).to_be_visible()
    expect(page.get_by_text("Manager", exact=True).first).to_be_visible()
    keep(page, "regulated-shown")


def test_a_cashier_writes_a_note_and_verifies_an_address(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "cashier")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    page.get_by_role("link", name="Write a note").click()
    page.get_by_label("Note", exact=True).fill("Wants the window seat.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Wants the window seat.")).to_be_visible()

    page.get_by_role("link", name="Verify").last.click()
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    post_letters()
    code = re.search(r"\d{6}", Delivery.objects.latest("id").body)  # the shop's e-mail goes into a sink
    assert code is not None
    page.get_by_label("Code").fill("000000" if code[0] != "000000" else "111111")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("Tries left: 4")).to_be_visible()
    keep(page, "verify-wrong-code")
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("verified", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_a_member_leaves_the_program_and_comes_back(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Remove from the program").click()
    expect(page.get_by_text("stay, and keep their dates")).to_be_visible()
    page.get_by_label("Reason").fill("Moved abroad")
    keep(page, f"leave-{width}-{theme}-open")
    page.get_by_role("button", name="Remove from the program").click()
    expect(page.get_by_text("Not in the program")).to_be_visible()
    keep(page, f"member-left-{width}-{theme}")
    page.get_by_role("button", name="Let come back").click()
    expect(page.get_by_text("Not in the program")).to_have_count(0)
