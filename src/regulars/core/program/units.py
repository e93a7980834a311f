"""What is counted: points, a card's stamps, status points, cashback."""

from typing import Annotated, Literal

import msgspec

from regulars.core.amounts import Rounding
from regulars.core.expiry import ExpiryPolicy, Never
from regulars.core.program.caps import Cap
from regulars.core.program.life import Pending
from regulars.core.program.words import Code, Name, Part, Positive

Shortfall = Literal["absorb", "debt", "withhold", "refuse"]
UnitKind = Literal["points", "stamps", "status", "cashback"]


class UnitWords(Part, frozen=True, kw_only=True):
    """How people say one and many of a unit, in one language."""

    singular: Name
    plural: Name


class Pays(Part, frozen=True, kw_only=True):
    """`units` smallest steps pay `minor` minor units of money, rounded down; at least `least` at once."""

    units: Positive = 100
    minor: Positive = 100
    least: Positive = 1


class Unit(Part, frozen=True, kw_only=True):
    """A unit of value. Amounts everywhere are whole numbers of its smallest step: with `precision` 2, 100 is one.

    Status points qualify for tiers and cannot be spent; stamps belong to the card of the same code. `pays`: what it
    is worth as a tender. `shortfall`: what a refund does about units that were spent already: the shop takes the loss
    (absorb), the member owes them (debt), the cashier keeps their worth back (withhold), or there is no refund
    (refuse). `caps` bound all rules of the unit together, `max_balance` what a member can hold, `spend_caps` what a
    member can spend.
    """

    code: Code
    kind: UnitKind = "points"
    name: UnitWords
    translations: dict[Name, UnitWords] = msgspec.field(default_factory=dict)
    precision: Annotated[int, msgspec.Meta(ge=0, le=4)] | None = None
    rounding: Rounding = "full"
    expiry: ExpiryPolicy = Never()
    pending: Pending | None = None
    pays: Pays | None = None
    shortfall: Shortfall = "absorb"
    caps: tuple[Cap, ...] = ()
    max_balance: Positive | None = None
    spend_caps: tuple[Cap, ...] = ()

    @property
    def decimals(self) -> int:
        return self.precision or 0


POINTS = Unit(code="points", name=UnitWords(singular="point", plural="points"), pays=Pays())
