"""Why an entry is what it is: the rule version, the inputs, the caps that bit and the rounding, as values the
ledger keeps.
"""

from datetime import datetime

import msgspec

from regulars.core.amounts import Rounding


class Earned(msgspec.Struct, frozen=True, omit_defaults=True, tag="earned", gc=False):
    """`counted` (minor units, or thousandths of a unit of goods) was counted in steps of `per`; each gave `points`.

    Of the sale's `total_minor`, `money_minor` was paid with money: what is counted shrinks in that proportion.
    Nothing below `min_spend_minor`. `desired` is before caps, `awarded` after.
    """

    version: int
    rule: str
    counted: int
    per: int
    points: int
    awarded: int
    desired: int
    total_minor: int
    money_minor: int
    rounding: Rounding = "full"
    of_goods: bool = False
    min_spend_minor: int = 0


class Spent(msgspec.Struct, frozen=True, tag="spent", gc=False):
    """Points used as a tender: `points_per` points pay `minor_per` minor units, rounded down."""

    points: int
    value_minor: int
    points_per: int
    minor_per: int


class TakenBack(msgspec.Struct, frozen=True, omit_defaults=True, tag="taken_back"):
    """After all refunds so far the rule gives `target` for what is left of the sale; `held` was still held for it."""

    version: int
    rule: str
    remaining_minor: int
    held: int
    target: int
    short: int = 0
    expired: int = 0


class Returned(msgspec.Struct, frozen=True, omit_defaults=True, tag="returned"):
    """Of the `points` that paid part of the sale, the part that belongs to what was refunded comes back to its lots."""

    points: int
    refunded_minor: int
    total_minor: int
    before: int = 0
    graced_until: datetime | None = None


class Adjusted(msgspec.Struct, frozen=True, tag="adjusted"):
    """Somebody of the team changed the balance; the entry's comment and reason say why."""

    before: int


class Expired(msgspec.Struct, frozen=True, tag="expired"):
    """The rest of a lot that nobody spent before its end."""

    lot: int
    lot_amount: int
    expires_at: datetime


class WrittenOff(msgspec.Struct, frozen=True, omit_defaults=True, tag="written_off"):
    """Points of a refunded sale that were spent already: the shop took the loss, or the cashier kept their worth
    back.
    """

    short: int
    withheld_minor: int = 0


Why = Earned | Spent | TakenBack | Returned | Adjusted | Expired | WrittenOff
