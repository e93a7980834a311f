"""What can be asked leave for, by what its preview needs: ids, codes and amounts, never a word that somebody typed."""

from datetime import datetime
from typing import Any, Literal

import msgspec


class Deed(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """One step that may need leave."""

    def kept(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told


class Adjust(Deed, frozen=True, kw_only=True, tag="adjust"):
    member: int
    unit: str
    amount: int


class PutStamps(Deed, frozen=True, kw_only=True, tag="stamps"):
    member: int
    card: str
    stamps: int


class Spend(Deed, frozen=True, kw_only=True, tag="spend"):
    member: int
    reward: str


class RemoveReward(Deed, frozen=True, kw_only=True, tag="remove_reward"):
    issued: int
    give_back: bool


class Refund(Deed, frozen=True, kw_only=True, tag="refund"):
    """`lines` are (position, quantity in thousandths, amount); neither lines nor amount: all that is left."""

    sale: int
    key: str
    occurred_at: datetime
    lines: tuple[tuple[int, int | None, int | None], ...] = ()
    amount_minor: int | None = None


class ChangeLevel(Deed, frozen=True, kw_only=True, tag="change_level"):
    member: int
    tier_set: str
    level: str | None
    kind: Literal["until", "floor", "pinned"] | None = None
    until: datetime | None = None
    rewards: bool = False


class ReleaseLevel(Deed, frozen=True, kw_only=True, tag="release_level"):
    member: int
    tier_set: str


class UndoLevel(Deed, frozen=True, kw_only=True, tag="undo_level"):
    change: int


class Merge(Deed, frozen=True, kw_only=True, tag="merge"):
    """`choices` say whose value stays, by field."""

    keeper: int
    source: int
    choices: dict[str, Literal["keeper", "source"]] = {}


class Unmerge(Deed, frozen=True, kw_only=True, tag="unmerge"):
    merge: int


class Erase(Deed, frozen=True, kw_only=True, tag="erase"):
    member: int


class BringIn(Deed, frozen=True, kw_only=True, tag="bring_in"):
    run: int


class SendMany(Deed, frozen=True, kw_only=True, tag="send_many"):
    """For so many members (`about`): these, or whom a condition means, as it is kept."""

    template: str
    channel: str
    about: int
    members: tuple[int, ...] = ()
    condition: dict[str, Any] = {}


AnyDeed = (
    Adjust
    | PutStamps
    | Spend
    | RemoveReward
    | Refund
    | ChangeLevel
    | ReleaseLevel
    | UndoLevel
    | Merge
    | Unmerge
    | Erase
    | BringIn
    | SendMany
)


def read_deed(kept: dict[str, Any]) -> AnyDeed:
    """Return a deed as it was kept with an approval."""
    return msgspec.convert(kept, AnyDeed, strict=False)
