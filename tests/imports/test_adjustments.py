"""A file adjusts points and stamps: seen first, answered line by line, and undone with one click."""

import pytest

from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.ledger.statement import balance_of, entries_of
from regulars.sales.verify import verify
from tests.imports.files import a_file, bring, check, faults, undo
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

TEA = StampCard(code="tea", name="Tea", size=5, earn=ByHand(), final="cup")
HEAD = "External id,Unit,Amount,Reason,Comment\n"


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(stamp_cards=(TEA,), rewards=(Reward(code="cup", name="Cup"),))


def points(member: int, unit: str = "points") -> int:
    return balance_of(member, at=NOON, unit=unit).available


def is_sound() -> bool:
    broken = [each.name for each in verify() if each.breaches]
    assert not broken
    return True


def test_each_line_is_seen_before_anything_is_moved():
    ann = a_member(external_id="C-1", points=100)
    run = check(a_file(HEAD + "C-1,points,-150,Typo,\nC-1,tea,3,Gift,\nC-9,points,5,Gift,\n", subject="adjustments"))

    assert run.counts == {"created": 1, "failed": 2}
    assert faults(run) == [(2, "amount", "insufficient_balance"), (4, "", "nobody_found")]
    assert (run.sums, run.missed, points(ann), points(ann, "tea")) == ({"tea": 3}, {"points": -150}, 100, 0)


def test_points_and_stamps_are_added_and_taken_with_reason_and_comment():
    ann, bob = a_member(external_id="C-1", points=100), a_member(external_id="C-2", points=10)
    run = bring(
        HEAD + "C-1,points,-30,Typo,Corrected\nC-2,,40,Gift,\nC-1,Tea,7,Gift,\nC-2,tea,-1,Gift,\n",
        subject="adjustments",
    )

    assert run.counts == {"created": 3, "failed": 1}
    assert (points(ann), points(bob), points(ann, "tea")) == (70, 50, 2)
    [entry] = [each for each in entries_of(ann) if each.amount == -30]
    assert (entry.kind, entry.amount, entry.reason, entry.comment) == ("adjust", -30, "Typo", "Corrected")
    assert entries_of(bob)[0].comment == "Manual adjustment"
    assert run.sums == {"points": 10, "tea": 7}
    assert is_sound()


def test_the_undo_puts_every_balance_back():
    ann, bob = a_member(external_id="C-1", points=100), a_member(external_id="C-2", points=10)
    run = bring(HEAD + "C-1,points,-30,Typo,\nC-2,points,40,Gift,\nC-1,tea,7,Gift,\n", subject="adjustments")

    assert undo(run).counts == {"created": 3, "undone": 3}
    assert (points(ann), points(bob), points(ann, "tea")) == (100, 10, 0)
    assert is_sound()


def test_what_was_spent_since_stays_and_is_told():
    ann, bob = a_member(external_id="C-1"), a_member(external_id="C-2")
    run = bring(HEAD + "C-1,points,500,Gift,\nC-2,points,500,Gift,\n", subject="adjustments")
    sell(a_sale(1000, member=ann, points=200, at=NOON), at=NOON)
    before = points(ann)

    assert undo(run).counts == {"created": 2, "spent": 1, "undone": 1}
    assert (points(ann), points(bob)) == (before, 0)
    assert is_sound()


def test_a_member_and_a_unit_come_once():
    a_member(external_id="C-1")
    run = bring(HEAD + "C-1,points,5,Gift,\nC-1,points,6,Gift,\nC-1,tea,1,Gift,\n", subject="adjustments")
    assert faults(run) == [(3, "external_id", "repeated_line")]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("C-1,points,0,Gift,", "amount", "nothing_to_move"),
        ("C-1,points,1.5,Gift,", "", "too_precise"),
        ("C-1,points,1e309,Gift,", "amount", "invalid_number"),
        ("C-1,points,NaN,Gift,", "amount", "invalid_number"),
        ("C-1,points,\u0665,Gift,", "amount", "invalid_number"),
        ("C-1,points,9223372036854775808,Gift,", "amount", "invalid_number"),
        ("C-1,points,5,,", "reason", "cell_needed"),
        ("C-1,points,,Gift,", "amount", "cell_needed"),
        ("C-1,gold,5,Gift,", "unit", "unknown_unit_name"),
        ("C-1,tea,500,Gift,", "amount", "invalid_stamps"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_line(line, field, code):
    ann = a_member(external_id="C-1", points=100)
    assert faults(bring(HEAD + line + "\n", subject="adjustments")) == [(2, field, code)]
    assert points(ann) == 100
