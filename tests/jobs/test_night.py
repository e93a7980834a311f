"""The night's order: levels are reviewed, what ended expires, and levels that go by a balance are reviewed after it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from regulars.core.expiry import OnDate
from regulars.core.program.rules import RateRule
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet
from regulars.jobs import schedule
from regulars.jobs.night import night
from regulars.ledger.models import Lot
from regulars.tiers.history import list_changes
from regulars.tiers.models import Standing
from tests.jobs.test_tasks import waiting
from tests.shop import a_member, a_sale, a_shop, sell

LAST_YEAR = timezone.now() - timedelta(days=400)
YESTERDAY = timezone.now().date() - timedelta(days=2)
FOR_A_MONTH = {"kept": Kept(until="months", months=1), "review": "replace"}


@pytest.fixture
def shop(fresh_merchant):
    rule = RateRule(code="base", name="Base", points=1, per_minor=1, expiry=OnDate(on=YESTERDAY))
    spend = TierSet(
        code="vip", name="Club", levels=(Level(code="gold", name="Gold", threshold=1_000),), metric=Metric(of="spend"),
        **FOR_A_MONTH,
    )  # fmt: skip
    purse = TierSet(
        code="purse", name="Purse", levels=(Level(code="full", name="Full", threshold=1_000),),
        metric=Metric(of="balance"), **FOR_A_MONTH,
    )  # fmt: skip
    a_shop(rule, tier_sets=(spend, purse))
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


@pytest.mark.fault
def test_levels_are_reviewed_and_those_by_balance_after_what_ended_expired(shop):
    ann = a_member(at=LAST_YEAR)
    sell(a_sale(1_000, member=ann, at=LAST_YEAR), at=LAST_YEAR)
    assert {each.tier_set: each.level for each in Standing.objects.all()} == {"vip": "gold", "purse": "full"}

    assert night(schema=shop) == 3  # a member, a lot, and the member again
    assert night(schema=shop) == 0

    assert [change.tier_set for change in list_changes(ann)][:2] == ["purse", "vip"]
    assert {each.tier_set: each.level for each in Standing.objects.all()} == {"vip": None, "purse": None}
    assert Lot.objects.get().remaining == 0


@pytest.mark.fault
def test_the_night_is_one_job_for_a_merchant(shop):
    for _ in range(2):
        schedule.defer_once(night, schema=shop)
    assert waiting("night") == [{"schema": shop}]
