"""The team at work: an owner adds people and says what needs leave, a manager asks, a second person approves."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_every_page import AXE, LAYOUT, serious

pytestmark = pytest.mark.browser
PIN = "7305"


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_somebody_joins_gets_more_than_their_role_and_is_locked(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("E-mail").fill("nora@example.com")
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Role").select_option("cashier")
    page.get_by_label("Some stores").check()
    page.get_by_role("textbox", name="Stores").fill("330")
    page.get_by_label("Choose a first password here").check()
    page.get_by_role("textbox", name="First password").fill("a sturdy first one 7")
    keep(page, "team-add-1280-light")
    press(page, "Add")
    page.wait_for_selector("text=Nora is added")
    page.get_by_role("link", name="Give more").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("What").select_option("reports")
    drawer.get_by_label("Pass it on: people they add see it too").check()
    press(drawer, "Give")
    page.wait_for_selector("text=passed on")
    page.get_by_role("link", name="Change role").click()
    drawer.get_by_label("Role").select_option("manager")
    drawer.locator("#effect >> text=Gains:").wait_for()
    keep(page, "team-role-1280-light")
    press(drawer, "Change role")
    page.wait_for_selector("text=The role is changed")
    page.get_by_role("link", name="Lock", exact=True).click()
    drawer.get_by_label("Reason").fill("Refunds nobody asked for")
    press(drawer, "Lock")
    page.wait_for_selector("text=Nora is locked and signed out everywhere")
    keep(page, "team-person-1280-light")


def test_a_large_adjustment_is_asked_for_approved_and_carried_out(shop, open_page, keep):
    owner, manager = open_page(), open_page(width=390, theme="dark")
    shop.sign_in(owner)
    shop.sign_in(manager, "manager")
    owner.goto(f"{shop.url}/approvals/rules/")
    owner.get_by_label("Who wants to").select_option("adjust_points")
    owner.get_by_label("From this amount on").fill("500")
    owner.get_by_label("Counted in").select_option("points")
    owner.get_by_label("A second person").check()
    press(owner, "Save")
    owner.wait_for_selector("td >> text=500 points")
    keep(owner, "approval-rules-1280-light")

    manager.goto(f"{shop.url}/members/{shop.known['member']}/adjust/")
    manager.get_by_label("Amount").fill("600")
    manager.get_by_label("Reason").fill("Goodwill for a spoilt party")
    press(manager, "Adjust")
    manager.wait_for_selector("text=This needs somebody's leave")
    keep(manager, "leave-390-dark")
    press(manager, "Ask for approval")
    manager.wait_for_selector("text=It waits for somebody who may approve")

    owner.goto(shop.url)
    owner.get_by_role("link", name="waits for your leave").click()
    owner.get_by_role("link", name="Adjust a balance").first.click()
    owner.wait_for_selector("text=Goodwill for a spoilt party")
    owner.wait_for_selector("text=It would still do what it did when it was asked for")
    keep(owner, "approval-1280-light")
    press(owner, "Approve")
    owner.wait_for_selector("text=can do it within five minutes")

    manager.get_by_role("button", name="Carry it out now").wait_for(timeout=15_000)  # the page looks by itself
    keep(manager, "approval-390-dark")
    press(manager, "Carry it out now")
    manager.get_by_role("link", name="See the entry").click()
    expect(manager.locator("dl.facts")).to_contain_text("Owner")


def test_a_pin_is_set_and_given_at_a_colleagues_screen(shop, open_page, keep):
    owner, cashier = open_page(), open_page(width=360)
    shop.sign_in(owner)
    owner.goto(f"{shop.url}/me/pin/")
    owner.get_by_label("Your password").fill("correct horse 42")
    owner.get_by_label("New PIN").fill(PIN)
    owner.get_by_label("The same again").fill(PIN)
    press(owner, "Set the PIN")
    owner.goto(f"{shop.url}/approvals/rules/")
    owner.get_by_label("Who wants to").select_option("spend_points")
    owner.get_by_label("And is").select_option("cashier")
    owner.get_by_label("A PIN").check()
    press(owner, "Save")
    owner.wait_for_selector("td >> text=Spend for a member")

    shop.sign_in(cashier, "cashier")
    cashier.goto(f"{shop.url}/members/{shop.known['member']}/spend/")
    cashier.locator("[name=reward]").first.check()
    press(cashier, "Spend")
    cashier.get_by_label("PIN", exact=True).fill("7306")
    press(cashier, "Approve and do it")
    cashier.wait_for_selector("text=The PIN is wrong. Tries left: 4.")
    keep(cashier, "leave-by-pin-360-light")
    cashier.get_by_label("PIN", exact=True).fill(PIN)
    press(cashier, "Approve and do it")
    cashier.wait_for_selector(".toast")


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_the_teams_pages_are_open_to_everybody(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    page.add_init_script(path=AXE)
    shop.sign_in(page)
    paths = ["/people/", "/people/new/", "/people/2/", "/roles/", "/roles/new/?like=manager", "/approvals/?show=all"]
    paths += ["/approvals/rules/", "/me/", "/me/pin/", *(f"/people/2/{each}/" for each in ("name", "role", "stores"))]
    paths += [f"/people/2/{each}/" for each in ("grants/new", "lock", "let-in", "let-go")]
    faults = []
    for path in paths:
        page.goto(shop.url + path)
        if page.evaluate(LAYOUT)["wide"] > width:
            faults.append(f"{path}: too wide")
        keep(page, f"team{path.split('?')[0].replace('/', '-')}{width}-{theme}")
        faults += [f"{path}: {fault}" for fault in serious(page)]
    assert not faults, "\n".join(faults)
