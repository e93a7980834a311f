"""Roles of the merchant's own: a name for a set of rights, which only somebody who holds them can give."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.staff.giving import MoreThanYouHold
from regulars.staff.grants import give_grant
from regulars.staff.models import OwnRole, Person, RolePolicy
from regulars.staff.people import actor_for, create_person
from regulars.staff.rights import Right, can
from regulars.staff.roles import (
    InvalidRole,
    RoleInUse,
    UnknownRole,
    ask_second_factor,
    change_own_role,
    create_role,
    remove_role,
    rights_in,
    role_names,
)
from tests.shop import NOON

pytestmark = pytest.mark.django_db


def a_role(name: str = "Shift lead", *rights: Right) -> OwnRole:
    return create_role(name=name, rights=rights or (Right.SEE_MEMBERS, Right.REFUND_SALES), at=NOON, by=SYSTEM)


def a_person(role: str) -> Person:
    return create_person(email=f"{role}@example.com", role=role, at=NOON, by=SYSTEM)


def test_somebody_of_an_own_role_may_what_it_says_and_nothing_else():
    role = a_role()
    person = a_person(role.code)

    assert role.code == "shift-lead"
    assert {right for right in Right if can(person, right)} == {Right.SEE_MEMBERS, Right.REFUND_SALES}
    assert role_names()["shift-lead"] == "Shift lead"


def test_a_change_holds_for_everybody_who_has_it():
    role = a_role()
    person = a_person(role.code)

    change_own_role(role_id=role.pk, name="Lead", rights=[Right.SEE_SALES], at=NOON, by=SYSTEM)

    assert rights_in("shift-lead") == {Right.SEE_SALES}
    assert not can(Person.objects.get(pk=person.pk), Right.REFUND_SALES)
    assert Event.objects.get(action="role.changed").facts == {
        "role": "shift-lead",
        "added": ["see_sales"],
        "removed": ["refund_sales", "see_members"],
    }


@pytest.mark.parametrize(
    ("name", "rights", "field"),
    [
        ("", ["see_sales"], "name"),
        ("Owner", ["see_sales"], "name"),
        ("shift LEAD", ["see_sales"], "name"),
        ("Other", [], "rights"),
        ("Other", ["fly"], "rights"),
    ],
)
def test_a_role_has_a_name_of_its_own_and_rights_there_are(name, rights, field):
    a_role()

    with pytest.raises(InvalidRole) as refused:
        create_role(name=name, rights=rights, at=NOON, by=SYSTEM)

    assert (refused.value.field, OwnRole.objects.count()) == (field, 1)


def test_names_that_differ_get_codes_that_differ():
    assert [a_role(name).code for name in ("Crew!", "Crew?", "Tổ trưởng", "收银")] == [
        "crew",
        "crew-2",
        "t-tr-ng",
        "role",
    ]


def test_a_role_that_somebody_has_stays():
    role = a_role()
    a_person(role.code)

    with pytest.raises(RoleInUse):
        remove_role(role_id=role.pk, at=NOON, by=SYSTEM)
    Person.objects.update(role="cashier")
    remove_role(role_id=role.pk, at=NOON, by=SYSTEM)

    with pytest.raises(UnknownRole):
        rights_in("shift-lead")


def test_nobody_makes_or_changes_a_role_beyond_what_they_hold():
    ann = a_person("manager")
    give_grant(person_id=ann.pk, feature="people", level="edit", at=NOON, by=SYSTEM)
    big, small = a_role("Big", Right.CHANGE_KEYS, Right.SEE_SALES), a_role("Small", Right.SEE_SALES)

    for attempt in (
        lambda: create_role(name="Keys", rights=[Right.CHANGE_KEYS], at=NOON, by=actor_for(ann)),
        lambda: change_own_role(
            role_id=small.pk, name="Small", rights=["see_sales", "change_keys"], at=NOON, by=actor_for(ann)
        ),
        lambda: change_own_role(role_id=big.pk, name="Big", rights=["see_sales"], at=NOON, by=actor_for(ann)),
    ):
        with pytest.raises(MoreThanYouHold):
            attempt()
    assert [set(role.rights) for role in OwnRole.objects.order_by("id")] == [
        {"change_keys", "see_sales"},
        {"see_sales"},
    ]


def test_a_second_factor_is_asked_of_a_role():
    ask_second_factor(role="manager", is_needed=True, at=NOON, by=SYSTEM)
    ask_second_factor(role="manager", is_needed=True, at=NOON, by=SYSTEM)

    assert RolePolicy.objects.get().needs_second_factor
    assert Event.objects.filter(action="role.second_factor").count() == 1
    with pytest.raises(UnknownRole):
        ask_second_factor(role="pilot", is_needed=True, at=NOON, by=SYSTEM)


def test_a_second_factor_is_not_taken_from_a_role_that_holds_more():
    ask_second_factor(role="owner", is_needed=True, at=NOON, by=SYSTEM)
    ann = a_person("manager")
    give_grant(person_id=ann.pk, feature="people", level="edit", at=NOON, by=SYSTEM)

    with pytest.raises(MoreThanYouHold):
        ask_second_factor(role="owner", is_needed=False, at=NOON, by=actor_for(ann))
    assert RolePolicy.objects.get().needs_second_factor
