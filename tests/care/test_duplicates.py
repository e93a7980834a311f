"""Members who may be one person are found by what they gave, wait on a list, and are found once."""

from datetime import date

import pytest

from regulars.audit.relay import Relayed
from regulars.care.duplicates import (
    MOST_ALIKE,
    dismiss_duplicate,
    likely_duplicates,
    look_again,
    look_for_duplicates,
    reopen_duplicate,
)
from regulars.care.merge import merge_members
from regulars.care.models import Duplicate
from regulars.care.unmerge import undo_merge
from regulars.core.actor import Actor
from regulars.members.change import MemberChanges, change_member
from tests.shop import NOON, OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db
ZOE = Actor(kind="staff", id=7, name="Zoe")
MAY = date(1990, 5, 1)


def look(limit: int = 3) -> list[tuple[int, int, int, list[str]]]:
    while look_for_duplicates(at=NOON, limit=limit):
        pass
    rows = Duplicate.objects.filter(state="open").order_by("-confidence", "pk")
    return [(row.older_id, row.newer_id, row.confidence, row.signals) for row in rows]


def named(**given) -> int:
    return a_member(first_name="Ann", last_name="Smith", **given)


def test_members_are_found_alike_by_mailbox_phone_and_name_with_birth_date():
    a_shop()
    ann = named(birth_on=MAY, email="ann.smith@gmail.com", phone="+84901234567")
    other = a_member(email="annsmith+x@gmail.com")
    third = a_member(first_name="Smith", last_name="Ann", birth_on=MAY)
    fourth = a_member(first_name="Ann", last_name="S", phone="+60901234567")
    assert look() == [(ann, other, 80, ["email"]), (ann, third, 75, ["birth"]), (ann, fourth, 70, ["phone"])]


def test_looking_again_finds_nothing_new_and_forgets_what_is_not_alike_any_more():
    a_shop()
    ann, other = named(birth_on=MAY), named(birth_on=MAY)
    assert look() == look() == [(ann, other, 75, ["birth"])]
    change_member(member_id=other, changes=MemberChanges(birth_on=date(1991, 5, 1)), at=NOON, by=ZOE)
    look_again([relayed(other)], at=NOON)
    assert look() == []


def relayed(member_id: int) -> Relayed:
    return Relayed(
        id=1,
        transaction=1,
        recorded_at=NOON,
        actor="system",
        action="member.changed",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={},
    )


def test_what_was_dismissed_is_not_found_again_until_somebody_opens_it():
    a_shop()
    ann, other = named(birth_on=MAY), named(birth_on=MAY)
    look()
    row = Duplicate.objects.get()
    dismiss_duplicate(duplicate_id=row.pk, at=NOON, by=ZOE)
    look_again([relayed(ann)], at=NOON)
    assert look() == []
    reopen_duplicate(duplicate_id=row.pk, at=NOON, by=ZOE)
    assert look() == [(ann, other, 75, ["birth"])]


def test_who_is_merged_is_alike_nobody_and_is_again_when_the_merge_is_undone():
    a_shop()
    ann, other = named(birth_on=MAY), named(birth_on=MAY)
    look()
    merged = merge_members(source=other, keeper=ann, at=NOON, by=ZOE)
    assert look() == []
    assert likely_duplicates(first_name="Ann", last_name="Smith", birth_on=MAY, country="US")[0].member_id == ann
    undo_merge(merge_id=merged.merge_id, at=NOON, by=ZOE)
    look_again([relayed(other)], at=NOON)
    assert look() == [(ann, other, 75, ["birth"])]


def test_whom_everybody_is_like_is_nobody_in_particular():
    a_shop()
    for number in range(MOST_ALIKE + 1):
        named(email=f"shop+{number}@example.com")
    assert look(limit=100) == []


def test_who_is_about_to_be_enrolled_may_be_known_already():
    a_shop()
    ann = named(birth_on=MAY, phone="+12125550100")
    look()
    [found] = likely_duplicates(first_name="ann", last_name="SMITH", phone="+44 212 555 0100", country="US")
    assert (found.member_id, found.confidence, found.signals) == (ann, 82, ("phone", "name"))
    assert likely_duplicates(first_name="Ann", last_name="Smith", phone="no phone", country="US") == []


@pytest.mark.parametrize("size", [1, 60])
def test_statements_do_not_grow_with_the_batch(size, django_assert_num_queries):
    a_shop()
    for _ in range(size):
        named(birth_on=MAY, at=OPENED)
    with django_assert_num_queries(11):
        look_for_duplicates(at=NOON)
