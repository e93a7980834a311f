"""An effect: lines of what is before and after, in ids, codes and amounts, so that two of them can be compared."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from regulars.core.refusals import Refusal


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`what` changes `of` which unit, level, reward or table; `day` is when it ends, where that tells lines apart.

    Without `before` it is only what comes, or stays.
    """

    what: str
    of: str = ""
    day: str = ""
    before: int | str | None = None
    after: int | str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        return self.what, self.of, self.day


class Effect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What would happen, or why it cannot: `refused` is the refusal's code, with its `facts`."""

    lines: tuple[Line, ...] = ()
    refused: str = ""
    facts: dict[str, Any] = {}

    @property
    def mark(self) -> str:
        """Stands for exactly this effect: whoever approves says which one they have seen."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:32]


def refused_by(refusal: Refusal) -> Effect:
    """Return the effect of what cannot be done."""
    facts = msgspec.to_builtins(refusal.facts(), enc_hook=str, str_keys=True)
    return Effect(refused=refusal.code, facts=facts)


def read_effect(kept: dict[str, Any]) -> Effect:
    """Return an effect as it was kept with an approval."""
    return msgspec.convert(kept, Effect)


def keep_effect(effect: Effect) -> dict[str, Any]:
    """Return an effect as plain JSON."""
    kept: dict[str, Any] = msgspec.to_builtins(effect)
    return kept


def facts_of(effect: Effect) -> dict[str, Any]:
    """Return the facts of a refusal with moments as moments: they were kept as text."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in effect.facts.items()
    }
