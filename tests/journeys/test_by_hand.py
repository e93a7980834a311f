"""A receipt on the counter: keyed with its picture, looked at by a colleague, confirmed; a wrong sale put right."""

import struct
import zlib

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def a_picture(width: int = 240, height: int = 360) -> bytes:
    """A white slip with lines of print, as a PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(
        b"\x00" + bytes(40 if y % 24 in (8, 9, 10) and 20 < x < 60 + y * 7 % 150 else 250 for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_receipt_is_keyed_by_the_cashier_and_confirmed_by_the_manager(shop, open_page, keep):
    cashier = open_page()
    shop.sign_in(cashier, "cashier")
    cashier.goto(f"{shop.url}/members/{shop.known['member']}/")
    cashier.get_by_text("More", exact=True).click()
    cashier.get_by_role("link", name="Add receipt").click()
    cashier.get_by_label("Store", exact=True).select_option(label="Harbor Street")
    cashier.get_by_label("Receipt number").fill("H-500")
    cashier.get_by_label("Total (USD)").fill("24.00")
    expect(cashier.locator("#effect")).to_contain_text("+24 points")
    expect(cashier.locator("#effect")).to_contain_text("Pending until a second person")
    cashier.get_by_label("Photo or PDF of the receipt").set_input_files(
        {"name": "receipt.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    keep(cashier, "receipt-keyed")
    cashier.get_by_role("button", name="Enter the receipt").click()
    expect(cashier.locator("#toasts")).to_contain_text("It counts once it is confirmed")
    expect(cashier.get_by_role("button", name="Confirm")).to_have_count(0)

    manager = open_page()
    shop.sign_in(manager, "manager")
    manager.get_by_role("link", name="receipts to check").first.click()
    manager.get_by_role("link", name="H-500").click()
    expect(manager.get_by_role("img", name="The receipt: receipt.png")).to_be_visible()
    expect(manager.get_by_text("+24 points")).to_be_visible()
    keep(manager, "receipt-to-check")
    manager.get_by_role("button", name="Confirm").click()
    expect(manager.locator("#toasts")).to_contain_text("Confirmed. The sale is recorded.")
    expect(manager.locator("h1")).to_contain_text("Confirmed")
    manager.get_by_role("link", name="H-500").last.click()
    expect(manager.locator("h1")).to_contain_text("Receipt H-500")
    keep(manager, "receipt-confirmed-sale")


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_a_receipt_is_checked_on_a_phone_and_in_the_dark(shop, open_page, keep, width, theme):
    page = open_page(width=width, theme=theme)
    shop.sign_in(page, "manager")
    for name, path in (("receipts", "/receipts/"), ("receipt", f"/receipts/{shop.known['receipt']}/")):
        page.goto(f"{shop.url}{path}")
        expect(page.locator("h1")).to_be_visible()
        keep(page, f"{name}-{width}-{theme}")
    page.goto(f"{shop.url}/receipts/new/")
    keep(page, f"key-a-sale-{width}-{theme}")


def test_a_wrong_sale_is_put_right_by_two_people(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "owner")
    page.goto(f"{shop.url}/sales/?store=412")
    page.get_by_role("link", name="A-2").click()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Correct the sale").click()
    page.get_by_label("Total (USD)").fill("28.00")
    expect(page.locator("#effect")).to_contain_text("All of it happens when a second person confirms.")
    page.get_by_label("Reason, for the team").fill("48.00 was typed for 28.00")
    keep(page, "correction-keyed")
    page.get_by_role("button", name="Enter the correction").click()
    expect(page.locator("#toasts")).to_contain_text("Kept.")

    second = open_page()
    shop.sign_in(second, "second")
    second.goto(page.url)
    expect(second.get_by_text("of the old sale come back")).to_be_visible()
    keep(second, "correction-to-confirm")
    second.get_by_role("button", name="Confirm").click()
    expect(second.locator("h1")).to_contain_text("Confirmed")


def test_a_dispute_is_noted_by_keyboard_and_answered(shop, open_page, keep):
    page = open_page()
    shop.sign_in(page, "manager")
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    page.get_by_text("More", exact=True).press("Enter")
    page.get_by_role("link", name="Note a dispute").press("Enter")
    drawer = page.locator("#drawer")
    drawer.get_by_label("What the member says").fill("Two coffees on Monday are missing.")
    keep(page, "dispute-drawer")
    drawer.get_by_role("button", name="Note it").press("Enter")
    expect(page.locator("h1")).to_contain_text("A purchase is missing")
    page.get_by_label("No: it stays as it is").press("Space")
    page.get_by_label("Answer", exact=True).fill("The till has no such sale on Monday.")
    page.get_by_role("button", name="Answer and close").press("Enter")
    expect(page.locator("h1")).to_contain_text("Declined")
    keep(page, "dispute-answered")
