"""What a till tells us, as values: a sale with its lines and tenders, and a refund.

Money is in minor units of the program's currency, quantities in thousandths. Times carry their offset.
A busy till makes thousands of these a second, none of which refers to itself: `gc=False` spares the collector a quarter
of the processor's time.
"""

from datetime import datetime
from typing import Literal

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle

LineKind = Literal["goods", "gift_card", "shipping", "tax"]


class SaleLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`tax_minor` is the part of the amount that is tax; `labels` are the shop's own words for the article."""

    sku: str
    quantity_milli: int
    amount_minor: int
    category: str = ""
    brand: str = ""
    labels: tuple[str, ...] = ()
    kind: LineKind = "goods"
    tax_minor: int = 0


class Tender(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A means of payment: `type` "points" counts `points` of a `unit` that pays, every other type counts money.

    `hold` names the basket whose reserved units are used.
    """

    type: str
    amount_minor: int | None = None
    points: int | None = None
    unit: str = "points"
    hold: str | None = None


class NewSale(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`channel`: where it was sold (store, online, app …). `cashier`: the till's name for who sold it.
    `only_store`: the store code that the caller's key is bound to, if any.
    """

    external_id: str
    store: str
    occurred_at: datetime
    total_minor: int
    lines: tuple[SaleLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    member: MemberHandle | None = None
    till: str = ""
    cashier: str = ""
    channel: str = ""
    currency: str | None = None
    by: Actor = SYSTEM
    only_store: str | None = None


class LineRefund(msgspec.Struct, frozen=True):
    """What comes back of one line (positions count from 1); without an amount, the whole rest of the line."""

    position: int
    quantity_milli: int | None = None
    amount_minor: int | None = None


class NewRefund(msgspec.Struct, frozen=True, kw_only=True):
    """By lines, by amount, or neither: all that is left."""

    sale_id: int
    external_id: str
    occurred_at: datetime
    lines: tuple[LineRefund, ...] = ()
    amount_minor: int | None = None
    by: Actor = SYSTEM
    only_store: str | None = None
