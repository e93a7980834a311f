"""An owner without a developer: from a recipe to a program of one's own, tried, back-tested, scheduled; and the till
follows on the date.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.cafe import ZONE, a_coffee, open_cafe
from tests.journeys.conftest import open_shop

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop(chromium, django_db_setup, django_db_blocker):
    """A café of this journey's own: publishing changes what everybody earns."""
    with django_db_blocker.unblock(), open_shop("Corner Café", open_cafe) as opened:
        yield opened


@pytest.fixture
def office(shop, page):
    shop.sign_in(page)
    return page


def test_a_program_is_built_tried_scheduled_and_followed(shop, office, keep):
    page, member = office, shop.known["member"]
    begin_with_the_recipe(shop, page, keep)
    write_a_rule(shop, page, keep)
    change_the_card(shop, page)
    build_tiers(shop, page, keep)
    try_a_basket(shop, page, keep)
    back_test(shop, page, keep)
    starts_at = schedule(shop, page, keep)
    assert sell(member, at=starts_at - timedelta(minutes=1), receipt="before") == {}
    assert sell(member, at=starts_at + timedelta(minutes=1), receipt="after") == {"points": 12 + 6, "coffee-card": 2}
    page.goto(f"{shop.url}/members/{member}/")
    keep(page, "program-followed")


def begin_with_the_recipe(shop, page, keep) -> None:
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("Begin with a shop like yours")).to_be_visible()
    keep(page, "program-empty")
    page.locator("li", has_text="Café").get_by_role("button", name="Use it").click()
    expect(page.locator(".draft-bar")).to_contain_text("changes")
    expect(page.get_by_text("Coffee card").first).to_be_visible()
    keep(page, "program-recipe")


def write_a_rule(shop, page, keep) -> None:
    """The sentence follows each keystroke, a fault stands beside its field, and the order is chosen."""
    page.get_by_role("link", name="Earning", exact=True).first.click()
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Cake with it")
    page.get_by_label("Products: points for certain goods").check()
    page.get_by_label("How many").fill("6")
    page.get_by_label("Categories", exact=True).first.fill("PASTRY")
    sentence = page.locator("#reading")
    expect(sentence).to_contain_text("6 beans for each unit of category PASTRY")
    page.get_by_role("button", name="Add a cap").click()
    page.locator(".row-of.cap").get_by_label("At most").fill("30")
    expect(sentence).to_contain_text("at most 30 beans a day")
    page.get_by_role("button", name="Add a cap").click()
    second = page.locator(".row-of.cap").nth(1)
    second.get_by_label("At most").fill("10")
    second.get_by_label("In", exact=True).select_option("week")
    expect(page.locator("#id_caps-0-limit_error")).to_contain_text("can never be reached")
    keep(page, "rule-builder-fault")
    second.get_by_role("button", name="Remove").click()
    expect(page.locator("#id_caps-0-limit_error")).to_be_empty()
    page.locator("summary", has_text="Days and hours").click()
    page.get_by_role("button", name="Add hours").click()
    for day in ("Sat", "Sun"):
        page.locator(".row-of.hours").get_by_label(day).check()
    expect(sentence).to_contain_text("at weekends")
    page.locator(".row-of.hours").get_by_role("button", name="Remove").click()
    expect(sentence).not_to_contain_text("at weekends")
    keep(page, "rule-builder")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.locator("li", has_text="Cake with it")).to_contain_text("New in the draft")
    page.get_by_role("button", name="Move Cake with it up").click()
    expect(page.locator(".ordered > li:nth-last-child(2) .strong")).to_have_text("Cake with it")


def change_the_card(shop, page) -> None:
    page.get_by_role("link", name="Stamps", exact=True).click()
    page.get_by_role("link", name="Coffee card").click()
    page.get_by_label("Stamps that fill it").fill("8")
    expect(page.locator("#preview .stamps > span")).to_have_count(8)
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.locator(".shelf .stamps > span")).to_have_count(8)


def build_tiers(shop, page, keep) -> None:
    page.get_by_role("link", name="Tiers", exact=True).click()
    page.locator("main").get_by_role("link", name="New tiers").click()
    page.get_by_label("Name").fill("Regulars")
    page.get_by_role("button", name="Add a level").click()
    platinum = page.locator(".row-of.level").nth(2)
    platinum.get_by_label("Level").fill("Platinum")
    platinum.get_by_label("From").fill("400")
    expect(page.locator("#id_levels-2-threshold_error")).to_contain_text("higher")
    platinum.get_by_label("From").fill("2500")
    expect(page.locator("#preview")).to_contain_text("Platinum")
    expect(page.locator("#id_levels-2-threshold_error")).to_be_empty()
    keep(page, "tier-designer")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.locator(".ladder")).to_contain_text("from 2,500.00 USD")


def try_a_basket(shop, page, keep) -> None:
    page.locator(".draft-bar").get_by_role("link", name="Try a basket").click()
    page.locator("#id_member").fill("Novak")
    first = page.locator(".row-of.line-of").first
    first.get_by_label("Category").fill("PASTRY")
    first.get_by_label("Amount").fill("3.00")
    page.get_by_role("button", name="Try it").click()
    live, draft = (page.locator(".sides > section").nth(place) for place in (0, 1))
    expect(live).to_contain_text("It earns nothing")
    expect(draft).to_contain_text("Cake with it")
    expect(draft).to_contain_text("6 beans")
    keep(page, "try-a-basket")


def back_test(shop, page, keep) -> None:
    """The job is done here, as the worker would."""
    from django.utils import timezone

    from regulars.reports.backtest.runs import run_backtest

    page.locator(".draft-bar").get_by_role("link", name="Back-test").click()
    page.get_by_label("Try").select_option(index=0)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/back-tests/*/")
    run_backtest(int(page.url.rstrip("/").rpartition("/")[2]), now=timezone.now)
    page.reload()
    expect(page.locator("main")).to_contain_text("Cake with it")
    keep(page, "program-back-test")


def schedule(shop, page, keep) -> datetime:
    """Publish the draft for the day after tomorrow, noon in the shop: past the early hours that earn double."""
    day = (datetime.now(ZONE) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    page.goto(f"{shop.url}/program/draft/")
    expect(page.locator("#changes")).to_contain_text("6 beans for each unit of category PASTRY")
    expect(page.locator("#changes")).to_contain_text("3 members who bought")
    page.get_by_label("from a date on").check()
    page.get_by_label("Starts").fill(day.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Note, for the team").fill("The coffee club opens")
    keep(page, "publish-on")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Scheduled")
    keep(page, "version-scheduled")
    return day.astimezone(UTC)


def sell(member: int, *, at: datetime, receipt: str) -> dict[str, int]:
    """A till sells two coffees and a cake at that moment: what each unit earned."""
    from regulars.sales.record import record_sales

    [sold] = record_sales([a_coffee(member, at=at, receipt=receipt, quantity=2)], at=at)
    return {each.unit: each.awarded for each in sold.earned}  # type: ignore[union-attr]


def test_a_cashier_has_no_way_into_the_program(shop, page):
    shop.sign_in(page, "cashier")
    expect(page.locator("nav#menu a", has_text="Earning")).to_have_count(0)
