"""A shop whose program has something of everything, and what a member has of it."""

import json
from datetime import datetime, timedelta
from typing import Any

from regulars.core.program.caps import Budget, Cap
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import BonusRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import POINTS, Pays, Unit, UnitWords
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund
from regulars.ledger.statement import balances_of
from regulars.programs.models import Tally
from regulars.rewards.models import IssuedReward
from regulars.sales.answers import Refunded
from regulars.sales.refund import refund_sales
from regulars.sales.verify import verify
from regulars.tiers.standings import find_standings
from tests.shop import NOON, OPENED, a_program, a_shop, publish

LATER = NOON + timedelta(hours=1)
COFFEE, TEA = Items(categories=("COFFEE",)), Items(skus=("tea",))

CARD = StampCard(code="coffee", name="Coffee", size=10, final="free", interim={5: "cookie"}, earn=ByItem(items=COFFEE))
REWARDS = (
    Reward(code="free", name="Free coffee"),
    Reward(code="cookie", name="Cookie"),
    Reward(code="dinner", name="Dinner"),
)
CLUB = TierSet(
    code="club",
    name="Club",
    levels=(
        Level(code="silver", name="Silver", threshold=20_000),
        Level(code="gold", name="Gold", threshold=100_000, rewards=("dinner",)),
    ),
    metric=Metric(of="spend"),
    on_refund="now",
)
STARS = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))
PENCE = Unit(code="points", name=POINTS.name, pays=Pays(units=1, minor=1), caps=(Cap(limit=900, period="month"),))
RULES = (
    RateRule(
        code="base",
        name="Base",
        points=1,
        per_minor=100,
        tier_points={"gold": 2},
        caps=(Cap(limit=300), Cap(limit=500, period="day"), Cap(limit=2_000, period="month", per="store")),
    ),
    ItemRule(code="tea", name="Tea", points=5, items=TEA, budget="spring"),
    MultiplierRule(code="double", name="Double", percent=200, items=TEA, budget="spring"),
    BonusRule(code="welcome", name="Welcome", points=40, caps=(Cap(limit=40, period="lifetime"),)),
    VisitRule(code="visit", name="Visit", points=3, cool_down_minutes=60),
    RateRule(code="stars", name="Stars", unit="stars", points=1, per_minor=5_000, carry=True),
)


def the_whole_program(**parts: object) -> ProgramDocument:
    """Rules of every kind with caps and a budget, a carried unit, a stamp card, levels by spend, and rewards."""
    whole = {
        "units": (PENCE, STARS),
        "budgets": (Budget(code="spring", name="Spring", money_minor=400),),
        "stamp_cards": (CARD,),
        "tier_sets": (CLUB,),
        "rewards": REWARDS,
    }
    return a_program(*RULES, **(whole | parts))  # type: ignore[arg-type]


def a_whole_shop(*, stores: tuple[str, ...] = ("330", "331"), **parts: object) -> None:
    a_shop(stores=stores)
    publish(the_whole_program(**parts), at=OPENED)


def give_back(
    sale: int | None,
    amount: int | None = None,
    *,
    number: str = "F-1",
    lines: tuple[LineRefund, ...] = (),
    at: datetime = LATER,
) -> Refunded:
    """Refund by amount, by lines, or all that is left; a refusal is raised."""
    refund = NewRefund(sale_id=sale or 0, external_id=number, occurred_at=at, lines=lines, amount_minor=amount)
    [outcome] = refund_sales([refund], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def held_by(member: int, *, at: datetime = LATER) -> dict[str, int]:
    """What a member holds of each unit, pending included, debts taken off."""
    return {each.unit: each.available + each.pending for each in balances_of([member], at=at)[member]}


def level_of(member: int, tier_set: str = "club") -> str | None:
    standing = find_standings([member]).get(member, {}).get(tier_set)
    return standing.level if standing else None


def rewards_of(member: int, *, status: str = "outstanding") -> list[str]:
    codes = (
        IssuedReward.objects.filter(member_id=member, status=status).order_by("reward").values_list("reward", flat=True)
    )
    return list(codes)


def counts_of(holder: str) -> dict[str, Any]:
    """What caps, cards and levels remember of a holder."""
    return json.loads(Tally.objects.filter(holder=holder).values_list("counts", flat=True).first() or "{}")


def broken() -> list[str]:
    """What `verify` finds wrong; nothing, if all is well."""
    return [f"{result.name}: {result.breaches}" for result in verify() if result.breaches]
