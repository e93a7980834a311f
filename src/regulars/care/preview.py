"""What a merge would do, or undoing one."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from regulars.care.fields import Choices
from regulars.care.merge import Merged, merge_members
from regulars.care.models import Merge
from regulars.care.unmerge import Difference, undo_merge
from regulars.core.actor import SYSTEM
from regulars.ledger.statement import FullBalance, balances_of
from regulars.platform.trying import try_out
from regulars.tiers.standings import find_standings


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a member holds: `levels` by tier set."""

    balances: tuple[FullBalance, ...]
    levels: Mapping[str, str | None]


class MergePreview(msgspec.Struct, frozen=True, kw_only=True):
    """`keeper` and `source` are as they are, `after` is the keeper then; `moved` counts rows by table, and `rewards`
    are those that only both together have reached.
    """

    keeper: Holding
    source: Holding
    after: Holding
    moved: Mapping[str, int]
    rewards: tuple[str, ...]


class UndoPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What each of the two would have, and what would not be as it was."""

    keeper: Holding
    source: Holding
    differences: tuple[Difference, ...]


def preview_merge(*, source: int, keeper: int, choices: Choices | None = None, at: datetime) -> MergePreview:
    """Return what `merge_members` would do; nothing is kept. Refuses what it refuses."""
    before = holdings_of(source, keeper, at=at)

    def do() -> tuple[Merged, Holding]:
        merged = merge_members(source=source, keeper=keeper, choices=choices, at=at, by=SYSTEM)
        return merged, holdings_of(keeper, at=at)[keeper]

    merged, after = try_out(do)
    return MergePreview(
        keeper=before[keeper], source=before[source], after=after, moved=merged.moved, rewards=merged.rewards
    )


def preview_undo(*, merge_id: int, at: datetime) -> UndoPreview:
    """Return what `undo_merge` would do; nothing is kept. Refuses what it refuses."""

    def do() -> UndoPreview:
        undone = undo_merge(merge_id=merge_id, at=at, by=SYSTEM)
        after = holdings_of(undone.source, undone.keeper, at=at)
        return UndoPreview(keeper=after[undone.keeper], source=after[undone.source], differences=undone.differences)

    return try_out(do)


def holdings_of(*members: int, at: datetime) -> dict[int, Holding]:
    """Return what these members hold."""
    balances, standings = balances_of(members, at=at), find_standings(members)
    return {
        member: Holding(
            balances=tuple(balances[member]),
            levels={code: standing.level for code, standing in standings.get(member, {}).items()},
        )
        for member in members
    }


def merges_of(member_id: int) -> list[Merge]:
    """Return the merges that made a member what it is, newest first; also those that were undone."""
    return list(Merge.objects.filter(keeper=member_id).select_related("source").order_by("-pk")[:50])
