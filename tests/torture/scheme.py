"""What the oracle is told about a shop: its goods, its earning rules and its terms, in words of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True)
class Goods:
    sku: str
    quantity: int
    amount: int
    category: str


@dataclass(frozen=True)
class Rule:
    """`counts` says how much of some goods counts, `last_day` until when points live that were given on a day.

    `month_cap` bounds what a member gets by it in a month; members of the highest level get `top_points` instead.
    """

    name: str
    points: int
    per: int
    counts: Callable[[Goods], int]
    last_day: Callable[[date], date | None] = lambda day: None
    round: Callable[[Fraction], int] = floor
    minimum: int = 0
    start: datetime | None = None
    end: datetime | None = None
    store: str | None = None
    month_cap: int | None = None
    top_points: int | None = None

    def applies(self, store: str, at: datetime) -> bool:
        in_time = (self.start is None or at >= self.start) and (self.end is None or at < self.end)
        return in_time and self.store in (None, store)

    def gives(self, goods: list[Goods], money: int, *, is_top: bool = False) -> int:
        """What it gives for goods of which so much was paid with money, before caps; nothing for nothing."""
        total = sum(g.amount for g in goods)
        if money <= 0 or not total or money < self.minimum:
            return 0
        steps = sum(self.counts(g) for g in goods) * Fraction(money, total) / self.per
        return self.round(steps) * (self.top_points if is_top and self.top_points else self.points)


def half_up(steps: Fraction) -> int:
    return floor(steps + Fraction(1, 2))


def started(steps: Fraction) -> int:
    return ceil(steps)


@dataclass(frozen=True)
class Scheme:
    """`day_cap` bounds all rules together, for each member and day. `card` says how many stamps some goods bring;
    `card_size` of them are a reward. `levels` are reached by the money spent, and lost with it.
    """

    rules: tuple[Rule, ...]
    points_per: int
    minor_per: int
    min_points: int
    shortfall: str
    grace_days: int
    backdate_days: int = 30
    attach_days: int = 30
    day_cap: int = 10**9
    card: Rule | None = None
    card_size: int = 1
    levels: tuple[int, ...] = ()

    def worth(self, points: int) -> int:
        return floor(Fraction(points * self.minor_per, self.points_per))
