"""What a member has allowed: for each purpose a yes or no, as a whole or for one way of writing to them.

What was said last counts. A decision about a purpose as a whole is one about every channel; a later one about a single
channel stands beside it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

CHANNELS = ("email", "sms", "whatsapp", "push", "phone", "post")
"""Ways to reach a person."""

WHOLE = ""
"""The channel of a decision about a purpose as a whole."""


class Basis(StrEnum):
    """Why a shop may do something with a person's data: they said yes; it has a fair interest, until they object; it
    is part of what they joined; the law asks for it.
    """

    CONSENT = "consent"
    INTEREST = "interest"
    CONTRACT = "contract"
    LAW = "law"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said yes or no at `given_at`. `number` counts decisions: of two at one moment the later counts."""

    is_given: bool
    given_at: datetime
    number: int = 0
    version: int | None = None

    def is_before(self, other: "Decision") -> bool:
        return (self.given_at, self.number) < (other.given_at, other.number)


type Standing = Mapping[str, Decision]
"""The decisions about one purpose that count, by channel."""


def decide(standing: Standing, channel: str, decision: Decision) -> Standing:
    """Return what counts with one more decision, which may be older than those that are known."""
    known = [each for name in {channel, WHOLE} if (each := standing.get(name)) is not None]
    if any(decision.is_before(each) for each in known):
        return standing
    if channel == WHOLE:
        return {WHOLE: decision} | {name: each for name, each in standing.items() if name and decision.is_before(each)}
    return {**standing, channel: decision}


def decision_for(standing: Standing, channel: str) -> Decision | None:
    """What was said about a purpose on this channel, by itself or as a whole; None: nobody asked."""
    return standing.get(channel, standing.get(WHOLE))


def is_allowed(basis: Basis, decision: Decision | None) -> bool:
    """Tell whether a purpose of this basis may be pursued: a contract and the law need no yes, and know no no."""
    match basis:
        case Basis.CONSENT:
            return decision is not None and decision.is_given
        case Basis.INTEREST:
            return decision is None or decision.is_given
        case _:
            return True
