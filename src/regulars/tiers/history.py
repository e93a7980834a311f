"""How a member came to a level: every change with its cause, and what can be undone of it."""

from datetime import datetime
from typing import Any

import msgspec

from regulars.core.tiers import Standing
from regulars.platform.rows import LARGEST_ID, fetch

COLUMNS = """
change.id, change.member_id, change.tier_set, change.before, change.after, change.cause, change.at, change.recorded_at,
change.kept_until, change.actor, change.about, change.note, change.asked::text, change.was::text, change.undoes_id,
(SELECT id FROM tiers_change AS undoing WHERE undoing.undoes_id = change.id)
"""

# The columns are our own text.
PAGE = f"""
SELECT {COLUMNS} FROM tiers_change AS change
WHERE change.member_id = %(member)s AND change.id < %(before)s
ORDER BY change.member_id, change.id DESC
LIMIT %(limit)s
"""  # noqa: S608

BY_ID = f"SELECT {COLUMNS} FROM tiers_change AS change WHERE change.id = %(id)s"  # noqa: S608
BY_KEY = f"""
SELECT {COLUMNS} FROM tiers_change AS change WHERE change.member_id = %(member)s AND change.key = %(key)s
"""  # noqa: S608

# What the team decided about a set and nobody has undone, the latest first.
LATEST = """
SELECT change.id FROM tiers_change AS change
WHERE change.member_id = %(member)s AND change.tier_set = %(set)s AND change.cause = 'manual'
  AND NOT EXISTS (SELECT FROM tiers_change AS undoing WHERE undoing.undoes_id = change.id)
ORDER BY change.member_id, change.id DESC
LIMIT 1
"""


class AskedChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody of the team asked for. `kind` None with a level: as if it had been reached; `is_release` ends an
    override. `gave` are the keys of the rewards that came of it.
    """

    level: str | None = None
    kind: str | None = None
    until: datetime | None = None
    rewards: bool = False
    is_release: bool = False
    gave: tuple[str, ...] = ()


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the history. `was` and `asked` are known of what the team decided; `undone_by` is the row that undid
    it.
    """

    id: int
    member_id: int
    tier_set: str
    before: str | None
    after: str | None
    cause: str
    at: datetime
    recorded_at: datetime
    kept_until: datetime | None
    actor: str
    about: str
    note: str
    asked: AskedChange | None
    was: Standing | None
    undoes: int | None
    undone_by: int | None


def list_changes(member_id: int, *, before: int | None = None, limit: int = 50) -> list[ChangeView]:
    """Return a page of a member's level changes, newest first; `before` is the id that the last page ended with."""
    params = {"member": member_id, "before": LARGEST_ID if before is None else before, "limit": limit}
    return [_view(row) for row in fetch(PAGE, params)]


def read_change(change_id: int) -> ChangeView | None:
    """Return one row of the history."""
    return next((_view(row) for row in fetch(BY_ID, {"id": change_id})), None)


def find_by_key(member_id: int, key: str) -> ChangeView | None:
    """Return what a decision's key has done already."""
    return next((_view(row) for row in fetch(BY_KEY, {"member": member_id, "key": key})), None)


def latest_decision(member_id: int, tier_set: str) -> int | None:
    """Return the decision that would be undone first."""
    return next((change_id for (change_id,) in fetch(LATEST, {"member": member_id, "set": tier_set})), None)


def _view(row: tuple[Any, ...]) -> ChangeView:
    fields = dict(zip(ChangeView.__struct_fields__, row, strict=True))
    asked, was = fields.pop("asked"), fields.pop("was")
    return ChangeView(
        **fields,
        asked=None if asked is None else msgspec.json.decode(asked, type=AskedChange),
        was=None if was is None else msgspec.json.decode(was, type=Standing),
    )
