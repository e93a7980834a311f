"""Tiers: a ladder of levels, what is counted for them, over which time, and how they are kept and lost."""

from typing import Annotated, Literal

import msgspec

from regulars.core.program.words import Amount, Code, Days, Part, Text, Title
from regulars.core.tongue import say

Months = Annotated[int, msgspec.Meta(ge=1, le=120)]


class Metric(Part, frozen=True, kw_only=True):
    """What counts: units earned (`points`, of `unit`), money spent in minor units, visits, or the unit's balance.

    Refunds take their part off again. Pending units count once they are active, unless `count_pending`.
    """

    of: Literal["points", "spend", "visits", "balance"] = "points"
    unit: Code = "points"
    count_pending: bool = False


class Window(Part, frozen=True, kw_only=True):
    """Over which time: a calendar year or quarter, the last `months` months (rolling), the membership year, since the
    level was entered, or a lifetime.
    """

    over: Literal["calendar_year", "calendar_quarter", "rolling", "membership_year", "since_entry", "lifetime"] = (
        "calendar_year"
    )
    months: Months | None = None

    def __post_init__(self) -> None:
        if (self.over == "rolling") != (self.months is not None):
            raise ValueError(say("A rolling window says how many months, and no other does."))


class Kept(Part, frozen=True, kw_only=True):
    """How long a reached level is kept: to the end of the next period, for `months` months, or for ever."""

    until: Literal["end_of_next_period", "months", "forever"] = "end_of_next_period"
    months: Months | None = None

    def __post_init__(self) -> None:
        if (self.until == "months") != (self.months is not None):
            raise ValueError(say("Keeping a level for months says how many, and nothing else does."))


class Level(Part, frozen=True, kw_only=True):
    """Reached from `threshold` of the metric on. `rewards` are given at an upgrade, once per member and period;
    `benefits` are told to people.
    """

    code: Code
    name: Title
    threshold: Amount
    rewards: tuple[Code, ...] = ()
    benefits: tuple[Text, ...] = ()


class TierSet(Part, frozen=True, kw_only=True):
    """Levels in the order of their thresholds; below the first a member has none.

    `upgrade`: at once or when the next period begins. At review: `keep` the level, drop `one_step`, or `replace` it by
    what the metric gives, `grace_days` after it ended. `on_refund`: a refund that takes the metric below the level
    drops it `now`, or leaves it to the `review`.
    """

    code: Code
    name: Title
    levels: tuple[Level, ...]
    metric: Metric = Metric()
    window: Window = Window()
    upgrade: Literal["now", "next_period"] = "now"
    kept: Kept = Kept()
    review: Literal["keep", "one_step", "replace"] = "one_step"
    grace_days: Days = 0
    on_refund: Literal["now", "review"] = "review"
