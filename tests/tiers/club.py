"""A shop with tiers by yearly spend, whose members buy."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.core.actor import Actor
from regulars.core.program.rewards import Gives, Reward
from regulars.core.program.rules import EarningRule, RateRule
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.sales.answers import Recorded, Refunded
from regulars.sales.refund import refund_sales
from regulars.tiers.standings import find_standings
from tests.shop import a_sale, a_shop, sell

NEW_YORK = ZoneInfo("America/New_York")
ZOE = Actor(kind="staff", id=7, name="Zoe")
LEVELS = (
    Level(code="silver", name="Silver", threshold=50_000, rewards=("coffee",)),
    Level(code="gold", name="Gold", threshold=100_000, rewards=("dinner", "bonus")),
    Level(code="platinum", name="Platinum", threshold=500_000),
)
BY_SPEND = TierSet(code="vip", name="Club", levels=LEVELS, metric=Metric(of="spend"), grace_days=30)
REWARDS = (
    Reward(code="coffee", name="A coffee"),
    Reward(code="dinner", name="A dinner", kind="gift"),
    Reward(code="bonus", name="50 points", kind="points", gives=Gives(unit="points", amount=50)),
)
NO_POINTS = RateRule(code="none", name="None", points=1, per_minor=100_000_000)


def on(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


AUGUST = on(2026, 8, 10, 12)


def a_club(*tier_sets: TierSet, rules: tuple[EarningRule, ...] = (NO_POINTS,)) -> None:
    """Sales bring no points to speak of, so that what is seen comes of levels."""
    a_shop(*rules, tier_sets=tier_sets or (BY_SPEND,), rewards=REWARDS)


def spends(member: int, minor: int, *, at: datetime = AUGUST, known_at: datetime | None = None) -> Recorded:
    """A sale, which may have come late (`known_at`)."""
    return sell(a_sale(minor, member=member, at=at), at=known_at or at)


def brings_back(sale: Recorded, minor: int, *, at: datetime) -> Refunded:
    """A part of a sale is refunded."""
    refund = NewRefund(sale_id=sale.id, external_id=f"{at:%s}-{minor}", occurred_at=at, amount_minor=minor, by=ZOE)
    [outcome] = refund_sales([refund], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def level_of(member: int, tier_set: str = "vip") -> str | None:
    """The level as it is stored."""
    standing = find_standings([member]).get(member, {}).get(tier_set)
    return standing and standing.level
