"""What the merchant decided for the whole program: how points pay, what refunds do, how late tills may report."""

from typing import Annotated, Literal

import msgspec

from regulars.core.amounts import LARGEST_AMOUNT

Positive = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_AMOUNT)]
Days = Annotated[int, msgspec.Meta(ge=0, le=3660)]

Shortfall = Literal["absorb", "debt", "withhold", "refuse"]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """`points_per` points pay `minor_per` minor units; at least `min_points` at once.

    `shortfall`: what happens when a refund takes back points that were spent. The shop takes the loss (absorb), the
    member owes them (debt), the cashier keeps their worth back from the money (withhold), or there is no refund
    (refuse).
    `reinstate_grace_days`: how long points live that return to a lot which has expired meanwhile.
    `max_backdate_days`: how old a sale may be when it arrives. `attach_days`: how long an anonymous sale may be
    claimed.
    """

    points_per: Positive = 100
    minor_per: Positive = 100
    min_points: Positive = 1
    shortfall: Shortfall = "absorb"
    reinstate_grace_days: Days = 14
    max_backdate_days: Days = 30
    attach_days: Days = 30


def worth_minor(points: int, terms: Terms) -> int:
    """Return what points pay, in minor units, rounded down."""
    return points * terms.minor_per // terms.points_per
