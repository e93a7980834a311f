"""A review, a sale and a manager at the same moment: each waits for the others, and nothing is given twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from msgspec.structs import replace

from regulars.rewards.models import IssuedReward
from regulars.sales.verify import verify
from regulars.tiers.change import change_tier
from regulars.tiers.models import Change
from regulars.tiers.review import review_tiers
from tests.shop import a_member, points_of
from tests.tiers.club import AUGUST, BY_SPEND, ZOE, a_club, on, spends

NEW_YEAR = on(2027, 1, 1)


def all_at_once(merchant, deeds) -> list[object]:
    start = Barrier(len(deeds))

    def do(deed):
        with tenant_context(merchant):
            start.wait()
            try:
                return deed()
            finally:
                connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


@pytest.mark.fault
def test_two_reviews_and_sales_at_once_move_everybody_once(fresh_merchant):
    a_club(replace(BY_SPEND, upgrade="next_period"))
    members = [a_member() for _ in range(30)]
    for member in members:
        spends(member, 105_000)

    def review() -> int:
        moved = 0
        while (batch := review_tiers(at=NEW_YEAR, limit=7)).members:
            moved += batch.moved
        return moved

    def sell_to_all() -> int:
        for member in reversed(members):
            spends(member, 1_000, at=NEW_YEAR)
        return 0

    all_at_once(fresh_merchant, [review, review, sell_to_all])

    assert Change.objects.filter(cause="reached", after="gold").count() == 30
    assert IssuedReward.objects.count() == 90
    assert {points_of(member, at=NEW_YEAR) for member in members} == {50}
    assert [result.name for result in verify() if result.breaches] == []


@pytest.mark.fault
def test_the_same_decision_eight_times_is_made_once(fresh_merchant):
    a_club()
    ann = a_member()

    def give():
        return change_tier(
            member_id=ann, tier_set="vip", level="gold", note="n", key="k", rewards=True, at=AUGUST, by=ZOE
        )

    done = all_at_once(fresh_merchant, [give] * 8)

    assert len({each.change_id for each in done}) == 1
    assert sorted(each.replayed for each in done) == [False] + [True] * 7
    assert (Change.objects.count(), IssuedReward.objects.count(), points_of(ann, at=AUGUST)) == (1, 3, 50)
