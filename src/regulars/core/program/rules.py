"""Earning rules as values: a trigger with its conditions, an effect, and its limits."""

from typing import Annotated, Literal

import msgspec

from regulars.core.amounts import Rounding
from regulars.core.expiry import ExpiryPolicy
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.life import Pending
from regulars.core.program.words import Code, Name, Part, Positive, Title

Stacking = Literal["add", "best", "alone"]


class _Rule(Part, frozen=True, kw_only=True):
    """What every rule has.

    Rules of a unit are asked in their order. `stacking`: it adds to the others; of the rules marked `best` only the
    one that gives most counts; a rule that is `alone` silences every other of its unit when it applies. After a rule
    with `stop` that applies, later rules of its unit are not asked.
    `expiry`, `pending` and `rounding` replace the unit's. `budget` names one of the program's budgets.
    """

    code: Code
    name: Title
    unit: Code = "points"
    when: Conditions = Conditions()
    stacking: Stacking = "add"
    stop: bool = False
    caps: tuple[Cap, ...] = ()
    budget: Code | None = None
    expiry: ExpiryPolicy | None = None
    pending: Pending | None = None
    rounding: Rounding | None = None


class RateRule(_Rule, frozen=True, kw_only=True, tag="rate"):
    """`points` for each `per_minor` of what was paid with money, without the lines that `except_items` names.

    `tier_points` gives other points to members of these levels. With `carry`, what is left of the last step counts
    with the next sale.
    """

    points: Positive
    per_minor: Positive
    except_items: Items = Items()
    tier_points: dict[Code, Positive] = msgspec.field(default_factory=dict)
    carry: bool = False


class ItemRule(_Rule, frozen=True, kw_only=True, tag="item"):
    """`points` for each unit, each `per_minor` of the amount, or once, of the lines that `items` names."""

    points: Positive
    items: Items
    per: Literal["unit", "amount", "sale"] = "unit"
    per_minor: Positive = 100
    tier_points: dict[Code, Positive] = msgspec.field(default_factory=dict)
    carry: bool = False


class BonusRule(_Rule, frozen=True, kw_only=True, tag="bonus"):
    """`points` once for a sale of which anything was paid with money."""

    points: Positive
    tier_points: dict[Code, Positive] = msgspec.field(default_factory=dict)


class MultiplierRule(_Rule, frozen=True, kw_only=True, tag="multiplier"):
    """`percent` of what the rate and item rules of the unit give: 200 doubles. Only the part above 100 is this
    rule's award. With `items`, only those lines are counted; `of` names the rules it works on, all if empty.
    """

    percent: Annotated[int, msgspec.Meta(ge=101, le=10_000)]
    items: Items = Items()
    of: tuple[Code, ...] = ()


class VisitRule(_Rule, frozen=True, kw_only=True, tag="visit"):
    """`points` for coming and buying: once for each sale, but not again within `cool_down_minutes`."""

    points: Positive
    cool_down_minutes: Annotated[int, msgspec.Meta(ge=0, le=527_040)] = 0
    tier_points: dict[Code, Positive] = msgspec.field(default_factory=dict)


class EventRule(_Rule, frozen=True, kw_only=True, tag="event"):
    """`points` when something other than a sale happens: sign_up, birthday, review, referral, qr, or a name of the
    shop's own. Not again within `cool_down_minutes`.
    """

    event: Name
    points: Positive
    cool_down_minutes: Annotated[int, msgspec.Meta(ge=0, le=527_040)] = 0
    tier_points: dict[Code, Positive] = msgspec.field(default_factory=dict)


EarningRule = RateRule | ItemRule | BonusRule | MultiplierRule | VisitRule | EventRule
SaleRule = RateRule | ItemRule | BonusRule | MultiplierRule | VisitRule
