"""What a till is told: what a sale earned and spent, and what the member holds now."""

from datetime import datetime

import msgspec

from regulars.core.why import Earned as EarnedWhy
from regulars.ledger.wallet import Balance


class Earned(msgspec.Struct, frozen=True, gc=False):
    """Of one unit: `desired` before caps, `awarded` after; `whys` explains each rule's part."""

    unit: str
    desired: int
    awarded: int
    whys: tuple[EarnedWhy, ...]


class Spent(msgspec.Struct, frozen=True, gc=False):
    unit: str
    amount: int
    value_minor: int


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`replayed`: this receipt was here before, and this is its first answer again. A quote has no id."""

    id: int | None
    member_id: int | None
    replayed: bool = False
    earned: tuple[Earned, ...] = ()
    spent: tuple[Spent, ...] = ()
    balances: tuple[Balance, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Units a refund took back. `short` had been spent already; `withheld_minor` is kept from the money instead."""

    unit: str
    amount: int
    short: int = 0
    withheld_minor: int = 0
    rule: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Units that had paid part of the sale and came back; `expired` of them at once, being too old."""

    unit: str
    amount: int
    value_minor: int
    expired: int = 0


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """`money_minor` is what the cashier hands back: the amount less what comes back as points, less what is
    withheld.
    """

    id: int | None
    sale_id: int
    amount_minor: int
    money_minor: int
    occurred_at: datetime
    replayed: bool = False
    member_id: int | None = None
    clawed: tuple[Taken, ...] = ()
    returned: tuple[Given, ...] = ()
    balances: tuple[Balance, ...] = ()
