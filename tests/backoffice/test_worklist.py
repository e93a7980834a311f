"""What waits for somebody is counted on Home from the newest on, and a long list says that it is longer."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.messages.models import Delivery
from regulars.receipts.models import Receipt
from regulars.staff.models import Person, Role
from regulars.staff.people import actor_for
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.backoffice.test_lists_by_index import IN_ORDER, Asked
from tests.messages.desk import a_template, send, sinks
from tests.receipts.desk import a_receipt, key_in
from tests.shop import a_member

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=30)


def read(client) -> str:
    return client.get("/").content.decode()


def most_rows_read(client, table: str) -> int:
    """How many rows of a table the dearest of Home's statements about it reads, found or not."""
    asked, most = Asked(), []
    with connection.execute_wrapper(asked):
        read(client)
    for sql, params in asked.statements:
        if sql.startswith("SELECT") and f'FROM "{table}"' in sql:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(IN_ORDER)
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                [[plan]] = cursor.fetchall()
                transaction.set_rollback(True)
            most.append(rows_of(plan[0]["Plan"] if isinstance(plan, list) else json.loads(plan)[0]["Plan"]))
    return max(most)


def rows_of(node: dict[str, Any]) -> int:
    if "Plans" in node:
        return sum(rows_of(each) for each in node["Plans"])
    return int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


@pytest.fixture
def failed(shop) -> None:
    """Three messages that failed lately, and twelve that did long ago."""
    sinks()
    a_template()
    ann = a_member(email="ann@example.com")
    for nth in range(15):
        send(ann, key=str(nth))
    Delivery.objects.update(state="failed", created_at=LONG_AGO)
    Delivery.objects.filter(key__in=["12", "13", "14"]).update(created_at=YESTERDAY)


@pytest.mark.parametrize(("many", "said"), [(1_000, "3 messages"), (5, "3 messages"), (3, "3+ messages")])
def test_what_failed_lately_is_counted_among_the_newest(failed, manager, monkeypatch, many, said):
    monkeypatch.setattr("regulars.backoffice.worklist.MANY", many)
    assert f"{said} have failed" in read(manager)
    assert most_rows_read(manager, "messaging_delivery") <= many


@pytest.mark.parametrize(
    ("many", "through", "said"),
    [
        (1_000, 5_000, ["2 receipts to check"]),
        (2, 5_000, ["2+ receipts to check"]),
        (1_000, 7, ["1+ receipt to check"]),
        (1_000, 6, []),
    ],
)
def test_who_keyed_nearly_all_receipts_does_not_read_all_of_them(shop, manager, monkeypatch, many, through, said):
    member = a_member()
    for _ in range(8):
        key_in(a_receipt(member=member, at=YESTERDAY), at=NOW)
    theirs = [receipt.pk for receipt in Receipt.objects.order_by("-pk")[:6]]
    Receipt.objects.filter(pk__in=theirs).update(keyed_by=actor_for(Person.objects.get(role=Role.MANAGER)).tag)
    monkeypatch.setattr("regulars.receipts.list.MANY", many)
    monkeypatch.setattr("regulars.backoffice.worklist.MANY", many)
    monkeypatch.setattr("regulars.receipts.list.LOOKED_THROUGH", through)
    page = read(manager)
    assert re.findall(r"[\d+]+ receipts? to check", page) == said
    assert most_rows_read(manager, "receipts_receipt") <= through
