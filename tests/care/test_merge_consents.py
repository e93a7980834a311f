"""Of two who become one the stricter word counts; parted again, each has their own."""

from datetime import timedelta

import pytest

from regulars.care.merge import merge_members
from regulars.care.unmerge import undo_merge
from tests.consents.desk import CLERK, a_careful_shop, may_contact, say
from tests.shop import NOON, a_member

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def may(member: int) -> tuple[bool, bool]:
    return tuple(may_contact(member, purpose="marketing", channel=channel) for channel in ("email", "sms"))


def test_a_no_of_the_source_is_the_keepers_until_the_merge_is_undone():
    a_careful_shop()
    reachable = {"email": "ann@example.com", "phone": "+12125550100"}
    keeper, source = a_member(**reachable), a_member()
    say(keeper, True)
    say(source, False, channel="sms")
    merged = merge_members(source=source, keeper=keeper, at=NOON, by=CLERK)
    assert may(keeper) == (True, False)
    undone = undo_merge(merge_id=merged.merge_id, at=LATER, by=CLERK)
    assert may(keeper) == (True, True)
    assert undone.differences == ()


def test_a_whole_no_becomes_the_keepers_yes_again():
    a_careful_shop()
    reachable = {"email": "ann@example.com", "phone": "+12125550100"}
    keeper, source = a_member(**reachable), a_member()
    say(keeper, True)
    say(source, False)
    merged = merge_members(source=source, keeper=keeper, at=NOON, by=CLERK)
    assert may(keeper) == (False, False)
    assert not may_contact(source, purpose="marketing", channel="email")
    undone = undo_merge(merge_id=merged.merge_id, at=LATER, by=CLERK)
    assert may(keeper) == (True, True)
    assert undone.differences == ()


def test_what_the_keeper_was_never_asked_stays_as_the_source_said_it():
    a_careful_shop()
    keeper, source = a_member(email="ann@example.com"), a_member()
    say(source, False)
    merged = merge_members(source=source, keeper=keeper, at=NOON, by=CLERK)
    undone = undo_merge(merge_id=merged.merge_id, at=LATER, by=CLERK)
    assert may(keeper) == (False, False)
    assert [(each.what, each.of) for each in undone.differences] == [("consent", "marketing")]
