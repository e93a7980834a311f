"""What a till is told: what a sale earned and spent, and what the member holds now."""

from datetime import datetime

import msgspec

from regulars.core.why import Earned as EarnedWhy
from regulars.ledger.wallet import Balance


class Earned(msgspec.Struct, frozen=True, gc=False):
    """Of one unit: `desired` before caps, `awarded` after; `why` has each rule's part."""

    unit: str
    desired: int
    awarded: int
    why: EarnedWhy


class Spent(msgspec.Struct, frozen=True, gc=False):
    unit: str
    amount: int
    value_minor: int


class CardNow(msgspec.Struct, frozen=True, gc=False):
    """A stamp card after a sale: `stamps` of `size` are on card `number`; `filled` cards became full by it."""

    card: str
    number: int
    stamps: int
    size: int
    filled: int = 0


class Reached(msgspec.Struct, frozen=True, gc=False):
    """A level that a sale led to; None is below the first."""

    tier_set: str
    before: str | None
    after: str | None


class Brought(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What else a sale brought: stamp cards as they are now, levels reached, rewards by their codes."""

    cards: tuple[CardNow, ...] = ()
    levels: tuple[Reached, ...] = ()
    rewards: tuple[str, ...] = ()


NOTHING = Brought()


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`replayed`: this receipt was here before, and this is its first answer again. A quote has no id."""

    id: int | None
    member_id: int | None
    replayed: bool = False
    earned: tuple[Earned, ...] = ()
    spent: tuple[Spent, ...] = ()
    brought: Brought = NOTHING
    balances: tuple[Balance, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Units a refund took back of one entry (`part` names it). `short` of them had been spent already;
    `withheld_minor` is kept from the money instead.
    """

    unit: str
    amount: int
    short: int = 0
    withheld_minor: int = 0
    part: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Units that had paid part of the sale and came back; `expired` of them at once, being too old."""

    unit: str
    amount: int
    value_minor: int
    expired: int = 0


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """`money_minor` is what the cashier hands back: the amount less what comes back as units, less what is withheld.

    `levels` that the member lost by it, and the rewards (by their codes) that are `withdrawn`.
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
    levels: tuple[Reached, ...] = ()
    withdrawn: tuple[str, ...] = ()
    balances: tuple[Balance, ...] = ()
