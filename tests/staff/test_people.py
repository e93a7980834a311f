"""People of the team: one address each, a role that says what they may, and always an owner."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.identifiers import InvalidEmail
from regulars.staff.models import Person, Role
from regulars.staff.people import (
    EmailTaken,
    LastOwner,
    UnknownPerson,
    WeakPassword,
    actor_for,
    change_role,
    create_person,
)
from regulars.staff.rights import NotAllowed, Right, can, require
from regulars.staff.states import deactivate_person
from tests.shop import NOON

pytestmark = pytest.mark.django_db

STRONG = "correct-horse-battery"


def a_person(email: str = "ann@example.com", role: str = "owner", **more: object) -> Person:
    return create_person(email=email, role=role, at=NOON, by=SYSTEM, **more)  # type: ignore[arg-type]


def test_a_person_signs_in_to_the_back_office_by_e_mail():
    person = a_person(" Ann@Example.com", password=STRONG)

    assert (person.email, person.role, person.is_staff, person.is_superuser) == (
        "ann@example.com",
        "owner",
        True,
        False,
    )
    assert person.check_password(STRONG)
    assert actor_for(person).tag == f"staff:{person.pk}"
    event = Event.objects.get()
    assert (event.action, event.facts) == ("person.created", {"role": "owner", "stores": "all"})


def test_without_a_password_nobody_signs_in_with_one():
    assert not a_person().has_usable_password()


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"email": "ann"}, InvalidEmail),
        ({"password": "short"}, WeakPassword),
        ({"password": "1234567890123"}, WeakPassword),
        ({"email": "BOB@example.com"}, EmailTaken),
    ],
)
def test_who_cannot_be_added_leaves_nothing(wrong, refusal):
    a_person("bob@example.com")

    with pytest.raises(refusal):
        a_person(**wrong)

    assert (Person.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "leave",
    [
        lambda person: change_role(person_id=person.pk, role=Role.MANAGER, at=NOON, by=SYSTEM),
        lambda person: deactivate_person(person_id=person.pk, reason="left", at=NOON, by=SYSTEM),
    ],
)
def test_the_last_owner_stays_until_there_is_another(leave):
    ann = a_person()
    a_person("cashier@example.com", "cashier")

    with pytest.raises(LastOwner):
        leave(ann)
    ann.refresh_from_db()
    assert (ann.role, ann.is_active) == ("owner", True)

    a_person("bob@example.com")
    leave(ann)
    ann.refresh_from_db()
    assert (ann.role, ann.is_active) != ("owner", True)


def test_nobody_cannot_change():
    with pytest.raises(UnknownPerson):
        change_role(person_id=2**40, role=Role.OWNER, at=NOON, by=SYSTEM)


@pytest.mark.parametrize(
    ("right", "owner", "manager", "cashier", "marketer", "auditor"),
    [
        (Right.SEE_MEMBERS, True, True, True, True, True),
        (Right.CHANGE_MEMBERS, True, True, True, False, False),
        (Right.BLOCK_MEMBERS, True, True, False, False, False),
        (Right.MERGE_MEMBERS, True, True, False, False, False),
        (Right.ERASE_MEMBERS, True, False, False, False, False),
        (Right.EXPORT_LISTS, True, True, False, True, True),
        (Right.IMPORT_LISTS, True, False, False, False, False),
        (Right.CHANGE_ATTRIBUTES, True, False, False, False, False),
        (Right.SEE_REGULATED, True, True, False, False, False),
        (Right.CHANGE_REGULATED, True, True, False, False, False),
        (Right.CHANGE_CONSENTS, True, True, True, False, False),
        (Right.CHANGE_PRIVACY, True, False, False, False, False),
        (Right.TAG_MEMBERS, True, True, True, True, False),
        (Right.CHANGE_AUDIENCES, True, True, False, True, False),
        (Right.MAKE_CARDS, True, True, False, False, False),
        (Right.SEE_MESSAGES, True, True, False, True, True),
        (Right.SEND_MESSAGES, True, True, False, True, False),
        (Right.CHANGE_MESSAGES, True, False, False, True, False),
        (Right.CHANGE_CHANNELS, True, False, False, False, False),
        (Right.ENTER_RECEIPTS, True, True, True, False, False),
        (Right.CONFIRM_RECEIPTS, True, True, False, False, False),
        (Right.SEE_SALES, True, True, True, True, True),
        (Right.REFUND_SALES, True, True, False, False, False),
        (Right.ATTACH_SALES, True, True, True, False, False),
        (Right.ADJUST_POINTS, True, True, False, False, False),
        (Right.CLAIM_REWARDS, True, True, True, False, False),
        (Right.REMOVE_REWARDS, True, True, False, False, False),
        (Right.FULFIL_REWARDS, True, True, True, False, False),
        (Right.GIVE_STAMPS, True, True, False, False, False),
        (Right.CHANGE_TIERS, True, True, False, False, False),
        (Right.RELEASE_PENDING, True, True, False, False, False),
        (Right.CHANGE_DATES, True, True, False, False, False),
        (Right.UNDO_REFUNDS, True, True, False, False, False),
        (Right.SEE_DASHBOARD, True, True, False, True, True),
        (Right.SEE_STORES, True, True, True, True, True),
        (Right.CHANGE_STORES, True, True, False, False, False),
        (Right.SEE_RULES, True, True, False, True, True),
        (Right.CHANGE_RULES, True, True, False, True, False),
        (Right.RUN_BACKTESTS, True, True, False, True, False),
        (Right.PUBLISH_PROGRAM, True, True, False, False, False),
        (Right.CHANGE_PROGRAM, True, False, False, False, False),
        (Right.SEE_ACTIVITY, True, True, False, False, True),
        (Right.SEE_JOBS, True, False, False, False, True),
        (Right.CHANGE_KEYS, True, False, False, False, False),
        (Right.SEE_PEOPLE, True, True, False, False, True),
        (Right.CHANGE_PEOPLE, True, False, False, False, False),
        (Right.CHANGE_ROLES, True, False, False, False, False),
        (Right.APPROVE, True, True, False, False, False),
        (Right.CHANGE_APPROVALS, True, False, False, False, False),
    ],
)
def test_what_each_role_may(right, owner, manager, cashier, marketer, auditor):
    people = [Person(email="x", role=role) for role in Role]

    assert [can(person, right) for person in people] == [owner, manager, cashier, marketer, auditor]


def test_the_table_above_names_every_right():
    [table] = [mark for mark in test_what_each_role_may.pytestmark if mark.name == "parametrize"]

    assert {row[0] for row in table.args[1]} == set(Right)


def test_who_has_left_may_nothing():
    person = Person(email="x", role=Role.OWNER, is_active=False)

    with pytest.raises(NotAllowed):
        require(person, Right.SEE_MEMBERS)
