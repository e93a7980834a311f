"""Members' standings are read and written for a whole batch at once, in the transaction of what moves them.

Whoever writes holds the lock of the members' accounts, so that two changes of a member's level never cross.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.audit.origin import origin_now
from regulars.core.actor import Actor
from regulars.core.tiers import Move, Override, Standing
from regulars.platform.rows import Asked, encode_rows, together
from regulars.tiers.history import AskedChange

SELECT = """
SELECT member_id, tier_set, level, reached, entered_at, since, kept_until, given, given_until, override_kind,
       override_level, override_until, review_at
FROM tiers_standing WHERE member_id = ANY(%(members)s::bigint[])
"""

# One statement: the standings, the history of what moved, and the audit trail.
WRITE = """
WITH stood AS (
    INSERT INTO tiers_standing (member_id, tier_set, level, reached, entered_at, since, kept_until, given, given_until,
                                override_kind, override_level, override_until, review_at)
    SELECT member_id, tier_set, level, reached, entered_at, since, kept_until, given, given_until,
           override_kind, override_level, override_until, review_at
    FROM json_to_recordset(%(standings)s::json) AS r(
        member_id bigint, tier_set text, level text, reached text, entered_at timestamptz, since timestamptz,
        kept_until timestamptz, given text, given_until timestamptz, override_kind text, override_level text,
        override_until timestamptz, review_at timestamptz)
    ORDER BY member_id, tier_set COLLATE "C"
    ON CONFLICT (member_id, tier_set) DO UPDATE SET
        level = excluded.level, reached = excluded.reached, entered_at = excluded.entered_at, since = excluded.since,
        kept_until = excluded.kept_until, given = excluded.given, given_until = excluded.given_until,
        override_kind = excluded.override_kind, override_level = excluded.override_level,
        override_until = excluded.override_until, review_at = excluded.review_at
), changed AS (
    INSERT INTO tiers_change (member_id, tier_set, before, after, cause, at, recorded_at, kept_until, actor, about,
                              note, asked, was, undoes_id, key)
    SELECT member_id, tier_set, before, after, cause, at, %(at)s, kept_until, actor, about,
           note, asked, was, undoes, key
    FROM json_to_recordset(%(changes)s::json) AS r(
        member_id bigint, tier_set text, before text, after text, cause text, at timestamptz, kept_until timestamptz,
        actor text, about text, note text, asked jsonb, was jsonb, undoes bigint, key text)
    RETURNING id, member_id, tier_set, before, after, cause, actor
), event AS (
    INSERT INTO audit_event (recorded_at, actor, action, about, about_id, member_id, origin, facts)
    SELECT %(at)s, actor, CASE WHEN before IS NOT DISTINCT FROM after THEN 'tier.kept' ELSE 'tier.changed' END,
           'tier', id, member_id, %(origin)s,
           jsonb_build_object('set', tier_set, 'before', before, 'after', after, 'cause', cause)
           || jsonb_strip_nulls(jsonb_build_object('approver', %(approvers)s::jsonb ->> member_id::text))
    FROM changed ORDER BY id
)
SELECT id FROM changed ORDER BY id
"""

Standings = dict[int, dict[str, Standing]]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A member's level moved; `about` names what caused it (`sale/5`), empty where time alone did."""

    member_id: int
    move: Move
    by: Actor
    about: str = ""
    note: str = ""
    asked: AskedChange | None = None
    was: Standing | None = None
    undoes: int | None = None
    key: str | None = None


def ask_standings(member_ids: Collection[int]) -> Callable[[], Standings]:
    """Ask inside a `together` block where these members stand, by tier set; who stands nowhere is left out.

    The levels are those of the last write: `core.tiers.bring_up` lets what is due since then take effect.
    """
    asked = Asked(SELECT, {"members": list(member_ids)})

    def read() -> Standings:
        standings: Standings = {}
        for member_id, tier_set, *fields in asked.rows():
            standings.setdefault(member_id, {})[tier_set] = _standing(fields)
        return standings

    return read


def find_standings(member_ids: Collection[int]) -> Standings:
    """Return where these members stand, with one statement."""
    with together():
        asked = ask_standings(member_ids)
    return asked()


def write_standings(
    standings: Mapping[int, Mapping[str, Standing]], moved: Sequence[Moved], *, at: datetime
) -> Callable[[], list[int]]:
    """Keep these standings, write the moves into the history and the audit trail; all with one statement.

    Can stand inside a `together` block: the ids of the history's rows, in the order of `moved`, are read after it.
    """
    rows = [
        _row(member_id, tier_set, standing)
        for member_id, of_member in standings.items()
        for tier_set, standing in of_member.items()
    ]
    if not rows and not moved:
        return list
    approvers = {str(each.member_id): each.by.approver for each in moved if each.by.approver}
    facts = {
        "standings": encode_rows(rows),
        "changes": encode_rows([_change(each) for each in moved]),
        "approvers": msgspec.json.encode(approvers).decode(),
        "origin": origin_now(),
        "at": at,
    }
    asked = Asked(WRITE, facts)
    return lambda: [change_id for (change_id,) in asked.rows()]


def changed_standings(
    before: Mapping[int, Mapping[str, Standing]], after: Iterable[tuple[int, Mapping[str, Standing]]]
) -> Standings:
    """Return what has to be written: standings that are not as they were read."""
    changed: Standings = {}
    for member_id, standings in after:
        old = before.get(member_id, {})
        if new := {code: standing for code, standing in standings.items() if old.get(code) != standing}:
            changed[member_id] = new
    return changed


def _standing(fields: Sequence[Any]) -> Standing:
    level, reached, entered_at, since, kept_until, given, given_until, kind, override_level, until, review_at = fields
    return Standing(
        level=level,
        reached=reached,
        entered_at=entered_at,
        since=since,
        kept_until=kept_until,
        given=given,
        given_until=given_until,
        override=None if kind is None else Override(kind=kind, level=override_level, until=until),
        review_at=review_at,
    )


def _row(member_id: int, tier_set: str, standing: Standing) -> dict[str, Any]:
    override = standing.override
    return {
        "member_id": member_id,
        "tier_set": tier_set,
        "level": standing.level,
        "reached": standing.reached,
        "entered_at": standing.entered_at,
        "since": standing.since,
        "kept_until": standing.kept_until,
        "given": standing.given,
        "given_until": standing.given_until,
        "override_kind": override and override.kind,
        "override_level": override and override.level,
        "override_until": override and override.until,
        "review_at": standing.review_at,
    }


def _change(moved: Moved) -> dict[str, Any]:
    move = moved.move
    return {
        "member_id": moved.member_id,
        "tier_set": move.tier_set,
        "before": move.before,
        "after": move.after,
        "cause": move.cause,
        "at": move.at,
        "kept_until": move.kept_until,
        "actor": moved.by.tag,
        "about": moved.about,
        "note": moved.note,
        "asked": moved.asked,
        "was": moved.was,
        "undoes": moved.undoes,
        "key": moved.key,
    }
