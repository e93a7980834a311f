"""What must be known before lines are decided: who holds their identifiers, and what these members are now."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from regulars.audiences.tags import tags_of
from regulars.core.attributes import Value
from regulars.imports.lines import Line
from regulars.imports.people.fields import ATTRIBUTE, CARD, IDENTIFIERS
from regulars.members.attributes import Definitions, read_values
from regulars.members.claims import Claim
from regulars.platform.rows import Asked, encode_rows, fetch, together

# One probe of a unique index for each: LIMIT keeps the planner from joining whole tables.
HOLDERS = """
SELECT claim.kind, claim.value, holder.member_id
FROM json_to_recordset(%(claims)s::json) AS claim(kind text, value text)
JOIN LATERAL (
    SELECT member_id FROM members_identifier WHERE kind = claim.kind AND value = claim.value LIMIT 1
) AS holder ON true
"""
CARD_HOLDERS = """
SELECT 'card', claim.value, holder.member_id
FROM json_to_recordset(%(claims)s::json) AS claim(kind text, value text)
JOIN LATERAL (SELECT member_id FROM members_card WHERE number = claim.value LIMIT 1) AS holder ON true
"""

LOCK = """
SELECT id FROM members_member WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

MEMBERS = """
SELECT member.id, member.first_name, member.last_name, member.birth_on, member.joined_at, member.language,
       (SELECT code FROM stores_store WHERE id = member.home_store_id), member.has_card,
       array(SELECT ARRAY[kind, value, verified_at::text] FROM members_identifier
             WHERE member_id = member.id AND is_main),
       array(SELECT number FROM members_card WHERE member_id = member.id)
FROM unnest(%(ids)s::bigint[]) AS wanted(id)
JOIN LATERAL (SELECT * FROM members_member WHERE id = wanted.id LIMIT 1) AS member ON true
WHERE member.erased_at IS NULL AND member.merged_into_id IS NULL
"""


class Held(msgspec.Struct, frozen=True):
    """A member as they are now. `identifiers` are the main ones by kind; `verified` when each of them was."""

    id: int
    first_name: str
    last_name: str
    birth_on: date | None
    joined_at: datetime | None
    language: str
    home_store: str | None
    has_card: bool
    identifiers: dict[str, str]
    verified: dict[str, str]
    cards: frozenset[str]
    tags: tuple[str, ...] = ()
    values: dict[str, Value] = {}


def find_holders(lines: Sequence[Line]) -> dict[Claim, int | None]:
    """Return who holds each identifier and card of these lines; a card that nobody has yet is held by None."""
    claims = [
        {"kind": kind, "value": value}
        for line in lines
        for kind in IDENTIFIERS
        if (value := line.values.get(kind)) is not None
    ]
    cards = [{"kind": CARD, "value": number} for line in lines for number in line.values.get(CARD) or ()]
    found: dict[Claim, int | None] = {}
    for sql, rows in ((HOLDERS, claims), (CARD_HOLDERS, cards)):
        if rows:
            found |= {(kind, value): member_id for kind, value, member_id in fetch(sql, {"claims": encode_rows(rows)})}
    return found


def look_at(
    member_ids: Collection[int], lines: Sequence[Line], definitions: Definitions, *, lock: bool
) -> dict[int, Held]:
    """Return these members as they are now; with `lock` they stay so until the transaction ends."""
    if not member_ids:
        return {}
    asked_for = {name for line in lines for name in line.values}
    ids = sorted(member_ids)
    with together():
        if lock:
            Asked(LOCK, {"ids": ids})
        members = Asked(MEMBERS, {"ids": ids})
    tags = tags_of(ids) if "tags" in asked_for else {}
    codes = {name.removeprefix(ATTRIBUTE) for name in asked_for if name.startswith(ATTRIBUTE)}
    wanted = Definitions(tuple(each for each in definitions.every if each.code in codes))
    values = read_values(ids, wanted) if codes else {}
    return {
        held.id: msgspec.structs.replace(held, tags=tags.get(held.id, ()), values=values.get(held.id, {}))
        for held in map(_held, members.rows())
    }


def _held(row: tuple[Any, ...]) -> Held:
    *facts, identifiers, cards = row
    return Held(  # type: ignore[call-arg]
        *facts,
        {kind: value for kind, value, _ in identifiers},
        {kind: verified for kind, _, verified in identifiers if verified},
        frozenset(cards),
    )
