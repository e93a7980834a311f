"""Levels are reached by sales, earn more from the next one on, and follow what comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.sales.attach import attach_sale
from regulars.sales.record import record_sales
from regulars.tiers.models import Change
from regulars.tiers.review import review_tiers
from tests.shop import NOON, a_member, a_sale, a_shop, points_of, sell
from tests.whole_shop import LATER, broken, give_back, level_of, rewards_of

pytestmark = pytest.mark.django_db

LEVELS = (
    Level(code="silver", name="Silver", threshold=500, rewards=("tea",)),
    Level(code="gold", name="Gold", threshold=1_000, rewards=("dinner",)),
)
REWARDS = (Reward(code="tea", name="Tea"), Reward(code="dinner", name="Dinner"))
DOUBLE_FOR_GOLD = RateRule(code="base", name="Base", points=1, per_minor=100, tier_points={"gold": 2})


def a_club(*rules: RateRule, **fields) -> int:
    """The example's: gold at 1,000 points a calendar year, to the end of next year, one step down, 30 days of grace."""
    club = TierSet(**({"code": "club", "name": "Club", "levels": LEVELS, "grace_days": 30} | fields))
    a_shop(*rules, tier_sets=(club,), rewards=REWARDS)
    return a_member()


def day(month: int, of: int, year: int = 2026) -> datetime:
    return datetime(year, month, of, 17, tzinfo=UTC)


def bought(member: int, points: int, at: datetime):
    return sell(a_sale(points * 100, member=member, at=at), at=at)


def test_the_worked_example_of_levels():
    ann = a_club()
    reached = bought(ann, 1_050, day(8, 10))
    [level] = reached.brought.levels
    assert (level.before, level.after, level_of(ann)) == (None, "gold", "gold")
    back = give_back(reached.id, 10_000, at=day(8, 20))
    assert (back.levels, level_of(ann)) == ((), "gold")  # 950 is below, but the review is for the year's end
    bought(ann, 400, day(5, 5, 2027))
    review_tiers(at=day(1, 30, 2028))
    assert level_of(ann) == "gold"
    review_tiers(at=datetime(2028, 1, 31, 5, tzinfo=UTC))
    assert level_of(ann) == "silver"
    assert broken() == []


def test_a_level_earns_more_from_the_next_sale_on():
    ann = a_club(DOUBLE_FOR_GOLD)
    assert [bought(ann, points, NOON).earned[0].awarded for points in (1_000, 10)] == [1_000, 20]


def test_two_sales_of_one_batch_see_the_level_between_them():
    ann = a_club(DOUBLE_FOR_GOLD)
    told = record_sales([a_sale(100_000, member=ann), a_sale(1_000, member=ann)], at=NOON)
    assert [each.earned[0].awarded for each in told] == [1_000, 20]


def test_a_refund_takes_back_what_the_level_of_its_sale_gave():
    ann = a_club(DOUBLE_FOR_GOLD, on_refund="now")
    first = bought(ann, 1_000, NOON)
    then = bought(ann, 100, NOON)
    back = give_back(first.id)
    assert ([(each.before, each.after) for each in back.levels], level_of(ann)) == ([("gold", None)], None)
    assert points_of(ann, at=LATER) == 200  # the second was gold's
    give_back(then.id, 5_000)
    assert points_of(ann, at=LATER) == 100
    assert broken() == []


@pytest.mark.parametrize(("on_refund", "level", "kept"), [("now", None, []), ("review", "gold", ["dinner", "tea"])])
def test_a_refund_drops_the_level_with_its_rewards_or_leaves_it_to_the_review(on_refund, level, kept):
    ann = a_club(on_refund=on_refund)
    sale = bought(ann, 1_000, NOON)
    assert sale.brought.rewards == ("tea", "dinner")
    give_back(sale.id)
    assert (level_of(ann), rewards_of(ann)) == (level, kept)
    assert broken() == []


def test_a_level_gives_its_rewards_once_in_a_period():
    ann = a_club(on_refund="now")
    for number in range(2):
        sale = bought(ann, 1_000, NOON)
        if number == 0:
            give_back(sale.id)
    assert rewards_of(ann) == ["dinner", "tea"]
    assert rewards_of(ann, status="withdrawn") == ["dinner", "tea"]


@pytest.mark.parametrize(("metric", "sales"), [(Metric(of="spend"), 1), (Metric(of="visits"), 500)])
def test_money_and_visits_count_too_and_are_taken_off(metric, sales):
    ann = a_club(metric=metric, on_refund="now")
    sold = record_sales([a_sale(1_000, member=ann) for _ in range(sales)], at=NOON)
    assert level_of(ann) == ("gold" if metric.of == "spend" else "silver")
    give_back(sold[0].id, 500)
    assert level_of(ann) == "silver"  # 500 is left, or the visit still was one
    give_back(sold[0].id, number="F-2")
    assert level_of(ann) is None
    assert broken() == []


def test_a_late_sale_counts_in_the_year_of_its_own():
    ann = a_club()
    january = day(1, 5, 2027)
    bought(ann, 600, january)
    [late] = record_sales([a_sale(60_000, member=ann, at=day(12, 28))], at=january)
    assert (late.brought.levels, level_of(ann)) == ((), "silver")  # 600 in each year
    bought(ann, 400, january + timedelta(days=1))
    assert level_of(ann) == "gold"


def test_a_claimed_receipt_counts():
    ann = a_club()
    sale = sell(a_sale(60_000)).id
    claimed = attach_sale(sale_id=sale, member=MemberHandle(id=str(ann)), at=LATER, by=SYSTEM)
    assert (claimed.brought.rewards, level_of(ann)) == (("tea",), "silver")


def test_a_replay_tells_the_level_of_its_first_answer_and_moves_nothing():
    ann = a_club()
    sale = a_sale(100_000, member=ann)
    first, again = sell(sale), sell(sale)
    assert again.brought == first.brought
    assert Change.objects.filter(member_id=ann).count() == len(first.brought.levels)
