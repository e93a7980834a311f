"""The reward catalogue: what units buy, what full cards and new levels give."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from regulars.core.program.conditions import Audience, Hours, Tags
from regulars.core.program.words import Amount, Code, Days, Name, Part, Positive, Text, Title

RewardKind = Literal["product", "discount", "points", "credit", "gift", "experience"]


class Price(Part, frozen=True, kw_only=True):
    """So much of a unit; members of a level pay `by_tier` instead."""

    unit: Code = "points"
    amount: Positive
    by_tier: dict[Code, Amount] = msgspec.field(default_factory=dict)


class Gives(Part, frozen=True, kw_only=True):
    """What it is worth: a product (`sku`), money off (`minor`) or `percent` off, or so much (`amount`) of a `unit`."""

    sku: Name | None = None
    minor: Positive | None = None
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    unit: Code | None = None
    amount: Positive | None = None


class PerMember(Part, frozen=True, kw_only=True):
    """A member gets it at most `limit` times in the last `days` days, or ever."""

    limit: Positive
    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] | None = None


class Reward(Part, frozen=True, kw_only=True):
    """`price` None: it cannot be claimed, only given by a card, a level or the team.

    It can be claimed in [starts_at, ends_at); `stock` bounds the claims of everybody. Whoever has it can use it in
    [use_from, use_until), at `use_hours` in the store's time zone, and for `use_within_days` days (0: no such end): the
    earlier end counts, unless `honour_full_period` lets those days outlive `use_until`. Points and credit are paid at
    once; a gift or experience with `is_sent` is fulfilled by the team (ordered, sent, delivered).
    """

    code: Code
    name: Title
    kind: RewardKind = "product"
    description: Text = ""
    price: Price | None = None
    gives: Gives = Gives()
    audience: Audience = Audience()
    stores: tuple[Name, ...] = ()
    store_tags: Tags = Tags()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stock: Positive | None = None
    per_member: PerMember | None = None
    use_within_days: Days = 0
    use_from: datetime | None = None
    use_until: datetime | None = None
    use_hours: tuple[Hours, ...] = ()
    honour_full_period: bool = False
    is_sent: bool = False
    cost_minor: Amount = 0
