"""Locked can be undone, left is left; either way nobody gets in from that moment on."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.approval import Action
from regulars.staff.approvals import Ask, approve, ask_for_approval, open_approvals
from regulars.staff.giving import MoreThanYouHold
from regulars.staff.models import Approval, Person, SignIn
from regulars.staff.people import LastOwner, actor_for, create_person
from regulars.staff.rights import Right, can
from regulars.staff.sign_ins import end_sign_ins, forget_ended_sign_ins, list_sign_ins, note_sign_in
from regulars.staff.states import (
    InvalidLockEnd,
    InvalidSuccessor,
    NotYourself,
    StateReasonNeeded,
    deactivate_person,
    end_locks,
    let_in_again,
    lock_person,
)
from tests.shop import NOON

pytestmark = pytest.mark.django_db
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def kim() -> Person:
    return a_person("kim", "cashier")


def a_person(name: str, role: str) -> Person:
    return create_person(email=f"{name}@example.com", role=role, first_name=name, at=NOON, by=SYSTEM)


def a_browser(person: Person, key: str) -> SignIn:
    Session.objects.create(session_key=key, session_data="", expire_date=TOMORROW)
    note_sign_in(person_id=person.pk, session_key=key, address="203.0.113.7", device="Firefox", at=NOON)
    return SignIn.objects.get(session_key=key)


def test_a_lock_ends_every_session_and_right_at_once_and_can_be_undone(kim):
    a_browser(kim, "one")
    a_browser(kim, "two")

    lock_person(person_id=kim.pk, reason="Refunds nobody asked for", at=NOON, by=SYSTEM)

    kim.refresh_from_db()
    assert (kim.state, kim.is_active, kim.state_reason) == ("locked", False, "Refunds nobody asked for")
    assert (Session.objects.count(), SignIn.objects.count()) == (0, 0)
    assert not can(kim, Right.SEE_MEMBERS)

    let_in_again(person_id=kim.pk, reason="It was a mix-up", at=TOMORROW, by=SYSTEM)
    kim.refresh_from_db()
    assert (kim.state, kim.is_active, kim.state_until) == ("active", True, None)
    assert can(kim, Right.SEE_MEMBERS)
    assert [(each.state, each.reason, each.actor) for each in kim.state_changes.order_by("id")] == [
        ("locked", "Refunds nobody asked for", "system"),
        ("active", "It was a mix-up", "system"),
    ]
    assert [event.action for event in Event.objects.filter(about="person").order_by("id")] == [
        "person.created",
        "person.locked",
        "person.signed_out",
        "person.let_in",
    ]


def test_a_lock_with_an_end_ends_then_and_not_before(kim):
    lock_person(person_id=kim.pk, reason="On leave", until=TOMORROW, at=NOON, by=SYSTEM)

    assert end_locks(at=TOMORROW - timedelta(seconds=1)) == 0
    assert end_locks(at=TOMORROW, email="other@example.com") == 0
    assert end_locks(at=TOMORROW, email="Kim@Example.com ") == 1
    kim.refresh_from_db()
    assert (kim.state, kim.is_active) == ("active", True)
    assert end_locks(at=TOMORROW) == 0


def test_a_lock_without_an_end_does_not_end_by_itself(kim):
    lock_person(person_id=kim.pk, reason="x", at=NOON, by=SYSTEM)

    assert end_locks(at=NOON + timedelta(days=9_999)) == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"reason": "  "}, StateReasonNeeded),
        ({"reason": "x" * 1001}, StateReasonNeeded),
        ({"until": NOON}, InvalidLockEnd),
    ],
)
def test_a_lock_that_is_refused_leaves_everything(kim, change, refusal):
    a_browser(kim, "one")

    with pytest.raises(refusal):
        lock_person(**({"person_id": kim.pk, "reason": "x", "at": NOON, "by": SYSTEM} | change))

    kim.refresh_from_db()
    assert (kim.is_active, SignIn.objects.count(), Event.objects.count()) == (True, 1, 1)


def test_nobody_locks_themselves_out_or_a_stronger_one_or_the_last_owner(kim):
    zoe, max_ = a_person("zoe", "owner"), a_person("max", "manager")

    for by, whom, refusal in ((zoe, zoe, NotYourself), (max_, zoe, MoreThanYouHold)):
        with pytest.raises(refusal):
            lock_person(person_id=whom.pk, reason="x", at=NOON, by=actor_for(by))
    with pytest.raises(LastOwner):
        lock_person(person_id=zoe.pk, reason="x", at=NOON, by=SYSTEM)
    lock_person(person_id=kim.pk, reason="x", at=NOON, by=actor_for(max_))
    with pytest.raises(MoreThanYouHold):
        let_in_again(person_id=zoe.pk, reason="x", at=NOON, by=actor_for(max_))
    assert [person.is_active for person in Person.objects.order_by("id")] == [False, True, True]


def an_approval(person: Person, key: str) -> Approval:
    ask = Ask(action=Action.MERGE_MEMBERS, payload={"key": key}, about="member", about_id=1)
    return ask_for_approval(ask, person=person, path="/", form={}, at=NOON)


def test_who_leaves_hands_over_what_waits_and_what_was_approved_for_them_is_void(kim):
    zoe, max_ = a_person("zoe", "owner"), a_person("max", "manager")
    waiting, approved = an_approval(kim, "1"), an_approval(kim, "2")
    approve(approval_id=approved.pk, approver=zoe, at=NOON)

    deactivate_person(person_id=kim.pk, reason="Moved away", successor_id=max_.pk, at=NOON, by=SYSTEM)

    assert [each.asked_by_id for each in open_approvals(at=NOON)] == [max_.pk]
    assert Event.objects.get(action="person.handed_over").facts == {"to": f"staff:{max_.pk}", "approvals": 1}
    assert Approval.objects.get(pk=waiting.pk).state == "waiting"
    assert Approval.objects.get(pk=approved.pk).state == "withdrawn"
    kim.refresh_from_db()
    assert (kim.state, kim.is_active, str(kim)) == ("inactive", False, "kim")


def test_without_a_successor_what_waits_is_withdrawn(kim):
    waiting = an_approval(kim, "1")

    deactivate_person(person_id=kim.pk, reason="Moved away", at=NOON, by=SYSTEM)

    assert Approval.objects.get(pk=waiting.pk).state == "withdrawn"


def test_a_successor_is_somebody_else_who_is_active(kim):
    gone = a_person("max", "manager")
    deactivate_person(person_id=gone.pk, reason="x", at=NOON, by=SYSTEM)

    for successor in (kim.pk, gone.pk, 2**40):
        with pytest.raises(InvalidSuccessor):
            deactivate_person(person_id=kim.pk, reason="x", successor_id=successor, at=NOON, by=SYSTEM)
    kim.refresh_from_db()
    assert kim.is_active


def test_browsers_are_listed_and_signed_out_one_by_one(kim):
    one, two = a_browser(kim, "one"), a_browser(kim, "two")
    note_sign_in(
        person_id=kim.pk, session_key="two", address="198.51.100.9", device="Safari", at=NOON + timedelta(minutes=2)
    )

    assert [(each.device, str(each.address)) for each in list_sign_ins(kim.pk, at=NOON)] == [
        ("Safari", "198.51.100.9"),
        ("Firefox", "203.0.113.7"),
    ]
    assert end_sign_ins(person_id=kim.pk, only=one.pk, at=NOON, by=SYSTEM) == 1
    assert [each.session_key for each in Session.objects.all()] == ["two"]
    assert end_sign_ins(person_id=kim.pk, besides="two", at=NOON, by=SYSTEM) == 0
    assert end_sign_ins(person_id=a_person("max", "manager").pk, only=two.pk, at=NOON, by=SYSTEM) == 0
    assert list_sign_ins(kim.pk, at=TOMORROW) == []
    assert forget_ended_sign_ins(at=TOMORROW) == 1
