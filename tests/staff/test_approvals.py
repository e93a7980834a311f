"""Leave is for exactly what was asked, from somebody else where that is needed, for five minutes and once."""

from datetime import timedelta

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.approval import Action, Weight
from regulars.ledger.models import Entry
from regulars.points.adjust import adjust_points
from regulars.staff.approvals import (
    ApprovalClosed,
    ApprovalNeeded,
    Ask,
    CannotApprove,
    ReasonNeeded,
    approve,
    approve_by_pin,
    ask_for_approval,
    ask_leave,
    close_lapsed,
    open_approvals,
    reject,
    withdraw,
)
from regulars.staff.approvers import approvers_for
from regulars.staff.models import Approval, ApprovalRule, Person
from regulars.staff.people import create_person
from regulars.staff.pins import WrongPin, set_pin
from regulars.stores.models import Store
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def a_person(name: str, role: str, *stores: int) -> Person:
    person = create_person(email=f"{name}@example.com", role=role, first_name=name.title(), at=NOON, by=SYSTEM)
    if stores:
        Person.objects.filter(pk=person.pk).update(all_stores=False)
        person.stores.set(stores)
    return Person.objects.get(pk=person.pk)


def an_ask(amount: int = 500, *, store_id: int | None = None, **other: object) -> Ask:
    usual = {"about": "member", "about_id": 7, "payload": {"member": 7, "amount": amount, "key": "k"}}
    weight = Weight(amount=amount, unit="points", store_id=store_id)
    return Ask(action=Action.ADJUST_POINTS, weight=weight, **(usual | other))  # type: ignore[arg-type]


@pytest.fixture
def team(db) -> dict[str, Person]:
    ApprovalRule.objects.create(action="adjust_points", role="cashier", need="pin", from_amount=0)
    ApprovalRule.objects.create(action="adjust_points", role="manager", need="second", from_amount=500)
    return {name: a_person(name, role) for name, role in [("kim", "cashier"), ("max", "manager"), ("zoe", "owner")]}


def test_what_needs_nothing_is_done_at_once(team):
    by = ask_leave(an_ask(499), person=team["max"], at=NOON)

    assert (by.tag, by.approver) == (f"staff:{team['max'].pk}", None)
    assert not Approval.objects.exists()


def test_a_second_person_lets_it_through_and_both_are_kept(team):
    with pytest.raises(ApprovalNeeded) as refused:
        ask_leave(an_ask(), person=team["max"], at=NOON)
    assert refused.value.facts() == {"action": "adjust_points", "need": "second", "amount": 500, "unit": "points"}

    asked = ask_for_approval(an_ask(), person=team["max"], path="/members/7/adjust/", form={"amount": ["500"]}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)
    by = ask_leave(an_ask(), person=team["max"], at=NOON)

    assert (by.tag, by.approver) == (f"staff:{team['max'].pk}", f"staff:{team['zoe'].pk}")
    done = Approval.objects.get()
    assert (done.state, done.form, done.done_at) == ("done", {}, NOON)
    assert [event.action for event in Event.objects.filter(about="approval").order_by("id")] == [
        "approval.asked",
        "approval.approved",
    ]


def test_both_are_kept_in_the_entry_and_in_its_event(team):
    a_shop()
    member = a_member(points=100)
    ask = an_ask(about_id=member)
    asked = ask_for_approval(ask, person=team["max"], path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)

    by = ask_leave(ask, person=team["max"], at=NOON)
    adjust_points(member_id=member, amount=500, reason="goodwill", key="k", at=NOON, by=by)

    entry = Entry.objects.get(kind="adjust")
    assert (entry.actor, entry.approver) == (f"staff:{team['max'].pk}", f"staff:{team['zoe'].pk}")
    event = Event.objects.get(action="points.adjusted")
    assert (event.actor, event.facts["approver"]) == (entry.actor, entry.approver)


@pytest.mark.parametrize(
    ("ask", "at"),
    [
        (an_ask(501), NOON),  # another amount
        (an_ask(payload={"member": 8, "amount": 500, "key": "k"}), NOON),  # another member
        (an_ask(payload={"member": 7, "amount": 500, "key": "other"}), NOON),  # the form a second time
        (an_ask(), LATER),  # five minutes are over
    ],
)
def test_leave_is_for_exactly_what_was_asked_and_for_five_minutes(team, ask, at):
    asked = ask_for_approval(an_ask(), person=team["max"], path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)

    with pytest.raises(ApprovalNeeded):
        ask_leave(ask, person=team["max"], at=at)


def test_leave_is_used_up(team):
    ask = an_ask(payload={"member": 7, "amount": 500})
    asked = ask_for_approval(ask, person=team["max"], path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)
    ask_leave(ask, person=team["max"], at=NOON)

    with pytest.raises(ApprovalNeeded):
        ask_leave(ask, person=team["max"], at=NOON)


def test_a_form_that_was_sent_twice_needs_no_other_leave(team):
    asked = ask_for_approval(an_ask(), person=team["max"], path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)

    first, again = (ask_leave(an_ask(), person=team["max"], at=NOON) for _ in range(2))

    assert first == again


def test_leave_of_one_is_not_anothers(team):
    asked = ask_for_approval(an_ask(), person=team["max"], path="/", form={}, at=NOON)
    approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)
    eve = a_person("eve", "manager")

    with pytest.raises(ApprovalNeeded):
        ask_leave(an_ask(), person=eve, at=NOON)


def test_nobody_is_their_own_second_person(team):
    asked = ask_for_approval(an_ask(), person=team["max"], path="/", form={}, at=NOON)
    set_pin(person_id=team["max"].pk, pin="7305", at=NOON, by=SYSTEM)

    with pytest.raises(CannotApprove):
        approve(approval_id=asked.pk, approver=team["max"], at=NOON)
    with pytest.raises(CannotApprove):
        approve_by_pin(an_ask(), person=team["max"], approver_id=team["max"].pk, pin="7305", at=NOON)
    assert Approval.objects.get().state == "waiting"


def test_a_cashier_approves_nothing_and_a_manager_only_in_their_own_store(team):
    a_shop(stores=("330", "340"))
    here, there = Store.objects.order_by("code")
    lea = a_person("lea", "manager", here.pk)
    asked = ask_for_approval(an_ask(store_id=there.pk), person=team["max"], path="/", form={}, at=NOON)

    for approver in (team["kim"], lea):
        with pytest.raises(CannotApprove):
            approve(approval_id=asked.pk, approver=approver, at=NOON)
    asked = ask_for_approval(
        an_ask(payload={"key": "2"}, store_id=here.pk), person=team["max"], path="/", form={}, at=NOON
    )
    assert approve(approval_id=asked.pk, approver=lea, at=NOON).state == "approved"


def test_a_manager_lets_a_cashier_by_pin_at_the_counter(team):
    set_pin(person_id=team["max"].pk, pin="7305", at=NOON, by=SYSTEM)

    with pytest.raises(WrongPin):
        approve_by_pin(an_ask(20), person=team["kim"], approver_id=team["max"].pk, pin="7306", at=NOON)
    with pytest.raises(ApprovalNeeded):
        ask_leave(an_ask(20), person=team["kim"], at=NOON)
    approve_by_pin(an_ask(20), person=team["kim"], approver_id=team["max"].pk, pin="7305", at=NOON)
    by = ask_leave(an_ask(20), person=team["kim"], at=NOON)

    assert (by.tag, by.approver) == (f"staff:{team['kim'].pk}", f"staff:{team['max'].pk}")


def test_a_pin_of_somebody_who_may_not_approve_is_not_even_looked_at(team):
    set_pin(person_id=team["kim"].pk, pin="7305", at=NOON, by=SYSTEM)

    with pytest.raises(CannotApprove):
        approve_by_pin(an_ask(20), person=team["kim"], approver_id=team["kim"].pk, pin="7305", at=NOON)


def test_only_those_who_can_are_offered_as_approvers(team):
    for name in team:
        set_pin(person_id=team[name].pk, pin="7305", at=NOON, by=SYSTEM)
    a_person("eve", "manager")  # has no PIN

    named = [str(each) for each in approvers_for(an_ask(), person=team["kim"], need="pin")]
    assert named == ["Max", "Zoe"]
    assert [str(each) for each in approvers_for(an_ask(), person=team["max"], need="second")] == ["Zoe"]


def test_asking_again_for_the_same_finds_what_was_asked(team):
    first, second = (ask_for_approval(an_ask(), person=team["max"], path="/", form={}, at=NOON) for _ in range(2))

    assert first.pk == second.pk
    assert [each.pk for each in open_approvals(at=NOON)] == [first.pk]


def test_a_no_has_a_reason_and_is_final(team):
    asked = ask_for_approval(an_ask(), person=team["max"], path="/", form={"reason": ["x"]}, at=NOON)

    with pytest.raises(ReasonNeeded):
        reject(approval_id=asked.pk, note=" ", approver=team["zoe"], at=NOON)
    reject(approval_id=asked.pk, note="Ask the customer for the receipt", approver=team["zoe"], at=NOON)
    with pytest.raises(ApprovalClosed):
        approve(approval_id=asked.pk, approver=team["zoe"], at=NOON)
    kept = Approval.objects.get()
    assert (kept.state, kept.note, kept.form) == ("rejected", "Ask the customer for the receipt", {})


def test_what_nobody_decided_or_used_in_time_is_closed_and_what_was_typed_forgotten(team):
    form = {"reason": ["Ann said so"]}
    for key in "abc":
        ask_for_approval(an_ask(payload={"key": key}), person=team["max"], path="/", form=form, at=NOON)
    first, second, _third = Approval.objects.order_by("id")
    approve(approval_id=second.pk, approver=team["zoe"], at=NOON)
    Approval.objects.filter(pk=first.pk).update(asked_at=NOON - timedelta(days=3))

    assert (close_lapsed(at=LATER), close_lapsed(at=LATER)) == (2, 0)
    assert [(each.state, each.form) for each in Approval.objects.order_by("id")] == [
        ("withdrawn", {}),
        ("withdrawn", {}),
        ("waiting", form),
    ]


def test_what_was_withdrawn_or_waited_too_long_is_not_approved(team):
    withdrawn, old = (
        ask_for_approval(an_ask(payload={"key": key}), person=team["max"], path="/", form={}, at=NOON) for key in "ab"
    )
    withdraw(approval_id=withdrawn.pk, person=team["max"], at=NOON)

    with pytest.raises(ApprovalClosed):
        approve(approval_id=withdrawn.pk, approver=team["zoe"], at=NOON)
    with pytest.raises(ApprovalClosed):
        approve(approval_id=old.pk, approver=team["zoe"], at=NOON + timedelta(days=3))
    assert list(open_approvals(at=NOON + timedelta(days=3))) == []
