"""An owner brings files in: members, some of them known already; adjustments that are undone; balances, open sales."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from regulars.core.actor import SYSTEM
from regulars.imports.models import ImportRun
from regulars.members.models import Member
from regulars.points.adjust import adjust_points
from regulars.stores.models import Store
from tests.imports.files import work

pytestmark = pytest.mark.browser

PEOPLE = (
    "Customer No,Given name,Surname,Mobile,Date of birth,Favourite colour\n"
    "N-1,Nadia,Quill,+12125557101,1988-04-12,red\n"
    "N-2,Oscar,Reyes,+12125557102,1979-11-30,blue\n"
    "N-3,Oscar,Reyes,+12125557103,1979-11-30,blue\n"
    "N-4,Paula,Stone,12,1990-02-31,green\n"
)


def bring(page, shop, kind: str, name: str, text: str) -> None:
    """Choose a file, accept what its columns mean, and have it looked at."""
    page.goto(f"{shop.url}/imports/")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Next: its columns").click()
    page.get_by_role("link", name="Columns").first.click()


def look(page) -> None:
    page.get_by_role("button", name="Look what it would do").click()
    finish(page)


def start(page) -> None:
    page.get_by_role("button", name="Bring in").click()
    finish(page)


def finish(page) -> None:
    """What the worker does meanwhile."""
    work(ImportRun.objects.latest("pk"), at=timezone.now())
    page.goto(re.sub(r"columns/$|undo/$", "", page.url))


def test_members_are_looked_at_before_they_come_in(shop, page, keep):
    shop.sign_in(page)
    bring(page, shop, "Members", "club.csv", PEOPLE)
    expect(page.get_by_text("Favourite colour")).to_be_visible()
    keep(page, "import-columns-said")
    look(page)
    expect(page.get_by_text("People who may be known already")).to_be_visible()
    expect(page.get_by_text("Line 3 has the same name and birth date.")).to_be_visible()
    expect(page.get_by_text("Mobile: This is not a phone number.")).to_be_visible()
    assert not Member.objects.filter(last_name="Quill").exists()
    keep(page, "import-looked-at")
    start(page)
    expect(page.locator(".sub").first).to_contain_text("Brought in")
    assert Member.objects.filter(last_name__in=["Quill", "Reyes"]).count() == 3


def test_many_balances_are_adjusted_and_what_was_spent_stays(shop, page, keep):
    shop.sign_in(page)
    bring(page, shop, "Members", "two.csv", "Customer No,Surname\nT-1,Thorn\nT-2,Ueda\n")
    look(page)
    start(page)
    lines = "Customer No,Points,Reason\nT-1,50,The till was down on 3 May\nT-2,50,The till was down\nT-9,50,x\n"
    bring(page, shop, "Adjustments of points or stamps", "down.csv", lines)
    look(page)
    expect(page.get_by_role("heading", name="Amounts")).to_be_visible()
    keep(page, "import-adjustments")
    start(page)
    thorn = Member.objects.get(last_name="Thorn").pk
    adjust_points(member_id=thorn, amount=-30, reason="spent", key="t", at=timezone.now(), by=SYSTEM)
    page.get_by_role("link", name="Undo the import").click()
    page.locator("#drawer").get_by_role("button", name="Undo the import").click()
    finish(page)
    expect(page.get_by_role("heading", name="Lines that could not be undone")).to_be_visible()
    expect(page.get_by_role("link", name="It was spent since.")).to_be_visible()
    keep(page, "import-undone")


def test_balances_and_open_sales_move_in(shop, page, keep):
    shop.sign_in(page)
    bring(page, shop, "Members", "moved.csv", "Customer No,Surname\nM-1,Vance\nM-2,Wolfe\n")
    look(page)
    start(page)
    sold = timezone.now() - timedelta(days=2)
    lots = "Customer No,Points,Expiry date\nM-1,400,2099-10-01\nM-2,1250,\nM-9,25,\n"
    bring(page, shop, "Balances from another system", "lots.csv", lots)
    look(page)
    start(page)
    expect(page.get_by_role("heading", name="Amounts")).to_be_visible()
    keep(page, "import-balances")
    code = Store.objects.order_by("pk").first().code
    sale = f"Customer No,Store,Receipt number,Total,Sold on,Note\nM-1,{code},L-7,129.90,{sold:%Y-%m-%d},Layaway\n"
    bring(page, shop, "Open sales from another system", "open.csv", sale)
    look(page)
    start(page)
    expect(page.get_by_text("129.90 USD")).to_be_visible()
    page.goto(f"{shop.url}/receipts/")
    page.get_by_role("link", name="L-7").click()
    expect(page.get_by_text("Open in an earlier system")).to_be_visible()
    keep(page, "open-sale")
