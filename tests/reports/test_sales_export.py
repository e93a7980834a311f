"""Sales are taken home as they are filtered, of the stores that were within reach, and of no others."""

import csv
import io
from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.sale import NewRefund
from regulars.reports.exports import source
from regulars.reports.exports.runs import ask_export, fetch_export, write_export
from regulars.reports.exports.sales import AT_ONCE, COLUMNS, Sold, sales_of
from regulars.sales.refund import refund_sales
from regulars.stores.models import Store
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(stores=("330", "331"))


def store(code: str) -> int:
    return Store.objects.get(code=code).pk


def exported(**asked) -> list[dict[str, str]]:
    columns = [(code, code) for code in COLUMNS]
    number = ask_export("sales", title="Sales", asked=asked, columns=columns, form="csv", at=NOON, by=SYSTEM)
    assert write_export(number, now=lambda: NOON) == "done"
    with fetch_export(number, at=NOON, by=SYSTEM) as content:
        return list(csv.DictReader(io.StringIO(content.read().decode("utf-8-sig"))))


def test_a_sale_is_a_row_in_the_shops_money():
    ana = a_member()
    sold = sell(a_sale(1_250, member=ana, receipt="=R-1", till="3", cashier="kim"))
    refund_sales([NewRefund(sale_id=sold.id or 0, external_id="b", occurred_at=NOON, amount_minor=250)], at=NOON)
    [row] = exported()
    assert (row["total"], row["refunded"], row["store"], row["member"]) == ("12.50", "2.50", "330", str(ana))
    assert row["receipt"] == "'=R-1"  # no spreadsheet takes it for a formula


def test_only_what_is_filtered_and_within_reach_is_taken_home():
    ana = a_member()
    sell(a_sale(receipt="A", member=ana))
    sell(a_sale(receipt="B", store="331"))
    sell(a_sale(receipt="C", at=NOON - HOUR))

    def receipts(**asked) -> list[str]:
        return [row["receipt"] for row in exported(**asked)]

    assert receipts() == ["B", "A", "C"]
    assert receipts(store=store("331")) == ["B"]
    assert receipts(who="member") == ["A"]
    assert receipts(who="anonymous") == ["B", "C"]
    assert receipts(since=NOON.isoformat()) == ["B", "A"]
    assert receipts(until=NOON.isoformat()) == ["C"]
    assert receipts(stores=[store("330")]) == ["A", "C"]
    assert receipts(stores=[store("330")], store=store("331")) == []
    assert receipts(stores=[]) == []


def test_a_long_list_is_read_batch_by_batch_without_a_gap(monkeypatch):
    monkeypatch.setattr("regulars.reports.exports.sales.AT_ONCE", 3)
    for n in range(8):
        sell(a_sale(receipt=f"R-{n}", at=NOON - (n // 3) * HOUR))
    assert sorted(row["receipt"] for row in exported()) == [f"R-{n}" for n in range(8)]
    assert AT_ONCE == 1_000
    assert sales_of(Sold()).count() == 8


def test_a_rare_filter_is_counted_among_the_newest_and_is_long_for_all_one_knows(monkeypatch):
    monkeypatch.setattr(source, "LOOKED_AT", 3)
    for n in range(5):
        sell(a_sale(at=NOON - timedelta(minutes=n)))
    count = source.find_source("sales").count
    assert count({"who": "member"}, NOON) == source.AT_ONCE + 1
    assert count({"who": "member", "since": (NOON - timedelta(minutes=1)).isoformat()}, NOON) == 0
    assert count({"who": "anonymous", "since": (NOON - timedelta(minutes=1)).isoformat()}, NOON) == 2
