"""Receipts are decided by the minute: what a till says too is confirmed, what nobody answered lapses."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.jobs import schedule
from regulars.jobs.merchants import NoSuchMerchant, find_due_receipts
from regulars.jobs.receipts import decide_receipts
from regulars.ledger.statement import balance_of
from regulars.receipts.models import Receipt
from tests.receipts.desk import a_receipt, key_in
from tests.shop import a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.fault

NOW = timezone.now()


@pytest.fixture
def shop(fresh_merchant):
    a_shop()
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


def waiting(schema: str) -> int:
    return ProcrastinateJob.objects.filter(task_name="receipts", status="todo", args__schema=schema).count()


def test_a_receipt_that_waits_is_nobodys_work_until_it_is_due(shop):
    ana = a_member(at=NOW - timedelta(days=20))
    old, young = NOW - timedelta(days=8), NOW - timedelta(hours=1)
    key_in(a_receipt(5_000, member=ana, at=young, number="Y-1"), at=young)
    assert shop not in find_due_receipts()
    schedule.tick_receipts(0)
    assert waiting(shop) == 0

    key_in(a_receipt(8_000, member=ana, at=old), at=old)
    sell(a_sale(5_000, receipt="Y-1", at=young), at=NOW)
    assert shop in find_due_receipts()
    schedule.tick_receipts(0)
    schedule.tick_receipts(0)
    assert waiting(shop) == 1

    assert decide_receipts(schema=shop) == 2
    assert decide_receipts(schema=shop) == 0
    assert sorted(Receipt.objects.values_list("state", flat=True)) == ["confirmed", "lapsed"]
    balance = balance_of(ana, at=NOW)
    assert (balance.available, balance.pending) == (50, 0)


def test_a_job_without_a_merchant_refuses_to_run(shop):
    with pytest.raises(NoSuchMerchant):
        decide_receipts(schema="")
