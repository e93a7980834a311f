"""When a rule counts: time, place, channel, spend, tender, and who the member is. What is left empty does not bind."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from regulars.core.program.words import Amount, Code, Name, Part

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]


class Hours(Part, frozen=True, kw_only=True):
    """Days and hours in the store's time zone: [from, until). Hours that run past midnight belong to the day they
    begin on.
    """

    days: tuple[Weekday, ...] = WEEKDAYS
    since: ClockTime = "00:00"
    until: ClockTime = "24:00"


class Tags(Part, frozen=True, kw_only=True):
    """A choice by tags: at least one of `any`, every one of `all`, and none of `none`."""

    any: tuple[Name, ...] = ()
    all: tuple[Name, ...] = ()
    none: tuple[Name, ...] = ()


class Nth(Part, frozen=True, kw_only=True):
    """The member's first purchase, the nth, or every nth."""

    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    every: bool = False


class Audience(Part, frozen=True, kw_only=True):
    """Who: `tiers` are levels' codes of any tier set."""

    tiers: tuple[Code, ...] = ()
    tags: Tags = Tags()
    segments: tuple[Name, ...] = ()


class Conditions(Part, frozen=True, kw_only=True):
    """All of them must hold. In force in [starts_at, ends_at)."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: tuple[Hours, ...] = ()
    stores: tuple[Name, ...] = ()
    store_tags: Tags = Tags()
    channels: tuple[Name, ...] = ()
    min_spend_minor: Amount = 0
    tenders: tuple[Name, ...] = ()
    purchase: Nth | None = None
    audience: Audience = Audience()
