"""The worker makes and seals batches, and lets unused cards die; as well twice as once."""

import pytest
from django.db import connection

from regulars.cards.batches import NewBatch, ask_batch
from regulars.cards.models import CardBatch
from regulars.cards.seal import ask_seal
from regulars.core.card_numbers import Pattern
from regulars.jobs import cards
from regulars.members.models import Card
from tests.cards.stock import CLERK, a_card_type
from tests.shop import NOON, OPENED, a_shop


@pytest.fixture
def shop(fresh_merchant):
    """Jobs commit, and what they defer lies in the public schema: this merchant's is removed again."""
    a_shop()
    a_card_type(pin_digits=8, unused_days=1)
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


@pytest.mark.fault
def test_a_batch_is_made_sealed_and_dies(shop):
    new = NewBatch(type="paper", name="May", pattern=Pattern(text="9****?"), count=20)
    batch = ask_batch(new, key="k", at=OPENED, by=CLERK)
    cards.defer_make_cards(batch.pk, schema=shop)

    assert [cards.make_cards(schema=shop, batch=batch.pk) for _ in range(2)] == [20, 0]
    ask_seal(batch.pk, at=NOON, by=CLERK)
    cards.defer_seal_cards(batch.pk, schema=shop)
    assert [cards.seal_cards(schema=shop, batch=batch.pk) for _ in range(2)] == [20, 0]
    assert CardBatch.objects.get().secret is None

    assert cards.expire_cards(schema=shop) == 0
    Card.objects.update(dies_at=NOON)
    assert [cards.expire_cards(schema=shop) for _ in range(2)] == [20, 0]
