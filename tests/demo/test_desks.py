"""The desks of the demo's team have something on them, once, and it can be dealt with."""

from datetime import UTC, datetime

import pytest

from regulars.cards.models import CardBatch
from regulars.core.actor import SYSTEM, Actor
from regulars.demo.desks import BOX_OF, CLAIMS, put_on_desks
from regulars.demo.people import a_person
from regulars.demo.program import NAME, PROGRAM, TIME_ZONE
from regulars.members.enrol import enrol_members
from regulars.members.models import Card
from regulars.programs.setup import create_program
from regulars.receipts.confirm import confirm_receipt
from regulars.receipts.models import Receipt
from regulars.sales.verify import verify
from regulars.staff.models import ApprovalRule, Person
from regulars.staff.people import create_person
from regulars.stores.open import NewStore, open_stores

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def grocer():
    create_program(
        name=NAME, time_zone=TIME_ZONE, currency="USD", country="US", document=PROGRAM, at=EARLIER, by=SYSTEM
    )
    open_stores([NewStore(code="330", name="Elm Street", time_zone=TIME_ZONE)], at=EARLIER, by=SYSTEM)
    enrol_members([a_person(household, joined_at=EARLIER) for household, *_ in CLAIMS], at=EARLIER)
    for role in ("manager", "cashier"):
        create_person(email=f"{role}@example.com", role=role, password="a long enough one", at=EARLIER, by=SYSTEM)


def test_thresholds_cards_and_receipts_are_there_once(grocer):
    for _ in range(2):
        put_on_desks(at=AT)
        assert (CardBatch.objects.get().made, Card.objects.filter(status="stock").count()) == (BOX_OF, BOX_OF)
        assert Receipt.objects.filter(state="awaiting").count() == len(CLAIMS)
        assert ApprovalRule.objects.filter(action="adjust_points").count() == 2


def test_the_manager_confirms_what_the_cashier_keyed(grocer):
    put_on_desks(at=AT)
    manager = Person.objects.get(role="manager")
    for receipt in Receipt.objects.all():
        confirm_receipt(receipt.pk, at=AT, by=Actor(kind="staff", id=manager.pk, name="Demo Manager"))
    assert not Receipt.objects.exclude(state="confirmed").exists()
    assert not [result for result in verify() if result.breaches]


def test_what_was_dealt_with_does_not_come_back(grocer):
    put_on_desks(at=AT)
    ApprovalRule.objects.exclude(action="erase_member").delete()
    put_on_desks(at=AT)
    assert ApprovalRule.objects.count() == 1
