"""Whether one message may go, and when: the only place that decides it, for a single member and for a million.

What is part of the contract always goes. What wants to sell something needs a purpose that the member allows, and
keeps to the shop's quiet hours and to so many messages in so many days.
"""

from datetime import datetime, tzinfo
from typing import Literal

import msgspec

from regulars.core.messages.timing import QuietHours, earliest

type Held = Literal[
    "no_address",
    "unverified",
    "no_text",
    "no_channel",
    "no_consent",
    "withdrawn",
    "left",
    "erasing",
    "gone",
    "blocked",
    "unknown_purpose",
    "unknown_channel",
    "cap",
]

type Why = Literal["service", "consent", "basis", "code", "test"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop keeps to. `most` messages in `days` days to one member; None: as many as there are."""

    zone: tzinfo
    quiet: QuietHours | None = None
    most: int | None = None
    days: int = 7
    only_verified: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it is looked at. `allowed` is what the consents say: "consent" or "basis" where it may go,
    otherwise why not; "service" and "code" need no leave. `is_marketing`: a purpose that people decide about.
    """

    allowed: str
    is_marketing: bool
    has_channel: bool = True
    has_text: bool = True
    has_address: bool = True
    is_verified: bool = True
    is_blocked: bool = False
    is_gone: bool = False
    lately: int = 0


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """It goes from `go_at` on, or it is `held`."""

    go_at: datetime | None = None
    held: Held | None = None


def decide(wanted: Wanted, limits: Limits, *, at: datetime) -> Decided:
    """Say whether it may go, and from when on. Who is gone is not asked anything else; leave comes before means."""
    held = _held(wanted, limits)
    if held is not None:
        return Decided(held=held)
    return Decided(go_at=earliest(at, limits.quiet, zone=limits.zone) if wanted.is_marketing else at)


def _held(wanted: Wanted, limits: Limits) -> Held | None:
    if wanted.is_gone:
        return "gone"
    if wanted.allowed not in ("service", "code", "consent", "basis"):
        return wanted.allowed  # type: ignore[return-value]  # the consents' own words
    if wanted.is_marketing and wanted.is_blocked:
        return "blocked"
    if not wanted.has_channel:
        return "no_channel"
    if not wanted.has_text:
        return "no_text"
    if not wanted.has_address:
        return "no_address"
    if wanted.is_marketing and limits.only_verified and not wanted.is_verified:
        return "unverified"
    if wanted.is_marketing and limits.most is not None and wanted.lately >= limits.most:
        return "cap"
    return None
