"""Sales count, refunds take off: the example of the rules through the till, with rewards and the history."""

import pytest
from msgspec.structs import replace

from regulars.core.identifiers import MemberHandle
from regulars.core.program.life import Pending
from regulars.core.program.rules import RateRule
from regulars.core.program.tier_sets import Metric, TierSet
from regulars.rewards.models import IssuedReward
from regulars.sales.attach import attach_sale
from regulars.sales.quote import quote_sales
from regulars.sales.undo_refund import undo_refund
from regulars.sales.verify import verify
from regulars.tiers.change import change_tier
from regulars.tiers.history import list_changes
from regulars.tiers.models import Standing
from regulars.tiers.read import member_tiers
from regulars.tiers.review import review_tiers
from tests.shop import a_member, a_sale, points_of, sell
from tests.tiers.club import AUGUST, BY_SPEND, LEVELS, ZOE, a_club, brings_back, level_of, on, spends

pytestmark = pytest.mark.django_db

BARE = tuple(replace(level, rewards=()) for level in LEVELS)
POINTS = TierSet(code="vip", name="Club", levels=BARE, metric=Metric(of="points"), grace_days=30)
ONE_PER_CENT = RateRule(code="rate", name="Rate", points=1, per_minor=1)


def progress_of(member: int, at):
    [(_, here)] = member_tiers(member, at=at)
    return here


def test_the_example_of_the_rules_by_the_till():
    a_club()
    ann = a_member()
    sale = spends(ann, 105_000)
    assert level_of(ann) == "gold"
    brings_back(sale, 10_000, at=on(2026, 8, 20, 12))
    here = progress_of(ann, on(2026, 8, 20, 13))
    assert (here.level, here.metric, here.is_at_risk, here.kept_until) == ("gold", 95_000, True, on(2028, 1, 1))
    spends(ann, 40_000, at=on(2027, 5, 1))
    assert progress_of(ann, on(2028, 1, 30, 23)).level == "gold"
    assert progress_of(ann, on(2028, 1, 31)).level == "silver"  # though no night came by
    change_tier(
        member_id=ann, tier_set="vip", level="gold", kind="floor", until=on(2028, 6, 1), note="n", key="k", by=ZOE,
        at=on(2028, 1, 15),
    )  # fmt: skip
    for night in (on(2028, 1, 31, 2), on(2028, 5, 31, 2)):
        review_tiers(at=night)
        assert level_of(ann) == "gold"
    review_tiers(at=on(2028, 6, 1, 2))
    assert level_of(ann) == "silver"
    assert [result.name for result in verify() if result.breaches] == []


def test_the_history_names_the_sale_that_reached_it():
    a_club()
    ann = a_member()
    sale = spends(ann, 60_000)
    [change] = list_changes(ann)
    assert (change.before, change.after, change.cause, change.at) == (None, "silver", "reached", AUGUST)
    assert change.about == f"sale/{sale.id}"
    assert [reached.after for reached in sale.brought.levels] == ["silver"]


def test_a_sale_gives_the_rewards_of_the_levels_it_reaches():
    a_club()
    ann = a_member()
    spends(ann, 105_000)
    assert set(IssuedReward.objects.filter(member=ann).values_list("reward", flat=True)) == {
        "coffee",
        "dinner",
        "bonus",
    }
    assert points_of(ann, at=AUGUST) == 50


def test_sales_of_one_batch_find_each_other():
    a_club()
    ann = a_member()
    first, second = spends(ann, 60_000), spends(ann, 60_000)
    assert [reached.after for reached in (*first.brought.levels, *second.brought.levels)] == ["silver", "gold"]


AT_ONCE = replace(BY_SPEND, on_refund="now")


def test_a_refund_that_counts_at_once_takes_the_level_and_its_unused_rewards():
    a_club(AT_ONCE)
    ann = a_member()
    sale = spends(ann, 105_000)
    brings_back(sale, 10_000, at=on(2026, 8, 20))
    assert level_of(ann) == "silver"
    states = dict(IssuedReward.objects.filter(member=ann).values_list("reward", "status"))
    assert states == {"coffee": "outstanding", "dinner": "withdrawn", "bonus": "used"}
    change = list_changes(ann)[0]
    assert (change.cause, change.after) == ("refund", "silver")


def test_reaching_it_again_pays_nothing_twice():
    a_club(AT_ONCE)
    ann = a_member()
    sale = spends(ann, 105_000)
    brings_back(sale, 10_000, at=on(2026, 8, 20))
    spends(ann, 20_000, at=on(2026, 8, 21))
    assert level_of(ann) == "gold"
    states = list(IssuedReward.objects.filter(member=ann).order_by("id").values_list("reward", "status"))
    assert sorted(states) == [
        ("bonus", "used"),
        ("coffee", "outstanding"),
        ("dinner", "outstanding"),
        ("dinner", "withdrawn"),
    ]
    assert points_of(ann, at=on(2026, 8, 21)) == 50


def test_points_count_and_what_is_clawed_back_does_not():
    a_club(POINTS, rules=(ONE_PER_CENT,))
    ann = a_member()
    sale = spends(ann, 105_000)
    assert level_of(ann) == "gold"
    brings_back(sale, 10_000, at=on(2026, 8, 20))
    assert progress_of(ann, on(2026, 8, 21)).metric == 95_000


def test_pending_points_lift_on_the_day_they_start():
    rule = replace(ONE_PER_CENT, pending=Pending(days=14))
    a_club(POINTS, rules=(rule,))
    ann = a_member()
    spends(ann, 60_000)
    assert (level_of(ann), progress_of(ann, on(2026, 8, 24, 11)).metric) == (None, 0)
    at = on(2026, 8, 25)
    assert progress_of(ann, at).level == "silver"
    assert review_tiers(at=at).moved == 1
    assert level_of(ann) == "silver"


def test_a_sale_that_comes_late_counts_in_its_own_year():
    a_club()
    ann = a_member()
    spends(ann, 30_000, at=on(2026, 12, 30))
    spends(ann, 5_000, at=on(2027, 1, 2))
    spends(ann, 30_000, at=on(2026, 12, 31, 20), known_at=on(2027, 1, 3))
    assert (level_of(ann), progress_of(ann, on(2027, 1, 3)).metric) == ("silver", 5_000)
    assert Standing.objects.get().kept_until == on(2028, 1, 1)


def test_visits_are_counted():
    visits = TierSet(code="vip", name="Club", levels=(replace(LEVELS[0], threshold=3),), metric=Metric(of="visits"))
    a_club(visits)
    ann = a_member()
    sales = [spends(ann, 500, at=on(2026, 8, day)) for day in (1, 2, 3)]
    assert [len(sale.brought.levels) for sale in sales] == [0, 0, 1]
    brings_back(sales[0], 500, at=on(2026, 8, 4))
    assert progress_of(ann, on(2026, 8, 5)).metric == 2


def test_undoing_the_refund_brings_the_level_and_its_rewards_back():
    a_club(AT_ONCE)
    ann = a_member()
    sale = spends(ann, 105_000)
    day = on(2026, 8, 20, 12)
    back = brings_back(sale, 10_000, at=day)
    undo_refund(refund_id=back.id, reason="The wrong receipt", at=on(2026, 8, 20, 13), by=ZOE)
    assert (level_of(ann), progress_of(ann, on(2026, 8, 21)).metric) == ("gold", 105_000)
    states = dict(IssuedReward.objects.filter(member=ann).values_list("reward", "status"))
    assert states == {"coffee": "outstanding", "dinner": "outstanding", "bonus": "used"}
    assert points_of(ann, at=on(2026, 8, 21)) == 50
    assert [result.name for result in verify() if result.breaches] == []


def test_a_receipt_that_is_given_to_a_member_later_counts_on_its_own_day():
    a_club()
    ann = a_member()
    sale = sell(a_sale(60_000, at=on(2026, 12, 31, 20)), at=on(2026, 12, 31, 20))
    attach_sale(sale_id=sale.id, member=MemberHandle(id=str(ann)), at=on(2027, 1, 3), by=ZOE)
    assert (level_of(ann), progress_of(ann, on(2027, 1, 3)).metric) == ("silver", 0)
    assert Standing.objects.get().kept_until == on(2028, 1, 1)


def test_a_quote_moves_no_level():
    a_club()
    ann = a_member()
    [quoted] = quote_sales([a_sale(60_000, member=ann, at=AUGUST)], at=AUGUST)
    assert [reached.after for reached in quoted.brought.levels] == ["silver"]
    assert (level_of(ann), list_changes(ann), IssuedReward.objects.count()) == (None, [], 0)
