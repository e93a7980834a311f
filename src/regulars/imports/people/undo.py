"""An import of members is taken back: who was made goes, what was changed is as it was, and what happened since stays.

A member who was made goes without a trace where nothing has happened to them since; otherwise they stay. A field goes
back where it still is what the import wrote; one that somebody has changed since stays.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.audiences.tags import TagChange, change_tags
from regulars.core.actor import Actor
from regulars.core.importing import Outcome
from regulars.imports.lines import Undoable
from regulars.imports.people.decide import Shop
from regulars.imports.people.look import HOLDERS
from regulars.imports.people.write import UPDATE_MEMBERS
from regulars.ledger.close import close_accounts
from regulars.members.attributes import load_definitions, read_values, write_values
from regulars.members.identity import name_keys
from regulars.platform.rows import encode_rows, fetch, run

UNDONE, IN_USE, CHANGED_SINCE, GONE = "undone", "in_use", "changed", "gone"

LOCK = """
SELECT id, first_name, last_name, birth_on, joined_at, language,
       (SELECT code FROM stores_store WHERE id = home_store_id), has_card
FROM members_member WHERE id = ANY(%(ids)s::bigint[]) AND erased_at IS NULL AND merged_into_id IS NULL
ORDER BY id FOR NO KEY UPDATE
"""

REFERRING = """
SELECT named.relname, attribute.attname
FROM pg_class AS named JOIN pg_attribute AS attribute ON attribute.attrelid = named.oid
WHERE named.relnamespace = current_schema()::regnamespace AND named.relkind = 'r' AND attribute.attname = 'member_id'
  AND NOT attribute.attisdropped
UNION
SELECT referring.relname, attribute.attname
FROM pg_constraint AS reference
JOIN pg_class AS referring ON referring.oid = reference.conrelid
JOIN pg_attribute AS attribute ON attribute.attrelid = referring.oid AND attribute.attnum = reference.conkey[1]
WHERE reference.contype = 'f' AND reference.confrelid = 'members_member'::regclass
ORDER BY 1, 2
"""
"""Every table that refers to members or names them, whichever apps there are."""

ITS_OWN = {
    ("members_identifier", "member_id"),
    ("members_card", "member_id"),
    ("members_attributevalue", "member_id"),
    ("audiences_worn", "member_id"),
    ("audit_event", "member_id"),
    ("imports_importresult", "member_id"),
}
"""What an import gives to those it makes, and takes away with them; and what `BUSY` looks at more closely."""

BUSY = """
SELECT id FROM unnest(%(ids)s::bigint[]) AS member(id)
WHERE EXISTS (SELECT FROM sales_sale WHERE member_id = member.id)
   OR EXISTS (SELECT FROM audit_event WHERE about = 'member' AND about_id = member.id AND action <> 'member.tagged')
   OR EXISTS (SELECT FROM ledger_account AS account WHERE holder_id = member.id AND (
        EXISTS (SELECT FROM ledger_entry WHERE source_id = account.id)
        OR EXISTS (SELECT FROM ledger_entry WHERE target_id = account.id)))
   OR EXISTS (SELECT FROM imports_importresult
              WHERE member_id = member.id AND run_id <> %(run)s AND undo = '' AND outcome <> 'failed')
   OR (SELECT count(*) FROM members_card WHERE member_id = member.id) <> (%(cards)s::jsonb ->> id::text)::int
"""

DELETE_WORN = "DELETE FROM audiences_worn WHERE member_id = ANY(%(ids)s::bigint[])"
DELETE_VALUES = "DELETE FROM members_attributevalue WHERE member_id = ANY(%(ids)s::bigint[])"
DELETE_IDENTIFIERS = "DELETE FROM members_identifier WHERE member_id = ANY(%(ids)s::bigint[])"
DELETE_CARDS = "DELETE FROM members_card WHERE member_id = ANY(%(ids)s::bigint[])"
DELETE_MEMBERS = "DELETE FROM members_member WHERE id = ANY(%(ids)s::bigint[])"

RESTORE_IDENTIFIERS = """
INSERT INTO members_identifier (member_id, kind, value, verified_at)
SELECT member_id, kind, value, verified_at
FROM json_to_recordset(%(rows)s::json) AS old(member_id bigint, kind text, value text, verified_at timestamptz)
ORDER BY kind, value COLLATE "C"
ON CONFLICT DO NOTHING
"""

TAKE_IDENTIFIERS = """
DELETE FROM members_identifier AS held
USING json_to_recordset(%(rows)s::json) AS gone(member_id bigint, kind text, value text)
WHERE held.member_id = gone.member_id AND held.kind = gone.kind AND held.value = gone.value
"""

TAKE_CARDS = """
DELETE FROM members_card AS card
USING json_to_recordset(%(rows)s::json) AS gone(member_id bigint, value text)
WHERE card.member_id = gone.member_id AND card.number = gone.value AND card.status = 'active'
  AND NOT EXISTS (SELECT FROM audit_event WHERE about = 'card' AND about_id = card.id)
RETURNING card.member_id, card.number
"""


def undo_people(lines: Sequence[Undoable], shop: Shop, *, run_id: int, at: datetime, by: Actor) -> list[str]:
    """Undo these lines; for each "undone", or why something of it stays: in_use, changed or gone."""
    rows = fetch(LOCK, {"ids": sorted({line.member_id for line in lines})})
    now = {member_id: _facts(rest) for member_id, *rest in rows}
    made = [line for line in lines if line.outcome is Outcome.CREATED and line.member_id in now]
    changed = [line for line in lines if line.outcome is Outcome.UPDATED and line.member_id in now]
    told = dict.fromkeys((line.line for line in lines), GONE)
    told |= _undo_made(made, run_id=run_id)
    told |= _undo_changed(changed, now, shop, at=at, by=by)
    return [told[line.line] for line in lines]


def _facts(row: Sequence[Any]) -> dict[str, Any]:
    first_name, last_name, birth_on, joined_at, language, home_store, has_card = row
    return {
        "first_name": first_name,
        "last_name": last_name,
        "birth_on": birth_on and birth_on.isoformat(),
        "joined_at": joined_at and joined_at.isoformat(),
        "language": language,
        "home_store": home_store,
        "has_card": has_card,
    }


def _undo_made(lines: Sequence[Undoable], *, run_id: int) -> dict[int, str]:
    """Delete those to whom nothing has happened, with all that the import gave them."""
    if not lines:
        return {}
    ids = [line.member_id for line in lines]
    cards = encode_rows({str(line.member_id): len(line.change.get("cards", ())) for line in lines})  # type: ignore[arg-type]
    in_use = {row[0] for row in fetch(BUSY, {"ids": ids, "cards": cards, "run": run_id})}
    for table, column in fetch(REFERRING, {}):
        if (table, column) not in ITS_OWN:
            found = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" = ANY(%(ids)s::bigint[])'  # noqa: S608
            in_use |= {row[0] for row in fetch(found, {"ids": ids})}
    free = [member_id for member_id in ids if member_id not in in_use]
    if free:
        for statement in (DELETE_WORN, DELETE_VALUES, DELETE_IDENTIFIERS, DELETE_CARDS):
            run(statement, {"ids": free})
        close_accounts(free)
        run(DELETE_MEMBERS, {"ids": free})
    return {line.line: IN_USE if line.member_id in in_use else UNDONE for line in lines}


def _undo_changed(
    lines: Sequence[Undoable], now: Mapping[int, dict[str, Any]], shop: Shop, *, at: datetime, by: Actor
) -> dict[int, str]:
    if not lines:
        return {}
    told = dict.fromkeys((line.line for line in lines), UNDONE)
    for stay in (_restore_fields(lines, now), _restore_identifiers(lines), _take_cards(lines), _restore_values(lines)):
        told |= dict.fromkeys(stay, CHANGED_SINCE)
    tags = [
        TagChange(
            member_id=line.member_id, put=_ids(line.change.get("take"), shop), take=_ids(line.change.get("put"), shop)
        )
        for line in lines
        if line.change.get("put") or line.change.get("take")
    ]
    if tags:
        change_tags(tags, at=at, by=by)
    return told


def _ids(names: Sequence[str] | None, shop: Shop) -> tuple[int, ...]:
    return tuple(shop.tags[name] for name in names or () if name in shop.tags)


def _restore_fields(lines: Sequence[Undoable], now: Mapping[int, dict[str, Any]]) -> set[int]:
    """Put fields back that still are what the import wrote; the lines where one is not."""
    rows, stay = [], set()
    for line in lines:
        facts = now[line.member_id]
        fields: dict[str, list[Any]] = line.change.get("fields", {})
        same = {name: before for name, (before, after) in fields.items() if _is_same(facts[name], after)}
        if len(same) < len(fields):
            stay.add(line.line)
        if same:
            row = {"id": line.member_id, **facts, **same}
            row["name_key"], row["surname_key"] = name_keys(row["first_name"], row["last_name"])
            rows.append(row)
    if rows:
        run(UPDATE_MEMBERS, {"rows": encode_rows(rows)})
    return stay


def _is_same(now: Any, after: Any) -> bool:
    """Moments may be written in two ways."""
    if now == after:
        return True
    try:
        return datetime.fromisoformat(now) == datetime.fromisoformat(after)
    except (TypeError, ValueError):
        return False


def _restore_identifiers(lines: Sequence[Undoable]) -> set[int]:
    """Give back identifiers that were replaced; the lines where somebody else has them now, or they changed again."""
    wanted = [
        (line, kind, before, verified_at, after)
        for line in lines
        for kind, (before, verified_at, after) in line.change.get("identifiers", {}).items()
    ]
    if not wanted:
        return set()
    asked = [
        {"kind": kind, "value": value} for _, kind, before, _, after in wanted for value in (before, after) if value
    ]
    holders = {(kind, value): member for kind, value, member in fetch(HOLDERS, {"claims": encode_rows(asked)})}
    stay, take, give = set(), [], []
    for line, kind, before, verified_at, after in wanted:
        still = after is None or holders.get((kind, after)) == line.member_id
        is_free = before is None or holders.get((kind, before)) in (None, line.member_id)
        if not (still and is_free):
            stay.add(line.line)
            continue
        if after is not None:
            take.append({"member_id": line.member_id, "kind": kind, "value": after})
        if before is not None:
            give.append({"member_id": line.member_id, "kind": kind, "value": before, "verified_at": verified_at})
    run(TAKE_IDENTIFIERS, {"rows": encode_rows(take)})
    run(RESTORE_IDENTIFIERS, {"rows": encode_rows(give)})
    return stay


def _take_cards(lines: Sequence[Undoable]) -> set[int]:
    """Take the cards away that the import gave; the lines where one was blocked or used as a card since."""
    given = {(line.member_id, number): line.line for line in lines for number in line.change.get("cards", ())}
    if not given:
        return set()
    rows = [{"member_id": member, "value": number} for member, number in given]
    taken = set(fetch(TAKE_CARDS, {"rows": encode_rows(rows)}))
    ids = [member for member, _ in given]
    run(
        "UPDATE members_member AS member SET has_card = false WHERE id = ANY(%(ids)s::bigint[])"
        " AND NOT EXISTS (SELECT FROM members_card WHERE member_id = member.id)",
        {"ids": ids},
    )
    return {number for key, number in given.items() if key not in taken}


def _restore_values(lines: Sequence[Undoable]) -> set[int]:
    """Put attributes back that still are what the import wrote; the lines where one is not."""
    changed = {line.member_id: line for line in lines if line.change.get("values")}
    if not changed:
        return set()
    definitions = load_definitions()
    held = read_values(changed, definitions)
    back: dict[int, dict[str, Any]] = {}
    stay = set()
    for member_id, line in changed.items():
        for code, (before, after) in line.change["values"].items():
            value = held[member_id].get(code)
            if msgspec.to_builtins(value) == after and any(each.code == code for each in definitions.live):
                back.setdefault(member_id, {})[code] = before
            else:
                stay.add(line.line)
    outcomes = write_values(back, definitions)
    return stay | {changed[member].line for member, outcome in outcomes.items() if not isinstance(outcome, frozenset)}
