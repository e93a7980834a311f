"""A till that asks for a PIN: no balance moves before somebody who may approve has given theirs."""

import pytest
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.ledger.models import Entry
from regulars.staff.models import ApprovalRule, Person
from regulars.staff.people import create_person
from regulars.staff.pins import set_pin
from tests.api.machine import Machine

ADJUST = {"amount": 500, "reason": "goodwill"}


@pytest.fixture(scope="module")
def careful(shop) -> Machine:
    """A till of a shop where tills need a PIN from 100 points on, and the team a second person always."""
    ApprovalRule.objects.create(action="adjust_points", role="key", from_amount=100, need="pin")
    ApprovalRule.objects.create(action="adjust_points", role="", from_amount=0, need="second")
    for role in ("manager", "cashier"):
        person = create_person(email=f"{role}@example.com", role=role, at=timezone.now(), by=SYSTEM)
        set_pin(person_id=person.pk, pin="7305", at=timezone.now(), by=SYSTEM)
    return shop.machine()


def pin(who: str, digits: str = "7305") -> dict[str, str]:
    return {"approval-by": f"{who}@example.com", "approval-pin": digits}


def entries_of(member: str) -> list[Entry]:
    return list(Entry.objects.filter(target__holder_id=int(member)))


def test_below_the_threshold_a_till_adjusts_alone(careful):
    ann = careful.enrol()["id"]

    assert careful.post(f"/members/{ann}/adjustments", ADJUST | {"amount": 99}).status_code == 201


def test_from_the_threshold_on_it_needs_a_pin_and_both_names_stay(careful):
    ann = careful.enrol()["id"]
    path = f"/members/{ann}/adjustments"

    refused = careful.post(path, ADJUST, key="A-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "approval_needed")
    assert refused.json()["facts"] == {"action": "adjust_points", "need": "pin", "amount": 500, "unit": "points"}
    done = careful.post(path, ADJUST, key="A-1", headers=pin("Manager"))
    assert (done.status_code, done.json()["balance"]["available"]) == (201, 500)
    assert careful.post(path, ADJUST, key="A-1").json()["entry_id"] == done.json()["entry_id"]  # a retry needs none

    [entry] = entries_of(ann)
    assert entry.actor.startswith("key:")
    assert entry.approver == f"staff:{Person.objects.get(role='manager').pk}"


@pytest.mark.parametrize("who", ["cashier", "nobody"])
def test_somebody_who_may_not_approve_is_like_nobody(careful, who):
    ann = careful.enrol()["id"]

    refused = careful.post(f"/members/{ann}/adjustments", ADJUST, headers=pin(who))

    assert (refused.status_code, refused.json()["code"]) == (422, "cannot_approve")
    assert entries_of(ann) == []


def test_a_wrong_pin_is_counted_although_it_is_refused(careful):
    """The last of these tests: the manager's PIN stays locked."""
    ann = careful.enrol()["id"]
    path = f"/members/{ann}/adjustments"

    answers = [careful.post(path, ADJUST, key="A-2", headers=pin("manager", "0001")).json() for _ in range(6)]
    assert [(each["code"], each["facts"].get("left")) for each in answers] == [
        ("wrong_pin", 4),
        ("wrong_pin", 3),
        ("wrong_pin", 2),
        ("wrong_pin", 1),
        ("wrong_pin", 0),
        ("pin_locked", None),
    ]
    assert careful.post(path, ADJUST, headers=pin("manager")).json()["code"] == "pin_locked"
    assert entries_of(ann) == []
