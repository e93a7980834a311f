"""Open sales of another system wait here like keyed receipts: promised, confirmed by the till or by people, undone."""

from datetime import timedelta

import pytest

from regulars.core.actor import Actor
from regulars.ledger.models import Account
from regulars.receipts.confirm import confirm_receipt
from regulars.receipts.match import match_receipts
from regulars.receipts.models import Receipt
from regulars.sales.models import Sale
from regulars.sales.verify import verify
from tests.imports.files import a_file, bring, check, faults, undo
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db
HEAD = "External id,Store,Receipt number,Total,Sold on,Open until,Note\n"
OPEN = "C-1,330,A-1,120.00,2026-03-09 14:30,2026-06-30,Layaway\n"


@pytest.fixture
def ann() -> int:
    a_shop()
    return a_member(external_id="C-1")


def points(member: int) -> int:
    return Account.objects.get(holder_id=member).balance


def test_an_open_sale_waits_with_its_points_promised(ann):
    run = bring(HEAD + OPEN, subject="sales")

    assert (run.counts, run.sums) == ({"created": 1}, {"money": 12000, "points": 120})
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.number, receipt.total_minor, receipt.note) == ("awaiting", "A-1", 12000, "Layaway")
    assert str(receipt.occurred_at) == "2026-03-09 18:30:00+00:00"  # New York, in summer time already
    assert str(receipt.lapses_at) == "2026-07-01 04:00:00+00:00"
    assert (points(ann), Sale.objects.count()) == (120, 0)
    assert run.held_after["points"] - run.held_before["points"] == 120
    assert not [each for each in verify() if each.breaches]


def test_looking_at_it_says_the_same_and_keeps_nothing(ann):
    run = check(a_file(HEAD + OPEN, subject="sales"))
    assert (run.counts, run.sums) == ({"created": 1}, {"money": 12000, "points": 120})
    assert not Receipt.objects.exists()
    assert points(ann) == 0


def test_a_layaway_may_be_older_than_any_sale_of_a_till(ann):
    run = bring(HEAD + "C-1,330,A-1,120.00,2025-06-01,,\n", subject="sales")
    assert (run.counts, points(ann)) == ({"created": 1}, 120)
    confirm_receipt(Receipt.objects.get().pk, at=NOON, by=Actor(kind="staff", id=7))
    assert (Sale.objects.count(), points(ann)) == (1, 120)


def test_the_same_file_again_brings_nothing(ann):
    bring(HEAD + OPEN, subject="sales")
    assert bring(HEAD + OPEN, subject="sales").counts == {"unchanged": 1}
    assert points(ann) == 120


def test_the_till_that_finishes_it_confirms_it(ann):
    bring(HEAD + OPEN, subject="sales")
    sell(a_sale(12000, member=None, receipt="A-1", store="330", at=NOON - timedelta(minutes=1)))  # a day later
    assert match_receipts(at=NOON) == 1
    assert (Receipt.objects.get().state, Sale.objects.get().member_id, points(ann)) == ("confirmed", ann, 120)
    assert bring(HEAD + OPEN, subject="sales").counts == {"unchanged": 1}


def test_somebody_else_confirms_it_and_it_can_be_taken_back_no_more(ann):
    run = bring(HEAD + OPEN, subject="sales")
    confirm_receipt(Receipt.objects.get().pk, at=NOON, by=Actor(kind="staff", id=7))
    run = undo(run)
    assert (run.counts["changed"], points(ann), Sale.objects.count()) == (1, 120, 1)


def test_taken_back_it_promises_nothing_and_may_come_again(ann):
    run = undo(bring(HEAD + OPEN, subject="sales"))
    assert (run.counts["undone"], Receipt.objects.get().state, points(ann)) == (1, "rejected", 0)
    assert bring(HEAD + OPEN, subject="sales").counts == {"created": 1}
    assert points(ann) == 120


def test_what_cannot_wait_is_told_line_by_line(ann):
    run = check(
        a_file(
            HEAD + "C-1,330,A-1,12.345,2026-03-09,,\n"  # too precise
            "C-1,999,A-2,10,2026-03-09,,\n"  # no such store
            "C-1,330,A-3,10,2026-04-09,,\n"  # to come
            "C-1,330,A-4,10,2026-03-09 25:00,,\n"
            "C-1,330,A-5,10,2026-03-09,2026-03-01,\n"
            "C-1,330,A-6,,2026-03-09,,\n"
            "C-9,330,A-7,10,2026-03-09,,\n"
            "C-1,330,A-8,10,2026-03-09,,\n"
            "C-1,330,A-8,11,2026-03-08,,\n",
            subject="sales",
        )
    )
    assert run.counts == {"failed": 8, "created": 1}
    assert faults(run) == [
        (2, "total", "too_precise"),
        (3, "", "store_not_found"),
        (4, "sold_at", "invalid_day"),
        (5, "sold_at", "invalid_day"),
        (6, "open_until", "over_already"),
        (7, "total", "cell_needed"),
        (8, "", "nobody_found"),
        (10, "receipt", "repeated_line"),
    ]
