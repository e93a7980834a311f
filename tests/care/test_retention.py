"""Whom nobody has seen for as long as the terms say is asked after once, and erased after the cool-off."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.care.erase import erase_due
from regulars.care.erasures import withdraw_erasure
from regulars.care.retention import ask_for_unseen, find_unseen
from regulars.consents.models import Erasure
from regulars.consents.presets import apply_preset
from regulars.consents.terms import Terms, change_terms
from regulars.core.actor import SYSTEM
from regulars.members.models import Member
from tests.consents.desk import CLERK, say
from tests.shop import OPENED, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

NOW = datetime(2028, 3, 10, 2, tzinfo=UTC)  # 24 months back is 10 March 2026
RECENT = datetime(2026, 3, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    apply_preset("gdpr", at=OPENED, by=SYSTEM)
    change_terms(Terms(inactive_months=24), at=OPENED, by=CLERK)


def unseen(at: datetime = NOW) -> list[int]:
    found, after = [], 0
    while after is not None:
        some, after = find_unseen(at=at, after=after, limit=2)
        found += some
    return found


def test_who_has_done_nothing_for_so_long_is_asked_after_and_the_others_are_not():
    quiet, guest = a_member(), a_member(joined_at=None)
    buyer, decided, rich, young = a_member(), a_member(), a_member(points=5), a_member(at=RECENT)
    sell(a_sale(50, member=buyer, at=RECENT), at=RECENT)
    say(decided, False, at=RECENT)
    assert unseen() == [quiet, guest]
    assert rich not in unseen(NOW + timedelta(days=9_000))
    assert young in unseen(NOW + timedelta(days=1))


def test_without_a_limit_nobody_is():
    a_member()
    change_terms(Terms(), at=OPENED, by=CLERK)
    assert unseen() == []


def test_they_go_after_their_cool_off_unless_somebody_says_that_they_stay():
    quiet, kept = a_member(), a_member()
    asked, after = ask_for_unseen(at=NOW)
    assert (asked, ask_for_unseen(at=NOW)[0]) == (2, 0)
    withdraw_erasure(erasure_id=Erasure.objects.get(member=kept).pk, at=NOW, by=CLERK)
    assert ask_for_unseen(at=NOW + timedelta(days=1))[0] == 0
    assert list(erase_due(at=NOW + timedelta(days=30))) == ["done"]
    assert Member.objects.get(pk=quiet).erased_at is not None
    assert Member.objects.get(pk=kept).erased_at is None
