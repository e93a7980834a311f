"""A card finds one member; blocking one leaves the member's others alone."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.identifiers import InvalidCard, MemberHandle
from regulars.members.cards import UnknownCard, block_card, issue_card, unblock_card
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.find import find_members
from regulars.members.identity import Duplicate
from regulars.members.lock import UnknownMember
from regulars.members.models import Card, Member
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def a_guest(email: str) -> int:
    return enrol_member(NewMember(email=email), at=NOON).member_id


def test_a_card_is_issued_once_and_marks_its_member():
    ann = a_guest("ann@example.com")

    first = issue_card(member_id=ann, number="ab 12", at=NOON, by=SYSTEM)
    again = issue_card(member_id=ann, number="AB12", at=NOON, by=SYSTEM)

    assert (first.pk, first.number) == (again.pk, "AB12")
    assert Member.objects.get(pk=ann).has_card
    assert Event.objects.filter(action="card.issued", member_id=ann).count() == 1


def test_another_members_card_is_refused():
    ann, bob = a_guest("ann@example.com"), a_guest("bob@example.com")
    issue_card(member_id=ann, number="1", at=NOON, by=SYSTEM)

    with pytest.raises(Duplicate) as refused:
        issue_card(member_id=bob, number="1", at=NOON, by=SYSTEM)

    assert (refused.value.kind, refused.value.member_id) == ("card", ann)
    assert not Member.objects.get(pk=bob).has_card


@pytest.mark.parametrize(("number", "refusal"), [("", InvalidCard), ("9_1", InvalidCard), ("9" * 65, InvalidCard)])
def test_what_is_no_card_number_is_refused(number, refusal):
    ann = a_guest("ann@example.com")

    with pytest.raises(refusal):
        issue_card(member_id=ann, number=number, at=NOON, by=SYSTEM)

    assert Card.objects.count() == 0


def test_a_card_needs_a_member():
    with pytest.raises(UnknownMember):
        issue_card(member_id=2**40, number="1", at=NOON, by=SYSTEM)


def test_a_blocked_card_is_told_and_the_other_one_works_on():
    ann = enrol_member(NewMember(cards=("1", "2")), at=NOON).member_id

    block_card(number="1", reason="Lost?", at=NOON, by=SYSTEM)
    block_card(number="1", reason="Lost?", at=NOON, by=SYSTEM)

    found = find_members([MemberHandle(card="1"), MemberHandle(card="2")], country="US", at=NOON)
    assert [(one and one.member_id, one and one.card_status) for one in found] == [(ann, "blocked"), (ann, "active")]
    assert Event.objects.filter(action="card.blocked").count() == 1

    unblock_card(number="1", reason="Lost?", at=NOON, by=SYSTEM)
    [found_again] = find_members([MemberHandle(card="1")], country="US", at=NOON)
    assert found_again is not None
    assert found_again.card_status == "active"


def test_an_card_not_found_cannot_be_blocked():
    with pytest.raises(UnknownCard):
        block_card(number="1", reason="Lost?", at=NOON, by=SYSTEM)
