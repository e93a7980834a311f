"""What an account holds and how it came to that."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays, Never
from regulars.core.program.rules import RateRule
from regulars.ledger.statement import balance_of, balances_of, entries_about, entries_of, entry_of, next_expiries
from regulars.points.adjust import adjust_points
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db


def test_a_balance_has_its_parts():
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=9)))
    ann = a_member(points=100, at=NOON - timedelta(days=20))
    sell(a_sale(5000, member=ann))
    sell(a_sale(1000, member=ann, points=20, lines=()))
    balance = balance_of(ann, at=NOON)
    # 100 have lapsed and wait for the night; 50 came, 20 of them went, and the last sale's 9.80 made 9.
    assert (balance.available, balance.pending, balance.reserved, balance.debt) == (39, 0, 0, 0)
    assert (balance.earned, balance.spent, balance.expired) == (159, 20, 100)
    assert balance.next_expiry.amount == 39


def test_points_of_tomorrow_are_pending_today():
    a_shop()
    ann = a_member()
    sell(a_sale(1000, member=ann, at=NOON))
    assert balance_of(ann, at=NOON - timedelta(hours=1)).pending == 10
    assert balance_of(ann, at=NOON).available == 10


def test_what_expires_next_comes_by_moment_soonest_first():
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=9)))
    ann = a_member()
    for days, amount in ((2, 300), (0, 100), (0, 200), (1, 500)):
        sell(a_sale(amount, member=ann, at=NOON + timedelta(days=days)))
    upcoming = [expiry.amount for _, expiry in next_expiries(ann, at=NOON + timedelta(days=2))]
    assert upcoming == [3, 5, 3]
    assert len(next_expiries(ann, at=NOON + timedelta(days=2), limit=2)) == 2


def test_entries_come_newest_first_page_by_page_and_by_kind():
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, expiry=Never()))
    ann, bob = a_member(), a_member()
    for i in range(5):
        sell(a_sale(1000, member=ann))
        sell(a_sale(1000, member=bob))
        adjust_points(member_id=ann, amount=-(i + 1), reason="test", key=str(i), at=NOON, by=SYSTEM)
    first = entries_of(ann, limit=4)
    rest = entries_of(ann, before=first[-1].id, limit=40)
    assert [entry.amount for entry in (*first, *rest)] == [-5, 10, -4, 10, -3, 10, -2, 10, -1, 10]
    assert [entry.amount for entry in entries_of(ann, kinds=["adjust"], limit=3)] == [-5, -4, -3]


def test_an_entry_is_shown_to_its_own_member_only():
    a_shop()
    ann, bob = a_member(points=10), a_member()
    [entry] = entries_of(ann)
    assert entry_of(ann, entry.id) == entry
    assert entry_of(bob, entry.id) is None


def test_the_entries_of_one_sale_are_not_those_of_another_with_a_longer_number():
    a_shop()
    ann = a_member()
    sales = [sell(a_sale(1000, member=ann)).id for _ in range(12)]
    assert all(len(entries_about(f"sale/{sale}/")) == 1 for sale in sales)


def test_balances_of_many_take_one_statement(django_assert_num_queries):
    a_shop()
    members = [a_member(points=5) for _ in range(4)]
    with django_assert_num_queries(1):
        held = balances_of(members, at=NOON)
    assert {balance.available for balances in held.values() for balance in balances} == {5}
