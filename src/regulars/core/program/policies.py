"""What the merchant decided for the whole program, besides units and rules."""

from typing import Annotated

import msgspec

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.program.items import Items
from regulars.core.program.words import Days, Part


class Policies(Part, frozen=True, kw_only=True):
    """`reinstate_grace_days`: how long units live that return to a lot which has expired meanwhile.
    `max_backdate_days`: how old a sale may be when it arrives. `attach_days`: how long an anonymous sale may be
    claimed. `hold_minutes`: how long a basket holds units unless it says otherwise. A sale over more than
    `confirm_above_minor` that is keyed by hand waits for a second step (None: none does), for `confirm_days`.
    A locked member spends nothing, and earns where `locked_members_earn` says so.

    Gift cards earn nothing when they are sold. The parts that are tax or shipping, or were paid with units or
    vouchers, earn where the policy says so; lines that `excluded` names never earn by any rule.
    """

    reinstate_grace_days: Days = 14
    max_backdate_days: Days = 30
    attach_days: Days = 30
    hold_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 15
    confirm_above_minor: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_AMOUNT)] | None = 0
    confirm_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 7
    locked_members_earn: bool = True
    earn_on_tax: bool = False
    earn_on_shipping: bool = False
    earn_on_part_paid_with_units: bool = False
    earn_on_part_paid_with_vouchers: bool = False
    excluded: Items = Items()
