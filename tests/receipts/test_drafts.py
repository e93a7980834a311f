"""A receipt that is not complete is kept as a draft, promises nothing, and is finished by who began it."""

import pytest
from msgspec import structs

from regulars.core.program.policies import Policies
from regulars.core.receipts import NotAwaiting
from regulars.core.sale import SaleLine, Tender
from regulars.ledger.statement import balance_of
from regulars.receipts.confirm import confirm_receipt
from regulars.receipts.enter import finish_draft, preview_receipt
from regulars.receipts.models import Proof, Receipt
from regulars.receipts.refusals import NotYours, PaymentNeedsTill, ReceiptIncomplete
from regulars.receipts.reject import reject_receipt
from tests.receipts.desk import CLERK, SECOND, a_photo, a_receipt, key_in
from tests.shop import NOON, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def pending(member: int) -> int:
    return balance_of(member, at=NOON).pending


def test_a_draft_needs_no_number_promises_nothing_and_is_finished_later():
    ana = a_member()
    begun = a_receipt(None, member=ana, number="", kind="claim")
    draft = key_in(begun, proofs=[a_photo()], as_draft=True)
    assert (draft.state, pending(ana)) == ("draft", 0)
    with pytest.raises(NotAwaiting):
        confirm_receipt(draft.receipt_id, at=NOON, by=SECOND)

    whole = structs.replace(begun, number="R-7", total_minor=8_000)
    with pytest.raises(ReceiptIncomplete):
        finish_draft(draft.receipt_id, begun, at=NOON, by=CLERK, may_finish_all=False)
    with pytest.raises(NotYours):
        finish_draft(draft.receipt_id, whole, at=NOON, by=SECOND, may_finish_all=False)
    done = finish_draft(draft.receipt_id, whole, at=NOON, by=CLERK, may_finish_all=False, proofs=[a_photo()])

    assert (done.receipt_id, done.state, pending(ana)) == (draft.receipt_id, "awaiting", 80)
    assert Proof.objects.filter(receipt=draft.receipt_id).count() == 2
    assert finish_draft(draft.receipt_id, whole, at=NOON, by=CLERK, may_finish_all=False).replayed


def test_a_draft_is_thrown_away_with_a_reason():
    draft = key_in(a_receipt(None, member=a_member(), number=""), as_draft=True)
    reject_receipt(draft.receipt_id, reason="Unreadable", at=NOON, by=CLERK)
    assert Receipt.objects.get().state == "rejected"


def test_what_keying_does_is_told_before():
    ana = a_member()
    shown = preview_receipt(a_receipt(8_000, member=ana), at=NOON, has_proof=False)
    assert shown.waits and shown.quote is not None
    assert [(each.unit, each.awarded) for each in shown.quote.earned] == [("points", 80)]
    sell(a_sale(8_000, receipt="R-7"))
    same = preview_receipt(a_receipt(8_000, member=ana, number="R-7"), at=NOON, has_proof=True)
    assert (same.waits, same.till_has) == (False, "same")
    other = preview_receipt(a_receipt(9_000, member=ana, number="R-7"), at=NOON, has_proof=True)
    assert (other.waits, other.till_has) == (True, "other")
    assert Receipt.objects.count() == 0


def test_points_pay_where_the_sale_counts_at_once_and_nowhere_else():
    ana = a_member(points=100)
    paid = a_receipt(1_000, member=ana, tenders=(Tender("points", points=100),))
    with pytest.raises(PaymentNeedsTill):
        key_in(paid)
    assert points_of(ana) == 100
    publish(a_program(policies=Policies(confirm_above_minor=None)))
    assert key_in(paid).state == "confirmed"
    assert points_of(ana) < 100


def test_lines_are_kept_and_counted():
    ana = a_member()
    lines = (SaleLine("100", 1_000, 6_000, "GROCERY"), SaleLine("200", 2_000, 2_000, "GROCERY"))
    entered = key_in(a_receipt(8_000, member=ana, lines=lines))
    done = confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    receipt = Receipt.objects.select_related("sale").get()
    assert receipt.sale is not None and receipt.sale.pk == done.recorded.id
    assert list(receipt.sale.lines.order_by("position").values_list("sku", "amount_minor")) == [
        ("100", 6_000),
        ("200", 2_000),
    ]
