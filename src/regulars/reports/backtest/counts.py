"""What a replay counts, in pieces that add up: each process counts its members, and the sums are the whole."""

from typing import Any

import msgspec

OPENING = ""
"""The month of everything before the period."""

NEVER = "never"
"""The month in which ends what has no end."""


class UnitCounts(msgspec.Struct, omit_defaults=True):
    """One unit in one month: what rules wanted to give and gave, what members spent, what ended unused.

    `short` is what recorded sales spent beyond what the member would have had; `taken_back` came back with refunds;
    `rewarded` are units that rewards paid.
    """

    sales: int = 0
    desired: int = 0
    awarded: int = 0
    spent: int = 0
    short: int = 0
    taken_back: int = 0
    expired: int = 0
    rewarded: int = 0


class RuleCounts(msgspec.Struct, omit_defaults=True):
    sales: int = 0
    desired: int = 0
    awarded: int = 0
    taken_back: int = 0


class HeldBack(msgspec.Struct, omit_defaults=True):
    """A cap or a condition: the sales it bit, and the units it held back."""

    sales: int = 0
    units: int = 0


class Counts(msgspec.Struct):
    """One side. `units`: by unit and month; `due`: by unit and month, what ends after the period if nobody spends.
    `caps`: by limit; `conditions`: by rule and condition. `full`: completed cards by code; `rewards`: given, by code.
    `moves`: by month, tier set, level before, level after and cause; `levels`: members by set and level at the end.
    """

    units: dict[str, dict[str, UnitCounts]] = msgspec.field(default_factory=dict)
    due: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    rules: dict[str, RuleCounts] = msgspec.field(default_factory=dict)
    caps: dict[str, HeldBack] = msgspec.field(default_factory=dict)
    conditions: dict[str, HeldBack] = msgspec.field(default_factory=dict)
    full: dict[str, int] = msgspec.field(default_factory=dict)
    rewards: dict[str, int] = msgspec.field(default_factory=dict)
    moves: dict[str, int] = msgspec.field(default_factory=dict)
    levels: dict[str, int] = msgspec.field(default_factory=dict)

    def unit(self, code: str, month: str) -> UnitCounts:
        months = self.units.setdefault(code, {})
        if month not in months:
            months[month] = UnitCounts()
        return months[month]

    def add(self, other: "Counts") -> None:
        for name in self.__struct_fields__:
            _add(getattr(self, name), getattr(other, name))


class MemberCounts(msgspec.Struct, array_like=True, gc=False):
    """What a member got in the period by one side: worth in minor units, and all units together."""

    member_id: int
    worth_minor: int
    units: int


class PartCounts(msgspec.Struct, kw_only=True):
    """What one part of the work came to: by side, counts and members."""

    part: int
    sales: int
    total_minor: int
    sides: dict[int, Counts]
    members: dict[int, list[MemberCounts]]


def _add(mine: dict[str, Any], other: dict[str, Any]) -> None:
    """Add up dicts of dicts, structs of numbers, and numbers."""
    for key, theirs in other.items():
        ours = mine.get(key)
        if ours is None:
            mine[key] = theirs
        elif isinstance(theirs, dict):
            _add(ours, theirs)
        elif isinstance(theirs, int):
            mine[key] = ours + theirs
        else:
            for field in theirs.__struct_fields__:
                setattr(ours, field, getattr(ours, field) + getattr(theirs, field))
