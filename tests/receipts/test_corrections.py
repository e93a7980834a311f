"""A sale that was recorded wrongly is put right by two people, and both sales stay to be seen."""

from datetime import timedelta

import pytest

from regulars.core.checkout import SaleTooOld
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import OwnReceipt
from regulars.ledger.statement import balance_of
from regulars.points.adjust import InvalidAdjustment
from regulars.receipts.confirm import confirm_receipt
from regulars.receipts.correct import (
    CorrectedAlready,
    Correction,
    NothingToCorrect,
    correct_sale,
    preview_correction,
)
from regulars.receipts.models import Receipt
from regulars.receipts.reject import reject_receipt
from regulars.sales.models import Refund, Sale
from regulars.sales.refusals import SaleNotFound
from tests.receipts.desk import CLERK, SECOND, a_receipt, key_in
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def wrong_sale(member: int, total: int = 1_000) -> int:
    return sell(a_sale(total, member=member, receipt="R-7")).id or 0


def a_correction(sale_id: int, **given) -> Correction:
    return Correction(**({"key": "correct-1", "sale_id": sale_id, "reason": "10.00 was rung up for 100.00"} | given))


def test_a_wrong_total_is_put_right_when_a_second_person_agrees():
    ana = a_member()
    sale = wrong_sale(ana)
    entered = correct_sale(a_correction(sale, total_minor=10_000), at=NOON, by=CLERK)
    assert (entered.state, entered.promised) == ("awaiting", [])
    assert (balance_of(ana, at=NOON).available, balance_of(ana, at=NOON).pending) == (10, 0)

    with pytest.raises(OwnReceipt):
        confirm_receipt(entered.receipt_id, at=NOON, by=CLERK)
    done = confirm_receipt(entered.receipt_id, at=NOON + DAY, by=SECOND)

    assert points_of(ana, at=NOON + DAY) == 100
    assert done.refunded is not None and done.refunded.amount_minor == 1_000
    old, new = Sale.objects.order_by("id")
    assert (old.external_id, old.refunded_minor) == ("R-7", 1_000)
    assert (new.external_id, new.total_minor, new.occurred_at) == ("R-7-C1", 10_000, NOON)
    assert Refund.objects.get().external_id == f"correction/{entered.receipt_id}"
    receipt = Receipt.objects.get()
    assert (receipt.corrects_id, receipt.sale_id, receipt.note) == (old.pk, new.pk, "10.00 was rung up for 100.00")


def test_a_sale_of_the_wrong_member_goes_to_the_right_one():
    ana, bob = a_member(), a_member()
    sale = wrong_sale(bob, 5_000)
    entered = correct_sale(a_correction(sale, member=MemberHandle(id=str(ana))), at=NOON, by=CLERK)
    confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    assert (points_of(ana), points_of(bob)) == (50, 0)


def test_a_correction_that_is_turned_down_leaves_everything_as_it_was():
    ana = a_member()
    sale = wrong_sale(ana)
    entered = correct_sale(a_correction(sale, total_minor=10_000), at=NOON, by=CLERK)
    reject_receipt(entered.receipt_id, reason="The roll says 10.00", at=NOON, by=SECOND)
    assert points_of(ana) == 10
    assert Sale.objects.get().refunded_minor == 0
    assert correct_sale(a_correction(sale, key="correct-2", total_minor=2_000), at=NOON, by=CLERK).state == "awaiting"


def test_a_sale_has_one_correction_at_a_time_and_the_corrected_one_can_be_corrected():
    ana = a_member()
    sale = wrong_sale(ana)
    first = correct_sale(a_correction(sale, total_minor=10_000), at=NOON, by=CLERK)
    assert correct_sale(a_correction(sale, total_minor=10_000), at=NOON, by=CLERK).replayed
    with pytest.raises(CorrectedAlready) as refused:
        correct_sale(a_correction(sale, key="correct-2", total_minor=20_000), at=NOON, by=CLERK)
    assert refused.value.receipt_id == str(first.receipt_id)

    done = confirm_receipt(first.receipt_id, at=NOON, by=SECOND)
    second = correct_sale(a_correction(done.recorded.id or 0, key="correct-3", total_minor=3_000), at=NOON, by=SECOND)
    confirm_receipt(second.receipt_id, at=NOON, by=CLERK)
    assert points_of(ana) == 30
    assert set(Sale.objects.values_list("external_id", flat=True)) == {"R-7", "R-7-C1", "R-7-C1-C1"}


def test_what_a_correction_will_do_is_told_before():
    ana = a_member()
    effect = preview_correction(a_correction(wrong_sale(ana), total_minor=10_000), at=NOON)
    assert effect.taken_back is not None
    assert [taken.amount for taken in effect.taken_back.clawed] == [10]
    assert effect.instead.quote is not None
    assert [earned.awarded for earned in effect.instead.quote.earned] == [100]
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, NothingToCorrect),
        ({"total_minor": 1_000}, NothingToCorrect),
        ({"total_minor": 2_000, "reason": " "}, InvalidAdjustment),
        ({"total_minor": 2_000, "sale_id": 2**40}, SaleNotFound),
        ({"occurred_at": NOON - 31 * DAY}, SaleTooOld),
    ],
)
def test_what_corrects_nothing_is_refused(given, refusal):
    sale = wrong_sale(a_member())
    with pytest.raises(refusal):
        correct_sale(a_correction(**({"sale_id": sale} | given)), at=NOON, by=CLERK)
    assert Receipt.objects.count() == 0


def test_a_receipt_keyed_by_hand_is_corrected_like_any_sale():
    ana = a_member()
    keyed = key_in(a_receipt(8_000, member=ana, number="P-1"))
    done = confirm_receipt(keyed.receipt_id, at=NOON, by=SECOND)
    entered = correct_sale(a_correction(done.recorded.id or 0, total_minor=800), at=NOON, by=CLERK)
    confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    assert points_of(ana) == 8
