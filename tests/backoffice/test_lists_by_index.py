"""Every list is read by an index in the order it is shown in, so that a million rows cost what fifty do.

With scans of whole tables and sorting made dear, a statement that has its index shows it in its plan, however few rows
there are.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from regulars.audiences.tags import create_tag, retag_member
from regulars.care.models import Duplicate
from regulars.core.actor import SYSTEM
from regulars.core.attributes import AttributeKind
from regulars.ledger.lots import LOTS
from regulars.members.attributes import change_values
from regulars.members.define import AttributeWish, save_attribute
from regulars.sales.record import record_sales
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member, a_sale

pytestmark = pytest.mark.django_db

INDEXED = "SET LOCAL enable_seqscan = off"
IN_ORDER = f"{INDEXED}; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
MEMBERS = 12
LARGE = {
    "members_member", "members_identifier", "members_card", "members_attributevalue", "audiences_worn", "sales_sale",
    "sales_line", "ledger_entry", "ledger_lot", "ledger_account", "ledger_allocation", "audit_event", "care_duplicate",
    "care_likeness", "consents_consent", "consents_consentnow", "receipts_receipt", "receipts_dispute",
    "rewards_issuedreward", "tiers_standing", "programs_tally",
}  # fmt: skip
"""What grows with the shop's members and their purchases."""


@pytest.fixture
def members(owner) -> list[int]:
    """Some members with a sale each, tags and a field."""
    found = [
        a_member(phone=f"+1212555{1000 + n}", email=f"ann{n}@example.com", at=YESTERDAY - timedelta(days=MEMBERS - n))
        for n in range(MEMBERS)
    ]
    record_sales([a_sale(member=member, at=YESTERDAY) for member in found], at=NOW)
    create_tag("vip", at=NOW, by=SYSTEM)
    retag_member(member_id=found[0], put=("vip",), at=NOW, by=SYSTEM)
    save_attribute(AttributeWish(code="diet", label="Diet", kind=AttributeKind.TEXT), at=NOW, by=SYSTEM)
    change_values(member_id=found[0], values={"diet": "vegan"}, at=NOW, by=SYSTEM)
    Duplicate.objects.create(older_id=found[0], newer_id=found[1], confidence=80, signals=["name"], found_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return found


class Asked:
    """Notes the statements that cross to the server."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, object]] = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append((str(sql), params))
        return execute(sql, params, many, context)


def plans_of(client, path: str, *, is_part: bool = False, dear: str = IN_ORDER) -> Iterator[str]:
    asked = Asked()
    with connection.execute_wrapper(asked):
        answer = client.get(path, headers={"HX-Request": "true"} if is_part else {})
    assert answer.status_code == 200, path
    for sql, params in asked.statements:
        if sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH")):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(dear)
                cursor.execute(f"EXPLAIN {sql}", params)
                yield "\n".join(line for (line,) in cursor.fetchall())
                transaction.set_rollback(True)


BY_INDEX = [
    ("/members/", {"members_member_pkey"}),
    ("/members/?before=5", {"members_member_pkey"}),
    ("/members/?status=guest", {"guests_with_card", "guests_without_card"}),
    ("/members/?status=member", {"joined_with_card", "joined_without_card"}),
    ("/members/?status=blocked", {"member_by_status"}),
    ("/members/?c0-0-kind=tagged&c0-0-how=any&c0-0-names=vip", {"wearers_of_a_tag"}),
    ("/members/?c0-0-kind=field:diet&c0-0-any=vegan", {"members_by_value"}),
    ("/members/?cols=spent", {"sale_by_member"}),
    ("/sales/", {"sale_by_time"}),
    ("/sales/?store=330&who=anonymous", {"sale_by_time"}),
    ("/cards/", {"members_card_pkey"}),
    ("/cards/?status=blocked", {"card_by_status"}),
    ("/cards/?status=in_use", {"card_in_use_not_activated"}),
    ("/cards/?type=gold", {"card_by_type"}),
    ("/cards/?type=gold&status=active", {"card_by_type_and_status"}),
    ("/cards/?q=9000", {"a_card_finds_one_member"}),
    ("/receipts/", {"receipts_by_state"}),
    ("/receipts/?store=330&state=rejected", {"receipts_by_store"}),
    ("/disputes/", {"disputes_by_state"}),
    ("/activity/", {"audit_event_pkey"}),
    ("/activity/?action=sale.recorded", {"audit_event_pkey"}),
    ("/duplicates/", {"duplicates_to_look_at"}),
    ("/duplicates/?before=80~9", {"duplicates_to_look_at"}),
    ("/duplicates/?state=dismissed", {"duplicates_dismissed"}),
    ("/tags/", {"wearers_of_a_tag"}),
]


@pytest.mark.parametrize(("path", "indexes"), BY_INDEX, ids=[path for path, _ in BY_INDEX])
def test_a_list_is_read_by_its_index_in_its_order(owner, members, path, indexes):
    used: set[str] = set()
    for plan in plans_of(owner, path):
        whole = set(re.findall(r"Seq Scan on (\w+)", plan)) & LARGE
        assert not whole, plan
        used |= set(re.findall(r"(?:using|on) (\w+)", plan))
    assert indexes <= used


SEARCHES = [
    ("ann", {"member_by_name", "member_by_surname", "an_identifier_finds_one_member", "a_card_finds_one_member"}),
    ("smith ann", {"member_by_name", "member_by_surname"}),
    ("2125551003", {"an_identifier_finds_one_member", "phone_by_last_digits", "a_card_finds_one_member"}),
    ("ann3@example.com", {"an_identifier_finds_one_member"}),
    ("R-77", {"one_sale_per_receipt_and_store", "receipts_by_number"}),
]


@pytest.mark.parametrize(("text", "indexes"), SEARCHES, ids=[text for text, _ in SEARCHES])
def test_a_search_reads_the_beginning_of_each_index(owner, members, text, indexes):
    used: set[str] = set()
    for plan in plans_of(owner, f"/search/?q={text.replace(' ', '+')}", is_part=True, dear=INDEXED):
        assert not set(re.findall(r"Seq Scan on (\w+)", plan)) & LARGE, plan
        used |= set(re.findall(r"(?:using|on) (\w+)", plan))
    assert indexes <= used


def test_a_members_page_reads_by_the_member(owner, members):
    used: set[str] = set()
    for plan in plans_of(owner, f"/members/{members[0]}/", dear=INDEXED):
        assert not set(re.findall(r"Seq Scan on (\w+)", plan)) & LARGE, plan
        used |= set(re.findall(r"(?:using|on) (\w+)", plan))
    assert {"sale_by_member", "entry_by_source", "entry_by_target", "events_about"} <= used


def test_what_expired_lately_is_asked_of_the_newest_debits_and_of_no_index_of_all_entries(members):
    params = {"member": members[0], "unit": None, "at": NOW, "limit": 200}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INDEXED)
        cursor.execute(f"EXPLAIN {LOTS}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    newest = plan[plan.index("newest.kind") :].partition("ledger_allocation")[0]
    assert "->  Limit" in newest and "entry_by_source" in newest, plan
