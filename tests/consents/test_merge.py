"""Of two records of one person the stricter word counts, and parted each has what they had said."""

from datetime import timedelta

import pytest

from regulars.care.merge import merge_members
from regulars.care.unmerge import undo_merge
from regulars.consents.contact import look_up_permissions
from regulars.sales.verify import verify
from tests.consents.desk import CLERK, a_careful_shop, may_contact, say
from tests.shop import NOON, a_member

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


def allowed(member: int, *channels: str) -> list[bool]:
    return [may_contact(member, purpose="marketing", channel=channel) for channel in channels]


@pytest.mark.parametrize(
    ("keeper", "source", "email", "sms"),
    [
        ([(True, "")], [(False, "")], False, False),
        ([(False, "")], [(True, "")], False, False),
        ([(True, "")], [(False, "sms")], True, False),
        ([(True, "sms")], [(True, "email")], True, True),
        ([(True, "")], [], True, True),
        ([], [(True, "")], True, True),
        ([], [], False, False),
    ],
)
def test_a_merge_allows_what_both_allow(keeper, source, email, sms):
    a_careful_shop()
    ann, old = a_member(), a_member()
    for member, words in ((ann, keeper), (old, source)):
        for is_given, channel in words:
            say(member, is_given, channel=channel)
    before = {member: allowed(member, "email", "sms") for member in (ann, old)}
    merge = merge_members(source=old, keeper=ann, at=LATER, by=CLERK)
    assert allowed(ann, "email", "sms") == [email, sms] == allowed(old, "email", "sms")
    undo_merge(merge_id=merge.merge_id, at=LATER + timedelta(days=1), by=CLERK)
    assert {member: allowed(member, "email", "sms") for member in (ann, old)} == before
    assert [result.name for result in verify() if result.breaches] == []


def test_what_they_say_after_the_merge_stays_with_the_keeper():
    a_careful_shop()
    ann, old = a_member(), a_member()
    say(ann, True)
    say(old, False)
    merge = merge_members(source=old, keeper=ann, at=LATER, by=CLERK)
    say(old, True, channel="sms", at=LATER + timedelta(hours=1))  # an old number finds the keeper
    undo_merge(merge_id=merge.merge_id, at=LATER + timedelta(days=1), by=CLERK)
    permissions = {
        member: look_up_permissions([member], purpose="marketing", channel="sms")[member].is_allowed
        for member in (ann, old)
    }
    assert permissions == {ann: True, old: False}
