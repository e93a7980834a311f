"""Earning rules as values: the same type is the rule, its JSON in the database and its schema on the screen."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from regulars.core.amounts import LARGEST_AMOUNT, Rounding
from regulars.core.expiry import ExpiryPolicy, Never

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_AMOUNT)]


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule has: what it gives, when, where, for how long, and how steps are counted.

    In force in [starts_at, ends_at). `stores` and `store_tags` name where; both empty is everywhere, and one match
    is enough.
    """

    points: Positive
    unit: Name = "points"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stores: tuple[Name, ...] = ()
    store_tags: tuple[Name, ...] = ()
    expiry: ExpiryPolicy = Never()
    rounding: Rounding = "full"


class RateRule(_Rule, frozen=True, kw_only=True, tag="rate"):
    """`points` for each `per_minor` of the sale, from `min_spend_minor` on; excluded categories and SKUs do not
    count.
    """

    per_minor: Positive
    min_spend_minor: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_AMOUNT)] = 0
    excluded_categories: tuple[Name, ...] = ()
    excluded_skus: tuple[Name, ...] = ()


class ItemRule(_Rule, frozen=True, kw_only=True, tag="item"):
    """`points` for each unit, or each `per_minor` of the amount, of the lines that match a SKU, category or brand."""

    skus: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    brands: tuple[Name, ...] = ()
    per: Literal["unit", "amount"] = "unit"
    per_minor: Positive = 100

    def __post_init__(self) -> None:
        if not (self.skus or self.categories or self.brands):
            raise ValueError("An item rule names at least one SKU, category or brand.")


EarningRule = RateRule | ItemRule
