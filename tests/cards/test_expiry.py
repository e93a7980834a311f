"""A card that nobody activates dies with what it holds, when nobody buys with it for as long as its kind lives."""

from datetime import timedelta

import pytest

from regulars.audit.models import Event
from regulars.cards.models import CardType
from regulars.care.expire_cards import Batch, expire_cards, expire_cards_in_batches
from regulars.ledger.models import Entry
from regulars.members.models import Card
from regulars.sales.verify import verify
from tests.cards.stock import a_batch, a_card_type, a_sale_with
from tests.shop import OPENED, a_shop, points_of, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type(unused_days=30)
    a_batch()


def statuses() -> list[str]:
    return list(Card.objects.order_by("number").values_list("status", flat=True))


def test_unused_cards_die_and_used_ones_live_on_until_they_are_left_alone():
    used = OPENED + timedelta(days=10)
    guest = sell(a_sale_with("9000001", 4000, at=used), at=used).member_id

    assert expire_cards(at=OPENED + timedelta(days=29)) == Batch(0, 0)
    assert expire_cards(at=OPENED + timedelta(days=30)) == Batch(3, 2)
    assert statuses() == ["stock", "expired", "expired"]
    assert points_of(guest, at=OPENED + timedelta(days=39)) == 40

    end = OPENED + timedelta(days=40)
    assert [batch.died for batch in expire_cards_in_batches(at=end)] == [1]
    assert statuses() == ["expired"] * 3
    assert points_of(guest, at=end) == 0
    entry = Entry.objects.get(kind="expire")
    assert (entry.amount, entry.recorded_at) == (40, end)
    event = Event.objects.get(action="card.expired", member_id=guest)
    assert event.facts == {"lost": {"points": 40}}
    assert [check.name for check in verify() if check.breaches] == []


def test_expiring_twice_changes_nothing():
    at = OPENED + timedelta(days=30)

    list(expire_cards_in_batches(at=at))
    again = list(expire_cards_in_batches(at=at))

    assert again == []
    assert Event.objects.filter(action="card.expired").count() == 3


def test_cards_of_a_kind_without_an_end_do_not_die():
    CardType.objects.update(unused_days=None)
    a_batch("8***", cards=1)

    expire_cards(at=OPENED + timedelta(days=3_000))

    assert Card.objects.get(number="8001").status == "stock"
