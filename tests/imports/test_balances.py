"""Balances move in from another system: lot by lot, with their dates, once, and with sums that reconcile."""

from datetime import UTC, datetime

import pytest

from regulars.ledger.models import Lot
from regulars.ledger.statement import balance_of, entries_of
from regulars.members.enrol import NewMember, enrol_members
from regulars.sales.verify import verify
from tests.imports.files import a_file, bring, check, faults, undo, write
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

HEAD = "External id,Points,Earn date,Expiry date\n"


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def points(member: int) -> int:
    return balance_of(member, at=NOON).available


def is_sound() -> bool:
    broken = [each.name for each in verify() if each.breaches]
    assert not broken
    return True


def test_lots_come_with_their_dates_and_are_spent_soonest_first():
    ann = a_member(external_id="C-1")
    run = bring(HEAD + "C-1,40,2025-10-01,2026-10-01\nC-1,25,2025-12-01,2026-12-01\n", subject="balances")

    assert (run.fields, run.counts) == (["external_id", "amount", "earned_on", "expires_on"], {"created": 2})
    assert points(ann) == 65
    ends = sorted(lot.expires_at for lot in Lot.objects.exclude(expires_at=None))
    # The last day counts whole, in New York.
    assert ends == [datetime(2026, 10, 2, 4, tzinfo=UTC), datetime(2026, 12, 2, 5, tzinfo=UTC)]
    assert "2025-10-01" in next(each.reason for each in entries_of(ann) if each.amount == 40)
    sell(a_sale(1000, member=ann, points=50, at=NOON), at=NOON)
    assert list(Lot.objects.filter(amount__in=[40, 25]).values_list("amount", "remaining")) == [(40, 0), (25, 15)]
    assert is_sound()


def test_the_sums_reconcile():
    a_member(external_id="C-1", points=7)
    run = check(a_file(HEAD + "C-1,40,,\nC-9,100,,\nC-1,25,,2020-01-01\n", subject="balances"))
    assert (run.sums, run.missed) == ({"points": 40}, {"points": 100})

    run = bring(HEAD + "C-1,40,,\nC-9,100,,\nC-1,25,,2026-12-31\n", subject="balances")
    assert (run.sums, run.missed) == ({"points": 65}, {"points": 100})
    assert (run.held_before, run.held_after) == ({"points": 7}, {"points": 72})


def test_the_same_file_again_brings_nothing():
    ann = a_member(external_id="C-1")
    file = HEAD + "C-1,40,2025-10-01,2026-10-01\nC-1,25,2025-12-01,2026-12-01\n"
    bring(file, subject="balances")
    assert bring(file, subject="balances").counts == {"unchanged": 2}
    assert points(ann) == 65


def test_undone_they_are_gone_and_can_come_again():
    ann = a_member(external_id="C-1", points=7)
    file = HEAD + "C-1,40,2025-10-01,2026-10-01\n"
    assert undo(bring(file, subject="balances")).counts == {"created": 1, "undone": 1}
    assert points(ann) == 7
    assert bring(file, subject="balances").counts == {"created": 1}
    assert undo(bring(HEAD + "C-1,41,,\n", subject="balances")).counts == {"created": 1, "undone": 1}
    assert (points(ann), is_sound()) == (47, True)


def test_two_lots_that_are_alike_need_a_reference():
    ann = a_member(external_id="C-1")
    run = bring("External id,Points,Reference\nC-1,10,\nC-1,10,\nC-1,10,a\nC-1,10,b\n", subject="balances")
    assert faults(run) == [(3, "external_id", "repeated_line")]
    assert points(ann) == 30


def test_what_begins_later_waits():
    ann = a_member(external_id="C-1")
    bring("External id,Points,Available from\nC-1,10,2027-01-01\nC-1,5,2020-01-01\n", subject="balances")
    assert (points(ann), balance_of(ann, at=NOON).pending) == (5, 10)
    assert is_sound()


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("C-1,-5,,", "", "invalid_number"),
        ("C-1,5,,2026-03-09", "expires_on", "over_already"),
        ("C-1,,,", "amount", "cell_needed"),
        ("C-1,5,2026-02-30,", "earned_on", "invalid_day"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_line(line, field, code):
    a_member(external_id="C-1")
    assert faults(bring(HEAD + line + "\n", subject="balances")) == [(2, field, code)]


@pytest.mark.parametrize("size", [1, 10, 300])
def test_statements_do_not_grow_with_the_batch(size, django_assert_max_num_queries):

    enrol_members([NewMember(external_id=f"C-{number}") for number in range(size)], at=NOON)
    text = HEAD + "".join(f"C-{number},5,,\n" for number in range(size))
    run = a_file(text, subject="balances")
    check(run)
    with django_assert_max_num_queries(45):
        write(run)
