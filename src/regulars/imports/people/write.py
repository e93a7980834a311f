"""What was decided about a batch is written set-wise: the number of statements does not grow with its lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.audiences.tags import TagChange, change_tags
from regulars.core.actor import Actor
from regulars.imports.people.decide import Change, Create, Shop, keys_after
from regulars.ledger.accounts import open_accounts
from regulars.members.attribute_rows import insert_values
from regulars.members.attributes import write_values
from regulars.members.claims import CARD
from regulars.members.enrol import INSERT_CARDS, INSERT_IDENTIFIERS, INSERT_MEMBERS
from regulars.members.identity import name_keys
from regulars.members.models import Status
from regulars.platform.rows import encode_rows, run

UPDATE_MEMBERS = """
UPDATE members_member AS member
SET first_name = new.first_name, last_name = new.last_name, birth_on = new.birth_on, joined_at = new.joined_at,
    language = new.language, home_store_id = (SELECT id FROM stores_store WHERE code = new.home_store),
    has_card = new.has_card, name_key = new.name_key, surname_key = new.surname_key
FROM json_to_recordset(%(rows)s::json) AS new(
    id bigint, first_name text, last_name text, birth_on date, joined_at timestamptz, language text, home_store text,
    has_card boolean, name_key text, surname_key text)
WHERE member.id = new.id
"""

DELETE_IDENTIFIERS = """
DELETE FROM members_identifier AS held
USING json_to_recordset(%(rows)s::json) AS gone(member_id bigint, kind text)
WHERE held.member_id = gone.member_id AND held.kind = gone.kind AND held.is_main
"""


def write_created(created: Sequence[Create], shop: Shop, *, at: datetime, by: Actor) -> None:
    """Make these members, with all that finds them, an account of every unit, their values and tags."""
    if not created:
        return
    claims = [
        {"member_id": each.member_id, "kind": kind, "value": value} for each in created for kind, value in each.claims
    ]
    rows = encode_rows(claims)
    # Identifiers first: a rival enrolment waits for them. Their reference to the member is checked at COMMIT.
    run(INSERT_IDENTIFIERS, {"rows": rows})
    if any(claim["kind"] == CARD for claim in claims):
        run(INSERT_CARDS, {"rows": rows, "at": at})
    members = encode_rows([_row(each) for each in created])
    run(INSERT_MEMBERS, {"rows": members, "at": at, "status": Status.ACTIVE.value})
    if any(each.values for each in created):
        insert_values({each.member_id: each.values for each in created}, shop.definitions.every)
    open_accounts([each.member_id for each in created])
    tags = [
        TagChange(member_id=each.member_id, put=tuple(shop.tags[name] for name in names))
        for each in created
        if (names := each.line.values.get("tags"))
    ]
    if tags:
        change_tags(tags, at=at, by=by)


def write_changed(changed: Sequence[Change], shop: Shop, *, at: datetime, by: Actor) -> None:
    """Change these members, whose rows are locked."""
    identifiers = [(each.held.id, kind, pair) for each in changed for kind, pair in each.identifiers.items()]
    if gone := [{"member_id": member, "kind": kind} for member, kind, (before, _) in identifiers if before is not None]:
        run(DELETE_IDENTIFIERS, {"rows": encode_rows(gone)})
    claims = [
        {"member_id": member, "kind": kind, "value": after}
        for member, kind, (_, after) in identifiers
        if after is not None
    ]
    claims += [{"member_id": each.held.id, "kind": CARD, "value": number} for each in changed for number in each.cards]
    if claims:
        rows = encode_rows(claims)
        run(INSERT_IDENTIFIERS, {"rows": rows})
        run(INSERT_CARDS, {"rows": rows, "at": at})
    if members := [_row_after(each) for each in changed if each.fields or each.cards]:
        run(UPDATE_MEMBERS, {"rows": encode_rows(members)})
    if values := {
        each.held.id: {code: after for code, (_, after) in each.values.items()} for each in changed if each.values
    }:
        write_values(values, shop.definitions)
    tags = [
        TagChange(
            member_id=each.held.id,
            put=tuple(shop.tags[name] for name in each.put),
            take=tuple(shop.tags[name] for name in each.take),
        )
        for each in changed
        if each.put or each.take
    ]
    if tags:
        change_tags(tags, at=at, by=by)


def change_of(change: Change) -> dict[str, Any]:
    """Return what an undo needs to know of a change, as JSON."""
    told = {
        "fields": change.fields,
        "identifiers": {
            kind: (before, change.held.verified.get(kind), after)
            for kind, (before, after) in change.identifiers.items()
        },
        "values": change.values,
        "cards": change.cards,
        "put": change.put,
        "take": change.take,
    }
    return msgspec.to_builtins({name: part for name, part in told.items() if part})


def _row(each: Create) -> dict[str, Any]:
    values = each.line.values
    first_name, last_name = values.get("first_name") or "", values.get("last_name") or ""
    name_key, surname_key = name_keys(first_name, last_name)
    return {
        "id": each.member_id,
        "first_name": first_name,
        "last_name": last_name,
        "birth_on": values.get("birth_on"),
        "joined_at": each.joined_at,
        "is_generated": False,
        "has_card": bool(values.get(CARD)),
        "name_key": name_key,
        "surname_key": surname_key,
        "language": values.get("language") or "",
        "home_store": values.get("home_store"),
    }


def _row_after(change: Change) -> dict[str, Any]:
    held = change.held
    now = {
        "first_name": held.first_name,
        "last_name": held.last_name,
        "birth_on": held.birth_on,
        "joined_at": held.joined_at,
        "language": held.language,
        "home_store": held.home_store,
    }
    name_key, surname_key = keys_after(change)
    return {
        "id": held.id,
        **now,
        **{name: after for name, (_, after) in change.fields.items()},
        "has_card": held.has_card or bool(change.cards),
        "name_key": name_key,
        "surname_key": surname_key,
    }
