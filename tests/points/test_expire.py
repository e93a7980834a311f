"""What is left of a lot when its time is over expires, once."""

from datetime import timedelta

import pytest

from regulars.core.expiry import AfterDays
from regulars.core.program.rules import RateRule
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of
from regulars.points.expire import expire_due_lots
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell

pytestmark = pytest.mark.django_db
SHORT = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=1))
OVER = NOON + timedelta(days=3)


def test_only_the_rest_expires_and_only_once():
    a_shop(SHORT)
    ann = a_member(points=100, at=NOON)
    sell(a_sale(60, member=ann, points=60))
    assert expire_due_lots(at=OVER) == 1
    assert expire_due_lots(at=OVER) == 0
    assert [(e.kind, e.amount) for e in Entry.objects.filter(kind="expire")] == [("expire", 40)]
    balance = balance_of(ann, at=OVER)
    assert (balance.available, balance.earned, balance.spent, balance.expired) == (0, 100, 60, 40)


def test_expired_points_cannot_be_spent_although_the_night_was_missed():
    a_shop(SHORT)
    ann = a_member(points=100, at=NOON)
    assert points_of(ann, at=OVER) == 0
    assert balance_of(ann, at=OVER).expired == 100


def test_the_work_is_done_in_bounded_batches_until_nothing_is_due():
    a_shop(SHORT)
    members = [a_member(points=10, at=NOON) for _ in range(7)]
    done = []
    while lots := expire_due_lots(at=OVER, limit=3):
        done.append(lots)
    assert sum(done) == 7 and max(done) == 3
    assert {points_of(member, at=OVER) for member in members} == {0}


def test_what_is_not_due_stays():
    a_shop(SHORT)
    ann = a_member(points=10, at=NOON)
    assert expire_due_lots(at=NOON + timedelta(hours=20)) == 0
    assert points_of(ann) == 10
