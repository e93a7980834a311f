"""Reviews: what is due takes effect once, at its own moment, in bounded batches; statements do not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from regulars.core.program.life import Pending
from regulars.core.program.tier_sets import Metric, TierSet
from regulars.ledger.statement import balance_of
from regulars.points.adjust import adjust_points
from regulars.rewards.models import IssuedReward
from regulars.tiers.change import change_tier
from regulars.tiers.history import list_changes
from regulars.tiers.models import Change, Standing
from regulars.tiers.review import count_due, lift_by_balance, review_tiers, sets_by_balance
from tests.shop import a_member
from tests.tiers.club import AUGUST, BY_SPEND, LEVELS, ZOE, a_club, level_of, on, spends
from tests.tiers.test_sales import ONE_PER_CENT

pytestmark = pytest.mark.django_db


def test_what_is_due_takes_effect_at_its_own_moment_and_once():
    a_club()
    ann = a_member()
    spends(ann, 105_000)
    assert review_tiers(at=on(2028, 1, 30, 23)).members == 0
    done = review_tiers(at=on(2028, 2, 14))
    assert (done.members, done.moved) == (1, 1)
    assert level_of(ann) == "silver"
    change = list_changes(ann)[0]
    assert (change.before, change.after, change.cause) == ("gold", "silver", "review")
    assert (change.at, change.recorded_at, change.actor) == (on(2028, 1, 31), on(2028, 2, 14), "system")
    assert review_tiers(at=on(2028, 2, 14)).members == 0


def test_who_stands_nowhere_has_no_row():
    a_club()
    ann = a_member()
    spends(ann, 100)
    assert Standing.objects.count() == 0


def test_a_batch_is_bounded_and_the_next_one_goes_on():
    a_club()
    for _ in range(5):
        spends(a_member(), 60_000)
    at = on(2028, 2, 1)
    assert count_due(at=at) == 5
    assert [review_tiers(at=at, limit=2).members for _ in range(4)] == [2, 2, 1, 0]
    assert count_due(at=at) == 0
    assert Change.objects.filter(cause="review").count() == 5


def test_statements_do_not_grow_with_the_batch():
    a_club(replace(BY_SPEND, upgrade="next_period"))
    statements = []
    for size in (1, 10, 100):
        for _ in range(size):
            spends(a_member(), 105_000)
        with CaptureQueriesContext(connection) as counted:
            done = review_tiers(at=on(2027, 1, 1), limit=100)
        assert (done.members, done.moved, done.rewards) == (size, size, 3 * size)
        statements.append(len(counted))
    assert statements[0] == statements[1] == statements[2]


def test_an_upgrade_that_waited_brings_its_rewards_with_the_period():
    a_club(replace(BY_SPEND, upgrade="next_period"))
    ann = a_member()
    spends(ann, 105_000)
    assert (level_of(ann), IssuedReward.objects.count()) == (None, 0)
    review_tiers(at=on(2027, 1, 1, 2))
    assert level_of(ann) == "gold"
    assert set(IssuedReward.objects.values_list("reward", flat=True)) == {"coffee", "dinner", "bonus"}
    assert balance_of(ann, at=on(2027, 1, 1, 3)).available == 50


def test_a_decision_that_ends_is_reviewed_too():
    a_club()
    ann = a_member()
    change_tier(
        member_id=ann,
        tier_set="vip",
        level="gold",
        note="n",
        key="k",
        kind="until",
        until=on(2026, 9, 1),
        at=AUGUST,
        by=ZOE,
    )
    review_tiers(at=on(2026, 9, 1))
    assert level_of(ann) is None
    assert list_changes(ann)[0].cause == "override_ended"


BY_BALANCE = TierSet(
    code="purse", name="Purse", levels=(replace(LEVELS[0], code="full", threshold=100),), metric=Metric(of="balance"),
    review="replace",
)  # fmt: skip


def test_sets_that_go_by_a_balance_are_reviewed_apart():
    a_club(BY_SPEND, BY_BALANCE)
    ann = a_member()
    adjust_points(member_id=ann, amount=120, reason="r", key="a", at=AUGUST, by=ZOE)
    spends(ann, 60_000)
    assert (level_of(ann), level_of(ann, "purse")) == ("silver", "full")
    adjust_points(member_id=ann, amount=-30, reason="r", key="b", at=AUGUST, by=ZOE)
    at = on(2028, 2, 1)
    assert review_tiers(at=at).moved == 1
    assert (level_of(ann), level_of(ann, "purse")) == (None, "full")
    assert review_tiers(at=at, by_balance=True).moved == 1
    assert level_of(ann, "purse") is None


def test_a_balance_that_grows_by_hand_lifts_in_the_night():
    a_club(BY_SPEND, BY_BALANCE)
    members = [a_member() for _ in range(3)]
    for member, amount in zip(members, (120, 99, 100), strict=True):
        adjust_points(member_id=member, amount=amount, reason="r", key="a", at=AUGUST, by=ZOE)
    assert sets_by_balance(at=AUGUST) == ["purse"]
    first = lift_by_balance(tier_set="purse", at=AUGUST, limit=1)
    assert (first.members, first.moved, first.last) == (1, 1, members[0])
    second = lift_by_balance(tier_set="purse", at=AUGUST, after=first.last, limit=1)
    assert (second.moved, second.last) == (1, members[2])
    assert lift_by_balance(tier_set="purse", at=AUGUST, after=second.last).members == 0
    assert lift_by_balance(tier_set="purse", at=AUGUST).members == 0
    assert [level_of(member, "purse") for member in members] == ["full", None, "full"]
    assert lift_by_balance(tier_set="vip", at=AUGUST).members == 0


def test_what_waits_does_not_lift_unless_the_set_counts_it():
    waits = replace(ONE_PER_CENT, pending=Pending(days=14))
    levels = (replace(LEVELS[0], code="brim", threshold=100),)
    both = replace(BY_BALANCE, code="both", levels=levels, metric=Metric(of="balance", count_pending=True))
    a_club(BY_BALANCE, both, rules=(waits,))
    ann = a_member()
    spends(ann, 500)
    for tier_set in ("purse", "both"):
        lift_by_balance(tier_set=tier_set, at=AUGUST)
    assert (level_of(ann, "purse"), level_of(ann, "both")) == (None, "brim")
    assert lift_by_balance(tier_set="purse", at=on(2026, 8, 25)).moved == 1
    assert level_of(ann, "purse") == "full"


def test_what_a_program_has_no_more_is_left_alone():
    a_club(BY_SPEND)
    ann = a_member()
    spends(ann, 60_000)
    Standing.objects.filter(member=ann).update(tier_set="gone")
    assert review_tiers(at=on(2028, 2, 1)).members == 0
