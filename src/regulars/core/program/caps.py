"""How much a rule or a unit may give: caps bound a member (or a card, a store, a cashier) in a period; budgets bound
everybody together.
"""

from typing import Annotated, Literal

import msgspec

from regulars.core.program.words import Code, Part, Positive, Title
from regulars.core.tongue import say

CapPeriod = Literal["transaction", "day", "week", "month", "quarter", "year", "rolling", "lifetime"]
CapScope = Literal["card", "member", "cashier", "store", "program"]

# From narrow to wide: the order in which caps are applied.
PERIODS: tuple[CapPeriod, ...] = ("transaction", "day", "week", "month", "quarter", "year", "rolling", "lifetime")
SCOPES: tuple[CapScope, ...] = ("card", "member", "cashier", "store", "program")


class Cap(Part, frozen=True, kw_only=True):
    """At most `limit` of the unit's smallest steps for each `per` in a `period`.

    Calendar periods are those of the program's time zone in which the sale happened (weeks begin on Monday);
    `rolling` counts the `days` days that end with the sale's. What exceeds the cap is cut off (truncate), or all of
    the award is (skip).
    """

    limit: Positive
    period: CapPeriod = "transaction"
    per: CapScope = "member"
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] | None = None
    on_exceed: Literal["truncate", "skip"] = "truncate"

    def __post_init__(self) -> None:
        if (self.period == "rolling") != (self.days is not None):
            raise ValueError(say("A rolling cap says how many days, and no other does."))


class Budget(Part, frozen=True, kw_only=True):
    """All that rules naming this budget may give together, in `units` (smallest steps) or in `money_minor`, the
    worth of what they give. Alerts come at 80 and at 100 %.
    """

    code: Code
    name: Title
    units: Positive | None = None
    money_minor: Positive | None = None

    def __post_init__(self) -> None:
        if (self.units is None) == (self.money_minor is None):
            raise ValueError(say("A budget is in units or in money: give one of the two."))
