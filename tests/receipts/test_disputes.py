"""What a member disputes is noted once, and answered with words that stay."""

import pytest

from regulars.audit.models import Event
from regulars.receipts.dispute import (
    DisputeClosed,
    DisputeNotFound,
    DisputeOpen,
    InvalidDispute,
    NewDispute,
    answer_dispute,
    open_dispute,
)
from regulars.receipts.models import Dispute
from regulars.sales.refusals import SaleNotFound
from tests.receipts.desk import CLERK, SECOND
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def disputed(member: int, **given) -> NewDispute:
    return NewDispute(**({"member_id": member, "complaint": "amount", "said": "I paid 50.00"} | given))


def test_a_dispute_is_opened_and_answered_with_a_trail():
    ana = a_member()
    sale = sell(a_sale(5_000, member=ana)).id
    dispute_id = open_dispute(disputed(ana, sale_id=sale), at=NOON, by=CLERK)
    answer_dispute(dispute_id, upheld=True, answer="The till's roll agrees", at=NOON, by=SECOND)
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.answer, dispute.closed_by) == ("upheld", "The till's roll agrees", SECOND.tag)
    assert dispute.store.code == "330"
    assert list(Event.objects.filter(about="dispute").order_by("id").values_list("action", "actor")) == [
        ("dispute.opened", CLERK.tag),
        ("dispute.upheld", SECOND.tag),
    ]
    with pytest.raises(DisputeClosed):
        answer_dispute(dispute_id, upheld=False, answer="No", at=NOON, by=SECOND)


def test_a_member_disputes_a_sale_once_at_a_time():
    ana = a_member()
    sale = sell(a_sale(5_000, member=ana)).id
    first = open_dispute(disputed(ana, sale_id=sale), at=NOON, by=CLERK)
    with pytest.raises(DisputeOpen) as refused:
        open_dispute(disputed(ana, sale_id=sale), at=NOON, by=CLERK)
    assert refused.value.dispute_id == str(first)
    answer_dispute(first, upheld=False, answer="It was 50.00", at=NOON, by=SECOND)
    assert open_dispute(disputed(ana, sale_id=sale), at=NOON, by=CLERK) != first


def test_a_missing_sale_is_disputed_without_one():
    ana = a_member()
    one, two = (open_dispute(disputed(ana, complaint="missing"), at=NOON, by=CLERK) for _ in range(2))
    assert one != two


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"said": "  "}, InvalidDispute),
        ({"said": "x" * 1_001}, InvalidDispute),
        ({"complaint": "weather"}, InvalidDispute),
        ({"sale_id": 2**40}, SaleNotFound),
    ],
)
def test_what_says_nothing_is_no_dispute(given, refusal):
    with pytest.raises(refusal):
        open_dispute(disputed(a_member(), **given), at=NOON, by=CLERK)
    assert Dispute.objects.count() == 0


def test_an_answer_has_words_and_a_dispute():
    dispute_id = open_dispute(disputed(a_member(), complaint="other"), at=NOON, by=CLERK)
    with pytest.raises(InvalidDispute):
        answer_dispute(dispute_id, upheld=True, answer="", at=NOON, by=SECOND)
    with pytest.raises(DisputeNotFound):
        answer_dispute(2**40, upheld=True, answer="Yes", at=NOON, by=SECOND)
