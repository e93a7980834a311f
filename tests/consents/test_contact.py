"""Who may be written to: asked in one place, for one person or for many."""

from datetime import timedelta

import pytest

from regulars.consents.contact import look_up_permissions
from regulars.consents.models import Consent, Erasure
from regulars.core.actor import SYSTEM
from regulars.members.models import Member
from regulars.members.status import join_member, remove_member
from tests.consents.desk import a_careful_shop, say
from tests.shop import NOON, a_member

pytestmark = pytest.mark.django_db


def why(member_id: int, purpose: str = "marketing", channel: str = "email") -> tuple[bool, str]:
    found = look_up_permissions([member_id], purpose=purpose, channel=channel)[member_id]
    return found.is_allowed, found.why


def test_consent_is_needed_where_the_basis_is_consent_and_not_where_it_is_not():
    a_careful_shop()
    ann = a_member()
    assert why(ann) == (False, "no_consent")
    assert why(ann, "program") == (True, "basis")
    assert why(ann, "surveys") == (True, "basis")
    say(ann, True)
    say(ann, False, "surveys", "sms")
    assert why(ann) == (True, "consent")
    assert why(ann, "surveys", "email") == (True, "basis")
    assert why(ann, "surveys", "sms") == (False, "withdrawn")


def test_a_channel_can_be_refused_alone():
    a_careful_shop()
    ann = a_member()
    say(ann, True)
    say(ann, False, channel="sms", at=NOON + timedelta(hours=1))
    assert why(ann, channel="email") == (True, "consent")
    assert why(ann, channel="sms") == (False, "withdrawn")
    assert why(ann, channel="post") == (False, "unknown_channel")


def test_nobody_is_written_to_for_what_the_shop_does_not_do():
    a_careful_shop()
    assert why(a_member(), "nothing") == (False, "unknown_purpose")
    assert why(999_999) == (False, "gone")


def test_who_left_is_not_advertised_to_until_they_come_back():
    a_careful_shop()
    ann = a_member()
    say(ann, True)
    remove_member(member_id=ann, reason="asked", at=NOON, by=SYSTEM)
    assert why(ann) == (False, "left")
    assert why(ann, "program") == (True, "basis")
    join_member(member_id=ann, at=NOON, by=SYSTEM)
    assert why(ann) == (True, "consent")


def test_who_asked_to_be_erased_is_advertised_to_no_more():
    a_careful_shop()
    ann = a_member()
    say(ann, True)
    Erasure.objects.create(member_id=ann, asker="member", asked_at=NOON, asked_by="system", due_at=NOON)
    assert why(ann) == (False, "erasing")
    assert why(ann, "program") == (True, "basis")


def test_of_who_was_merged_the_member_they_are_now_is_asked():
    a_careful_shop()
    ann, old = a_member(), a_member()
    say(ann, True)
    Member.objects.filter(pk=old).update(merged_into=ann)
    permissions = look_up_permissions([ann, old], purpose="marketing", channel="email")
    assert {each.member_id for each in permissions.values()} == {ann}
    assert {each.consent_id for each in permissions.values()} == {Consent.objects.get().pk}


@pytest.mark.parametrize("size", [1, 100])
def test_many_are_asked_at_once(size, django_assert_num_queries):
    a_careful_shop()
    people = [a_member(cards=()) for _ in range(size)]
    with django_assert_num_queries(2):
        assert len(look_up_permissions(people, purpose="marketing", channel="email")) == size
