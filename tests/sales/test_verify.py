"""`verify` finds nothing in sound data, and each check sees the fault it is for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from msgspec.structs import replace

from regulars.core.actor import SYSTEM
from regulars.core.expiry import OnDate
from regulars.core.program.rules import RateRule
from regulars.core.program.units import POINTS
from regulars.core.sale import NewRefund
from regulars.ledger.seal import seal_closed_months
from regulars.points.adjust import adjust_points
from regulars.points.expire import expire_due_lots
from regulars.sales.refund import refund_sales
from regulars.sales.verify import LEDGER_CHECKS, SALES_CHECKS, verify
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db
NEXT_MONTH = datetime(2026, 4, 15, tzinfo=UTC)


@pytest.fixture
def a_busy_shop():
    """Every kind of entry, a debt, and three sealed months; the test then works as the owner, who may break things."""
    ends = OnDate((NOON + timedelta(days=2)).date())
    short_lived = RateRule(code="short", name="Short", points=1, per_minor=100, expiry=ends)
    base = RateRule(code="base", name="Base", points=1, per_minor=100)
    a_shop(short_lived, base, points=replace(POINTS, shortfall="debt"))
    ann, bob = a_member(points=300), a_member(points=300)
    sale = sell(a_sale(10000, member=ann, points=250)).id
    sold = sell(a_sale(10000, member=bob)).id
    sell(a_sale(500))
    sell(a_sale(700, member=bob, points=700))
    for number, refunded in enumerate((sale, sold)):
        refund_sales([NewRefund(sale_id=refunded, external_id=f"F-{number}", occurred_at=NOON)], at=NOON)
    adjust_points(member_id=ann, amount=40, reason="goodwill", key="1", at=NOON, by=SYSTEM)
    adjust_points(member_id=ann, amount=-5, reason="mistake", key="2", at=NOON, by=SYSTEM)
    expire_due_lots(at=NOON + timedelta(days=9))
    assert seal_closed_months(at=NEXT_MONTH) == 3
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield


def breaches() -> dict[str, int]:
    return {result.name: result.breaches for result in verify() if result.breaches}


def test_sound_data_passes_every_check(a_busy_shop):
    assert breaches() == {}


FAULTS = {
    "I1-sides": "UPDATE ledger_entry SET source_id = 999999 WHERE kind = 'earn'",
    "I2-balances": "UPDATE ledger_account SET spent = spent + 1 WHERE side = 'member'",
    "I3-lots-and-debts": "UPDATE ledger_account SET balance = balance + 1 WHERE side = 'member'",
    "I4-remaining": "UPDATE ledger_lot SET remaining = remaining - 1 WHERE remaining > 0",
    "I4-credits": "UPDATE ledger_lot SET amount = amount + 1",
    "I4-moves": """
        INSERT INTO ledger_handover (id, merge_id, source_id, target_id, earned, spent, expired, made_at)
        VALUES (1, 1, 1, 2, 0, 0, 0, now());
        INSERT INTO ledger_lotmove (id, handover_id, lot_id, source_id, target_id)
        SELECT 2, 1, entry_id, account_id, account_id + 1 FROM ledger_lot LIMIT 1
        """,
    "I4-handed": "UPDATE ledger_entry SET kind = 'merge_out' WHERE kind = 'redeem'",
    "I4-debits": "DELETE FROM ledger_allocation WHERE amount > 0",
    "I4-reversals": "UPDATE ledger_allocation SET amount = amount - 1 WHERE amount < 0",
    # The lots that were spent from are made to last longer than the ones that were spared.
    "I5-order": """
        UPDATE ledger_lot SET expires_at = CASE WHEN entry_id IN (
            SELECT lot_id FROM ledger_allocation JOIN ledger_entry e ON e.id = debit_id AND e.kind = 'redeem')
        THEN NULL ELSE timestamptz '2030-01-01' END
        """,
    "I5-life": """
        UPDATE ledger_lot SET expires_at = '2026-01-02', available_at = '2026-01-01'
        WHERE entry_id IN (
            SELECT lot_id FROM ledger_allocation JOIN ledger_entry e ON e.id = debit_id AND e.kind = 'redeem')
        """,
    "I6-keys": """
        ALTER TABLE ledger_entry DROP CONSTRAINT one_entry_per_natural_key;
        UPDATE ledger_entry SET key = 'the same'
        """,
    "I11-sealed": "UPDATE ledger_entry SET actor = 'changed afterwards' WHERE kind = 'redeem'",
    "I13-apart": "ALTER TABLE sales_sale ADD FOREIGN KEY (store_id) REFERENCES public.platform_merchant NOT VALID",
    "I14-zero": "UPDATE ledger_account SET balance = balance + 5 WHERE side = 'member'",
    "I6-receipts": """
        ALTER TABLE sales_sale DROP CONSTRAINT one_sale_per_receipt_and_store;
        UPDATE sales_sale SET external_id = 'the same'
        """,
    "S1-lines": "UPDATE sales_line SET amount_minor = amount_minor + 1",
    "S2-refunds": "UPDATE sales_sale SET refunded_minor = 0",
    "S3-points-paid": "UPDATE sales_sale SET points_minor = 0",
    "S4-holder": "UPDATE sales_sale SET member_id = NULL",
    "I12-events": "DELETE FROM audit_event WHERE action = 'sale.refunded'",
}


IN_TEST_HOLDS = {"I5-dates", "I5-idle", "I10-holds"}
"""These need lots whose dates changed and open baskets: tests/ledger/test_holds.py breaks them."""

CHECKED = [check.name for check in (*LEDGER_CHECKS, *SALES_CHECKS) if check.name not in IN_TEST_HOLDS]


@pytest.mark.parametrize("name", CHECKED)
def test_each_check_sees_its_fault(a_busy_shop, name):
    with connection.cursor() as cursor:
        for statement in FAULTS[name].split(";"):
            cursor.execute(statement)
    assert breaches()[name] > 0


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_allocation", "ledger_seal", "audit_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_change_what_was_written(table, statement):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
