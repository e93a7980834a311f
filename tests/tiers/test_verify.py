"""What a level must agree with is checked, and each check sees what breaks it."""

import pytest
from django.db import connection

from regulars.ledger.verify import run_checks
from regulars.tiers.change import change_tier, undo_change
from regulars.tiers.review import review_tiers
from regulars.tiers.verify import TIER_CHECKS
from tests.shop import a_member
from tests.tiers.club import AUGUST, ZOE, a_club, on, spends

pytestmark = pytest.mark.django_db

UNTOLD = """
INSERT INTO tiers_change (member_id, tier_set, before, after, cause, at, recorded_at, actor, about, note)
SELECT member_id, tier_set, level, level, 'requalified', now(), now(), 'system', '', '' FROM tiers_standing
"""


def broken() -> set[str]:
    return {result.name for result in run_checks(TIER_CHECKS) if result.breaches}


@pytest.fixture
def ann(db) -> int:
    a_club()
    ann, ben = a_member(), a_member()
    spends(ann, 105_000)
    spends(ben, 500)
    decided = {"member_id": ann, "tier_set": "vip", "note": "n", "by": ZOE}
    done = change_tier(level="platinum", key="a", kind="floor", until=on(2027, 1, 1), at=AUGUST, **decided)
    undo_change(change_id=done.change_id, note="n", at=AUGUST, by=ZOE)
    change_tier(level="silver", key="b", kind="until", until=on(2029, 1, 1), rewards=True, at=AUGUST, **decided)
    review_tiers(at=on(2028, 6, 1))
    return ann


def test_after_all_that_can_happen_everything_agrees(ann):
    assert broken() == set()


@pytest.mark.parametrize(
    ("damage", "seen_by"),
    [
        ("UPDATE tiers_standing SET level = 'gold'", {"T1-levels"}),
        ("DELETE FROM tiers_standing", {"T1-levels"}),
        ("UPDATE tiers_change SET before = 'platinum' WHERE before IS NULL", {"T2-history"}),
        ("UPDATE tiers_standing SET review_at = NULL", {"T3-reviews"}),
        ("UPDATE tiers_standing SET override_until = '2027-01-01'", {"T3-reviews"}),
        ("UPDATE rewards_issuedreward SET key = 'tier/1/other/2026-01-01/' || reward", {"T4-gifts"}),
        (UNTOLD, {"T5-events"}),
    ],
)
def test_each_check_sees_what_breaks_it(ann, damage, seen_by):
    with connection.cursor() as cursor:
        cursor.execute(damage)
        assert cursor.rowcount > 0
    assert broken() == seen_by
