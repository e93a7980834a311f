"""What changes about a member is one write and one line in the trail, which names fields and never their values."""

from datetime import date

import pytest

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.core.identifiers import InvalidPhone
from regulars.members.change import MemberChanges, change_member
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.identity import Duplicate
from regulars.members.lock import UnknownMember
from regulars.members.models import Identifier, Status
from regulars.members.rows import read_member
from regulars.members.status import ReasonNeeded, change_status, join_member
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db

BOB = Actor(kind="staff", id=5, name="Bob")


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


@pytest.fixture
def ann() -> int:
    return enrol_member(
        NewMember(
            first_name="Ann",
            last_name="Smith",
            phone="212 555 0101",
            email="ann@example.com",
            birth_on=date(1990, 1, 2),
            joined_at=NOON,
        ),
        at=NOON,
    ).member_id


@pytest.mark.parametrize(
    ("changes", "changed", "field", "value"),
    [
        (MemberChanges(last_name="Jones"), {"last_name"}, "name", "Ann Jones"),
        (MemberChanges(first_name=None), {"first_name"}, "name", "Smith"),
        (MemberChanges(birth_on=None), {"birth_on"}, "birth_on", None),
        (MemberChanges(phone="+44 20 7946 0018"), {"phone"}, "phone", "+442079460018"),
        (MemberChanges(email=None), {"email"}, "email", None),
        (MemberChanges(external_id="C-9"), {"external_id"}, "external_id", "C-9"),
        (MemberChanges(first_name="Ann", email="ANN@example.com"), set(), "email", "ann@example.com"),
        (MemberChanges(), set(), "phone", "+12125550101"),
    ],
)
def test_left_out_stays_none_empties_and_only_differences_count(ann, changes, changed, field, value):
    before = Event.objects.count()

    assert change_member(member_id=ann, changes=changes, at=NOON, by=BOB) == changed

    member = read_member(ann)
    assert getattr(member, field) == value
    assert Event.objects.count() == before + bool(changed)


def test_the_trail_names_who_and_which_fields_and_no_value(ann):
    change_member(member_id=ann, changes=MemberChanges(first_name="Zoe", email="zoe@example.com"), at=NOON, by=BOB)

    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.member_id) == ("member.changed", "staff:5", ann)
    assert event.facts == {"changed": ["email", "first_name"]}


def test_a_phone_that_came_with_a_merge_becomes_the_main_one(ann):
    Identifier.objects.create(member_id=ann, kind="phone", value="+12125550102", is_main=False, verified_at=NOON)

    assert change_member(member_id=ann, changes=MemberChanges(phone="212 555 0102"), at=NOON, by=BOB) == {"phone"}

    [kept] = Identifier.objects.filter(member=ann, kind="phone")
    assert (kept.value, kept.is_main, kept.verified_at) == ("+12125550102", True, NOON)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [(MemberChanges(first_name="Zoe", email="bob@example.com"), Duplicate), (MemberChanges(phone="12"), InvalidPhone)],
)
def test_a_refused_change_changes_nothing(ann, changes, refusal):
    enrol_member(NewMember(email="bob@example.com"), at=NOON)
    before, events = read_member(ann), Event.objects.count()

    with pytest.raises(refusal):
        change_member(member_id=ann, changes=changes, at=NOON, by=BOB)

    assert (read_member(ann), Event.objects.count()) == (before, events)


def test_nobody_cannot_be_changed():
    with pytest.raises(UnknownMember):
        change_member(member_id=2**40, changes=MemberChanges(first_name="Zoe"), at=NOON, by=BOB)


def test_a_block_keeps_its_reason_with_the_member_and_not_in_the_trail(ann):
    change_status(member_id=ann, status=Status.BLOCKED, reason=" Card  fraud of Ann Smith ", at=NOON, by=BOB)

    member, event = read_member(ann), Event.objects.latest("id")
    assert member is not None
    assert (member.status, member.status_reason) == ("blocked", "Card fraud of Ann Smith")
    assert (event.action, event.facts) == ("member.status_changed", {"from": "active", "to": "blocked"})


@pytest.mark.parametrize("status", [Status.LOCKED, Status.BLOCKED])
@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_nobody_is_locked_or_blocked_without_a_reason(ann, status, reason):
    with pytest.raises(ReasonNeeded):
        change_status(member_id=ann, status=status, reason=reason, at=NOON, by=BOB)

    member = read_member(ann)
    assert member is not None
    assert member.status == "active"


def test_a_guest_joins_once():
    guest = enrol_member(NewMember(phone="212 555 0199"), at=NOON).member_id

    join_member(member_id=guest, at=NOON, by=BOB)
    join_member(member_id=guest, at=NOON.replace(year=2030), by=BOB)

    member = read_member(guest)
    assert member is not None
    assert member.joined_at == NOON
    assert Event.objects.filter(action="member.joined").count() == 1
