"""Somebody of the team corrects a balance: with a reason, once per key, never below nothing."""

import pytest

from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, entries_of
from regulars.points.adjust import adjust_points, preview_adjustment
from tests.shop import NOON, a_member, a_shop, points_of

pytestmark = pytest.mark.django_db
MAX = Actor("staff", 5, "Max")


def adjust(member: int, amount: int, *, key: str = "1", reason: str = "forgot the card", comment: str = ""):
    return adjust_points(member_id=member, amount=amount, reason=reason, comment=comment, key=key, at=NOON, by=MAX)


def test_a_plus_adds_for_ever_and_a_minus_takes_the_soonest_first():
    a_shop()
    ann = a_member(points=100)
    assert adjust(ann, 50).balance.available == 150
    taken = adjust(ann, -120, key="2")
    assert [draw.amount for draw in taken.leaving] == [100, 20]
    balance = balance_of(ann, at=NOON)
    assert (balance.available, balance.next_expiry) == (30, None)


def test_the_member_reads_the_comment_and_the_team_the_reason():
    a_shop()
    ann = a_member()
    adjust(ann, 50)
    adjust(ann, 5, key="2", comment="Sorry for the wait")
    entries = entries_of(ann)
    assert [(e.comment, e.reason, e.actor) for e in entries] == [
        ("Sorry for the wait", "forgot the card", "staff:5"),
        ("Manual adjustment", "forgot the card", "staff:5"),
    ]


def test_the_same_key_again_changes_nothing_and_another_amount_is_refused():
    a_shop()
    ann = a_member()
    first, again = adjust(ann, 50), adjust(ann, 50)
    assert again.replayed and again.entry_id == first.entry_id
    with pytest.raises(Refusal, match="key_reused"):
        adjust(ann, 60)
    assert points_of(ann) == 50


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "invalid_adjustment"),
        ({"amount": 10**16}, "invalid_adjustment"),
        ({"amount": 5, "reason": "  "}, "invalid_adjustment"),
        ({"amount": 5, "reason": "a\x00b"}, "invalid_adjustment"),
        ({"amount": 5, "key": ""}, "invalid_adjustment"),
        ({"amount": 5, "key": "a/b"}, "invalid_adjustment"),
        ({"amount": -101}, "insufficient_balance"),
    ],
)
def test_what_makes_no_sense_moves_nothing(change, code):
    a_shop()
    ann = a_member(points=100)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match=code):
        adjust(ann, **change)
    assert (points_of(ann), Entry.objects.count()) == (100, before)


def test_nobody_has_no_account():
    a_shop()
    with pytest.raises(Refusal, match="member_not_found"):
        adjust(404, 5)


def test_a_preview_shows_the_balance_after_and_writes_nothing():
    a_shop()
    ann = a_member(points=100)
    shown = preview_adjustment(member_id=ann, amount=-30, at=NOON)
    assert (shown.before, shown.balance.available, [d.amount for d in shown.leaving]) == (100, 70, [30])
    assert points_of(ann) == 100
