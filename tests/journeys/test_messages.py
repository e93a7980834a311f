"""A marketer prepares messages, an owner connects channels, a manager writes to a member, and many are written to."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from regulars.core.actor import SYSTEM
from regulars.messages.deliver import send_due
from regulars.messages.many import work_batch

pytestmark = pytest.mark.browser


def work(run: int) -> None:
    """What the worker does meanwhile."""
    list(work_batch(run, at=datetime.now(UTC), by=SYSTEM))
    while send_due("email", now=lambda: datetime.now(UTC)).taken:
        pass


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_a_marketer_writes_a_template_and_sees_it_as_a_member_would(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page, "marketer")
    page.goto(f"{shop.url}/templates/")
    keep(page, f"templates-{width}-{theme}-list")
    page.get_by_role("link", name="New template").click()
    page.get_by_role("link", name=re.compile("Begin with this.*News and offers")).click()
    page.get_by_label("Name", exact=True).fill("Umbrella week")
    page.get_by_label("Code", exact=True).fill(f"umbrella_{width}")
    page.get_by_label("Subject").first.fill("Rain at {{ shopp }}")
    expect(page.locator("#seen")).to_contain_text("There is no variable “shopp”.")
    keep(page, f"template-fault-{width}-{theme}")
    page.get_by_label("Subject").first.fill("Rain at {{ shop }}")
    expect(page.locator("#seen")).to_contain_text("Rain at Corner Shop")
    page.get_by_label("Text", exact=True).first.fill("Umbrellas for ")
    page.get_by_role("button", name=re.compile("Insert.*{{ first_name }}")).click()
    expect(page.locator("#seen")).to_contain_text("Umbrellas for Ann")
    page.get_by_label("For a member").fill(f"#{shop.known['member']}")
    expect(page.locator("#seen")).to_contain_text("What Ann Smith would read now.")
    page.locator("label", has_text="SMS · English").click()
    expect(page.locator("#seen")).to_contain_text("1 SMS")
    keep(page, f"template-written-{width}-{theme}")
    page.get_by_role("button", name="Make the template").click()
    expect(page.locator("#toasts")).to_contain_text("Send yourself a test")
    page.get_by_label("Subject").first.fill("Much rain at {{ shop }}")
    page.get_by_role("button", name="Publish as a new version").click()
    expect(page.locator("#toasts")).to_contain_text("Published.")
    page.get_by_role("link", name="Version 2").click()
    expect(page.locator("ins", has_text="Much")).to_be_visible()
    keep(page, f"template-versions-{width}-{theme}")


def test_a_marketer_sends_a_test_of_a_text(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "marketer")
    page.goto(f"{shop.url}/templates/{shop.known['template']}/")
    page.get_by_role("link", name="Send a test").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_label("Send it to")).to_have_value("marketer@example.com")
    keep(page, "template-test")
    drawer.get_by_role("button", name="Send the test").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_text("It is a test, to an address of the team's own.")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_an_owner_connects_a_channel_and_says_when_messages_go(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page)
    page.goto(f"{shop.url}/connections/")
    page.get_by_role("link", name=re.compile("(Connect|Change).*WhatsApp")).click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("A gateway of your own, over HTTPS").check()
    drawer.get_by_label("Web address").fill("https://127.0.0.1/send")
    expect(drawer.get_by_label("Phone number ID")).to_be_hidden()
    keep(page, f"connect-{width}-{theme}")
    drawer.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("127.0.0.1 lies in a private network")).to_be_visible()
    page.get_by_label("The sink: kept here to be read, and sent to nobody").check()
    page.get_by_role("button", name="Connect").click()
    page.get_by_label("Send it to").fill("+12025550142")
    page.get_by_role("button", name="Send the test").click()
    expect(page.get_by_text("The sink takes everything.")).to_be_visible()
    page.goto(f"{shop.url}/connections/")
    keep(page, f"connections-{width}-{theme}")
    page.get_by_role("link", name=re.compile("Change.*When and how often")).click()
    page.get_by_role("dialog").get_by_label("in so many days").fill("10")
    keep(page, f"message-terms-{width}-{theme}")
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_text("at most 4 in 10 days")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_a_manager_writes_to_a_member_and_reads_it_afterwards(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    history = page.locator("section", has=page.get_by_role("heading", name="History"))
    sent = history.get_by_role("link", name="Balance corrected")
    before = sent.count()
    page.get_by_role("link", name="Write", exact=True).click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Template").select_option(label="Balance corrected")
    page.wait_for_selector(".htmx-request", state="detached")
    expect(drawer.get_by_text("Your balance at Corner Grocer was corrected")).to_be_visible()
    expect(drawer.get_by_text("person0@example.com")).to_be_visible()
    drawer.get_by_label("What you add").fill(f"The queue was long, sorry ({width}).")
    expect(drawer.locator("#said")).to_contain_text("The queue was long, sorry")
    keep(page, f"write-to-a-member-{width}-{theme}")
    drawer.get_by_role("button", name="Send").dblclick()
    expect(page.locator("#toasts")).to_contain_text("It is on its way.")
    expect(sent).to_have_count(before + 1)
    keep(page, f"member-messages-{width}-{theme}")
    sent.first.click()
    expect(page.get_by_text("It is part of the program: nobody is asked for leave.")).to_be_visible()
    keep(page, f"message-{width}-{theme}")


def test_a_member_who_said_no_is_not_written_to(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/write/?template=news")
    expect(page.get_by_text("Said no to it")).to_be_visible()
    expect(page.get_by_label("SMS")).to_be_disabled()
    expect(page.get_by_label("E-mail")).to_be_checked()
    keep(page, "write-not-allowed")


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_a_marketer_writes_to_many_and_watches_it_go(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page, "marketer")
    page.goto(f"{shop.url}/members/?status=member")
    page.get_by_label("Everybody in this list").check()
    page.get_by_role("button", name="Write").click()
    page.get_by_label("Template").select_option(label="Welcome")
    page.wait_for_selector(".htmx-request", state="detached")
    expect(page.get_by_text(re.compile(r"of \d+ get it"))).to_be_visible()
    expect(page.get_by_role("heading", name="What one of them reads")).to_be_visible()
    keep(page, f"write-to-many-{width}-{theme}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Waiting for the worker").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Nothing of it goes until somebody goes on with it.")).to_be_visible()
    keep(page, f"run-stopped-{width}-{theme}")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Being put together").first).to_be_visible()
    work(int(page.url.rstrip("/").rsplit("/", 1)[1]))
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^Sent \d+"))).to_be_visible()
    keep(page, f"run-done-{width}-{theme}")


def test_a_failed_message_is_found_from_home_and_tried_again(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "manager")
    page.get_by_role("link", name="1 message has failed").click()
    page.get_by_role("link", name="Welcome").first.click()
    expect(page.get_by_text("The mail server does not take this address.").first).to_be_visible()
    keep(page, "message-failed")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()


def test_a_message_is_sent_without_any_script(shop, open_page):
    page = open_page(java_script_enabled=False)
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    page.get_by_role("link", name="Write", exact=True).click()
    page.get_by_label("Template").select_option(label="Balance corrected")
    page.get_by_role("button", name="Show this template").click()
    page.get_by_label("What you add").fill("Without a script")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    expect(page.get_by_text("Balance corrected").first).to_be_visible()
