"""Stamp cards: so many stamps, and a reward."""

from typing import Annotated, Literal

import msgspec

from regulars.core.expiry import ExpiryPolicy, Never
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.words import Amount, Code, Part, Positive, Text, Title

Stamps = Annotated[int, msgspec.Meta(ge=1, le=100)]


class ByVisit(Part, frozen=True, kw_only=True, tag="visit"):
    """`stamps` for each sale from `min_spend_minor` on."""

    stamps: Stamps = 1
    min_spend_minor: Amount = 0


class BySpend(Part, frozen=True, kw_only=True, tag="spend"):
    """`stamps` for each full `per_minor`; with `carry` the rest counts with the next sale."""

    per_minor: Positive
    stamps: Stamps = 1
    carry: bool = True


class ByItem(Part, frozen=True, kw_only=True, tag="item"):
    """`stamps` for each unit of these lines."""

    items: Items
    stamps: Stamps = 1


class ByHand(Part, frozen=True, kw_only=True, tag="hand"):
    """Only the team, a one-time code or a store's QR gives stamps."""


class StampCard(Part, frozen=True, kw_only=True):
    """`size` stamps fill the card and give the reward `final`; `interim` gives others on the way, by the stamp that
    brings them. A full card restarts (or is the only one), and what is over goes on the next (`overflow`) or is lost.

    Its stamps are the unit of the card's code. `expiry` is a stamp's life. `cool_down_minutes` bounds codes and QR.
    `used_reward`: when a refund undoes a completed card whose reward is used, the member owes the stamps (debt) or
    the shop takes the loss (absorb).
    """

    code: Code
    name: Title
    size: Annotated[int, msgspec.Meta(ge=2, le=100)]
    earn: ByVisit | BySpend | ByItem | ByHand = ByVisit()
    when: Conditions = Conditions()
    final: Code
    interim: dict[Annotated[int, msgspec.Meta(ge=1, le=99)], Code] = msgspec.field(default_factory=dict)
    restart: bool = True
    overflow: bool = True
    max_per_sale: Stamps | None = None
    max_per_day: Stamps | None = None
    expiry: ExpiryPolicy = Never()
    cool_down_minutes: Annotated[int, msgspec.Meta(ge=0, le=527_040)] = 0
    used_reward: Literal["absorb", "debt"] = "absorb"
    note: Text = ""
