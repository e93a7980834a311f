"""A person becomes a member once, whoever enrols them and however many come at a time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.audit.models import Event
from regulars.core.identifiers import InvalidCard, InvalidEmail, InvalidExternalId, InvalidPhone, MemberHandle
from regulars.ledger.models import Account
from regulars.members.enrol import Enrolled, NewMember, NobodyInParticular, enrol_member, enrol_members
from regulars.members.find import find_member
from regulars.members.identity import Duplicate, InvalidBirthDate, InvalidName
from regulars.members.models import Card, Identifier, Member
from regulars.members.rows import read_member
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db

ANN = NewMember(
    first_name=" Ána ",
    last_name="Smith-Jones",
    phone="(212) 555-0101",
    email="Ann@Example.com",
    birth_on=date(1990, 2, 28),
    external_id="C-1",
    cards=("9000 0001", "9000 0002"),
    joined_at=NOON,
)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def test_a_member_is_kept_in_one_spelling_with_an_account_and_a_line_in_the_trail():
    member = read_member(enrol_member(ANN, at=NOON).member_id)

    assert member is not None
    assert (member.first_name, member.last_name, member.phone) == ("Ána", "Smith-Jones", "+12125550101")
    assert (member.email, member.external_id, member.birth_on) == ("ann@example.com", "C-1", date(1990, 2, 28))
    assert [card.number for card in member.cards] == ["90000001", "90000002"]
    assert Member.objects.get(pk=member.id).has_card
    assert Account.objects.get(holder_id=member.id).balance == 0
    event = Event.objects.get(about="member", about_id=member.id)
    assert event.action == "member.enrolled"
    assert event.facts == {"given": ["birth_on", "card", "email", "external_id", "phone"]}


def test_without_a_date_of_joining_one_is_a_guest():
    guest = enrol_member(NewMember(phone="212 555 0101"), at=NOON).member_id

    member = read_member(guest)
    assert member is not None
    assert member.joined_at is None
    assert Event.objects.get(about_id=guest, about="member").action == "guest.enrolled"


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (NewMember(cards=("90000002",)), "card"),
        (NewMember(external_id="C-1"), "external_id"),
        (NewMember(phone="+1 212-555-0101"), "phone"),
        (NewMember(email="ANN@example.COM"), "email"),
    ],
)
def test_who_can_be_found_already_is_refused_with_the_member_they_are(second, kind):
    ann = enrol_member(ANN, at=NOON).member_id
    events = Event.objects.count()

    with pytest.raises(Duplicate) as refused:
        enrol_member(second, at=NOON)

    assert (refused.value.kind, refused.value.member_id) == (kind, ann)
    assert (Member.objects.count(), Account.objects.filter(side="member").count()) == (1, 1)
    assert Event.objects.count() == events


def test_the_second_of_a_batch_is_a_duplicate_of_the_first_and_the_others_come_in():
    first, second, third = enrol_members(
        [NewMember(email="a@example.com"), NewMember(email="A@example.com"), NewMember(email="b@example.com")], at=NOON
    )

    assert isinstance(first, Enrolled)
    assert isinstance(second, Duplicate)
    assert second.member_id == first.member_id
    assert isinstance(third, Enrolled)
    assert Member.objects.count() == 2


def test_the_same_card_twice_on_one_member_is_one_card():
    enrol_member(NewMember(cards=("9000 1", "90001")), at=NOON)

    assert Card.objects.count() == 1


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewMember(), NobodyInParticular),
        (NewMember(first_name="x" * 65), InvalidName),
        (NewMember(first_name="a\x00b"), InvalidName),
        (NewMember(first_name="Ann", phone="12"), InvalidPhone),
        (NewMember(first_name="Ann", email="ann"), InvalidEmail),
        (NewMember(first_name="Ann", external_id="\x07"), InvalidExternalId),
        (NewMember(first_name="Ann", cards=("9_0",)), InvalidCard),
        (NewMember(first_name="Ann", birth_on=date(1899, 12, 31)), InvalidBirthDate),
        (NewMember(first_name="Ann", birth_on=NOON.date() + timedelta(days=2)), InvalidBirthDate),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(new, refusal):
    with pytest.raises(refusal):
        enrol_member(new, at=NOON)

    assert (Member.objects.count(), Identifier.objects.count(), Card.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_statements_do_not_grow_with_the_batch(size, django_assert_num_queries):
    batch = [NewMember(email=f"m{n}@example.com", cards=(f"7{n}",), joined_at=NOON) for n in range(size)]

    with django_assert_num_queries(11):  # two of them the savepoint
        outcomes = enrol_members(batch, at=NOON)

    assert all(isinstance(outcome, Enrolled) for outcome in outcomes)


def test_found_by_everything_they_gave():
    ann = enrol_member(ANN, at=datetime(2026, 3, 1, tzinfo=UTC)).member_id

    for handle in (
        MemberHandle(id=str(ann)),
        MemberHandle(card="90000002"),
        MemberHandle(external_id="C-1"),
        MemberHandle(phone="2125550101"),
        MemberHandle(email=" ann@example.com"),
    ):
        found = find_member(handle, country="US", at=NOON)
        assert found is not None
        assert found.member_id == ann
