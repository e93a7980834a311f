"""The member page: balances, a history that leaves nothing out, and adjustments that count once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.sale import NewRefund, SaleLine
from regulars.ledger.models import Entry
from regulars.points.adjust import adjust_points
from regulars.sales.refund import refund_sales
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.backoffice.test_lists import all_pages
from tests.shop import a_member, a_sale, points_of, sell

pytestmark = pytest.mark.django_db


def adjustment(amount: object = 50, **typed: object) -> dict[str, object]:
    return {"amount": amount, "unit": "points", "reason": "Spilled coffee", "comment": "", "key": str(uuid4()), **typed}


def test_a_sale_is_shown_with_its_lines_the_points_each_made_and_why(owner):
    member = a_member(at=YESTERDAY)
    lines = (SaleLine("1", 2000, 900, "COFFEE", "Roast"), SaleLine("2", 1500, 650, "PRODUCE", "Farm"))
    sell(a_sale(1550, member=member, lines=lines, at=YESTERDAY), at=NOW)
    page = owner.get(f"/members/{member}/").content.decode()
    for said in ("15.50 USD", "COFFEE", "1.5", "+9", "+6", "+15 points", "15.50 USD counted: 15 points."):
        assert said in page


def test_the_history_leaves_nothing_out_and_shows_nothing_twice(owner):
    member = a_member(at=YESTERDAY)
    sales = [sell(a_sale(member=member, at=YESTERDAY + timedelta(minutes=n)), at=NOW).id for n in range(33)]
    for n in range(30):
        at = YESTERDAY + timedelta(minutes=n, seconds=30)
        adjust_points(member_id=member, amount=1, reason="x", key=f"k{n}", at=at, by=SYSTEM)
    shown = all_pages(owner, f"/members/{member}/?show=all", r'class="strong" href="/sales/(\d+)/"')
    assert shown == [str(sale) for sale in reversed(sales)]
    adjusted = all_pages(owner, f"/members/{member}/?show=all", r"<b>Adjusted</b>")
    assert len(adjusted) == 30
    entries = all_pages(owner, f"/members/{member}/?show=points", r'href="/entries/(\d+)/">')
    assert len(entries) == len(set(entries)) == 63


def test_a_refund_is_told_within_its_sale(owner):
    member = a_member(at=YESTERDAY)
    sale = sell(a_sale(1000, member=member, at=YESTERDAY), at=NOW)
    refund_sales([NewRefund(sale_id=sale.id, external_id="RF", occurred_at=NOW, amount_minor=500)], at=NOW)
    page = owner.get(f"/members/{member}/").content.decode()
    assert "5.00 USD came back" in page
    assert "\N{MINUS SIGN}5 points" in page


def test_an_adjustment_says_the_balance_before_and_after_it_and_writes_nothing(owner):
    member = a_member(points=100, at=YESTERDAY)
    entries = Entry.objects.count()
    page = owner.get(f"/members/{member}/adjust/preview/", {"amount": "-30", "unit": "points"}).content.decode()
    assert re.search(r"100\s*<span>→</span>\s*70 points", page)
    assert "30 points" in page
    assert "leave" in page
    assert Entry.objects.count() == entries


def test_an_adjustment_moves_points_and_the_toast_leads_to_its_entry(owner):
    member = a_member(points=100, at=YESTERDAY)
    answer = owner.post(f"/members/{member}/adjust/", adjustment(-30), follow=True)
    assert points_of(member, at=NOW + timedelta(hours=1)) == 70
    entry = Entry.objects.latest("id")
    assert f'href="/entries/{entry.pk}/"' in answer.content.decode()
    page = owner.get(f"/entries/{entry.pk}/").content.decode()
    assert "Spilled coffee" in page
    assert "Manual adjustment" in page


def test_the_same_form_sent_twice_counts_once(owner):
    member = a_member(at=YESTERDAY)
    form = adjustment(50)
    owner.post(f"/members/{member}/adjust/", form)
    owner.post(f"/members/{member}/adjust/", form)
    assert points_of(member, at=NOW + timedelta(hours=1)) == 50


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (adjustment(0), "not 0"),
        (adjustment(""), "required"),
        (adjustment("ten"), "whole number"),
        (adjustment(10**18), "too much"),
        (adjustment(5, reason=" "), "required"),
        (adjustment(-31), "Not enough: 30 of 31 points"),
        (adjustment(5, key="../x"), "valid value"),
        (adjustment(5, unit="gold"), "valid choice"),
    ],
)
def test_a_refused_adjustment_says_why_and_moves_nothing(owner, form, said):
    member = a_member(points=30, at=YESTERDAY)
    answer = owner.post(f"/members/{member}/adjust/", form)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert points_of(member, at=NOW + timedelta(hours=1)) == 30


@pytest.mark.parametrize(
    "path", ["/members/{0}/", "/members/{0}/adjust/", "/members/{0}/edit/", "/entries/{0}/", "/sales/{0}/"]
)
def test_what_does_not_exist_is_not_found(owner, path):
    assert owner.get(path.format(987654)).status_code == 404


def test_enrolment_shows_the_duplicate_and_its_member(owner):
    held = a_member(cards=("9000111",), at=YESTERDAY)
    page = owner.post("/members/new/", {"first_name": "Ann", "card": "9000111"}).content.decode()
    assert "Another member has this already" in page
    assert f'href="/members/{held}/"' in page
    assert owner.post("/members/new/", {"first_name": "Ann", "phone": "(212) 555-1234"}).status_code == 302


def test_locking_needs_a_reason(owner):
    member = a_member(at=YESTERDAY)
    refused = owner.post(f"/members/{member}/status/", {"status": "locked", "reason": ""})
    assert "Say why" in refused.content.decode()
    assert owner.post(f"/members/{member}/status/", {"status": "locked", "reason": "Stolen"}).status_code == 302
    page = owner.get(f"/members/{member}/").content.decode()
    assert "Locked: looks and earns, cannot spend." in page
    assert "Stolen" in page


def test_an_edit_changes_what_was_changed(owner):
    member = a_member(at=YESTERDAY, email="old@example.com")
    owner.post(f"/members/{member}/edit/", {"first_name": "Anna", "last_name": "Lee", "email": "new@example.com"})
    page = owner.get(f"/members/{member}/").content.decode()
    assert "Anna Lee" in page
    assert "new@example.com" in page
