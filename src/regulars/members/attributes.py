"""What a shop knows about its members beyond name and phone: read and written for one member or for many.

Values lie in `members_attributevalue`, typed and indexed, newest member first: `(attribute_id, key, member_id DESC)`
for text, choices and yes or no, `(attribute_id, number, …)` and `(attribute_id, day, …)` for more and less. Regulated
values are sealed, found by nobody, and read by `look_at_regulated` only (members/regulated.py).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import Actor
from regulars.core.attributes import (
    AttributeKind,
    Choice,
    Definition,
    UnknownAttribute,
    Value,
    ValueNeeded,
    clean_value,
    key_of,
)
from regulars.core.refusals import Refusal
from regulars.members.lock import UnknownMember
from regulars.members.models import Attribute
from regulars.members.sealed import hash_value, open_value, seal_value
from regulars.platform.rows import encode_rows, fetch, run

TRIES = 5

LOCK = """
SELECT id FROM members_member WHERE id = ANY(%(members)s::bigint[]) AND merged_into_id IS NULL AND erased_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""

READ = """
SELECT value.member_id, value.attribute_id, value.place, value.key, value.text, value.number, value.day, value.file_id,
       value.sealed
FROM unnest(%(members)s::bigint[]) AS wanted(id)
JOIN members_attributevalue AS value ON value.member_id = wanted.id
WHERE value.attribute_id = ANY(%(attributes)s::bigint[])
ORDER BY value.member_id, value.attribute_id, value.place
"""

HOLDERS = """
SELECT wanted.attribute_id, wanted.key, (
    SELECT member_id FROM members_attributevalue
    WHERE attribute_id = wanted.attribute_id AND key = wanted.key AND is_unique LIMIT 1)
FROM json_to_recordset(%(wanted)s::json) AS wanted(attribute_id bigint, key text)
"""

DELETE = """
DELETE FROM members_attributevalue
WHERE (member_id, attribute_id) IN (
    SELECT member_id, attribute_id
    FROM json_to_recordset(%(rows)s::json) AS gone(member_id bigint, attribute_id bigint))
"""

# In the order of the unique index: two batches with the same values wait for each other, and cannot deadlock.
INSERT = """
INSERT INTO members_attributevalue
    (member_id, attribute_id, place, key, text, number, day, file_id, sealed, is_unique)
SELECT member_id, attribute_id, place, key, text, number, day, file_id, decode(sealed, 'base64'), is_unique
FROM json_to_recordset(%(rows)s::json) AS value(
    member_id bigint, attribute_id bigint, place smallint, key text, text text, number numeric, day date,
    file_id bigint, sealed text, is_unique boolean)
ORDER BY attribute_id, key COLLATE "C"
"""

type Given = Mapping[str, object]
"""Values by attribute code, as `core.attributes.clean_value` takes them; None or "" empties."""

type Values = Mapping[str, Value | None]
"""Values by attribute code, in their one form."""

type ValueClaim = tuple[int, str]
"""An attribute's id and the key of a value that only one member may have."""


class ValueTaken(Refusal):
    """Another member has this value of a unique attribute already; `member_id` says who."""

    code = "attribute_taken"

    def __init__(self, *, attribute: str, member_id: int) -> None:
        self.attribute = attribute
        self.member_id = member_id


class Definitions(msgspec.Struct, frozen=True):
    """The shop's attributes in the order of its forms; retired ones are asked nowhere."""

    every: tuple[Definition, ...]

    @property
    def live(self) -> tuple[Definition, ...]:
        return tuple(each for each in self.every if not each.is_retired)

    def find(self, code: str) -> Definition:
        """Refuses: UnknownAttribute."""
        found = next((each for each in self.every if each.code == code and not each.is_retired), None)
        if found is None:
            raise UnknownAttribute(attribute=code)
        return found


def load_definitions() -> Definitions:
    """Read the shop's attributes, with one statement."""
    return Definitions(tuple(define(row) for row in Attribute.objects.order_by("place", "id")))


def hold_definitions() -> Definitions:
    """The same for who writes values: until the transaction ends nobody changes what may be written."""
    run("SELECT id FROM members_attribute ORDER BY id FOR KEY SHARE", {})
    return load_definitions()


def define(row: Attribute) -> Definition:
    return Definition(
        id=row.pk,
        code=row.code,
        label=row.label,
        kind=AttributeKind(row.kind),
        help=row.help,
        choices=msgspec.convert(row.choices, tuple[Choice, ...]),
        is_required=row.is_required,
        is_unique=row.is_unique,
        at_signup=row.at_signup,
        is_regulated=row.is_regulated,
        is_retired=row.retired_at is not None,
    )


def read_values(
    member_ids: Collection[int], definitions: Definitions, *, with_regulated: bool = False
) -> dict[int, dict[str, Value]]:
    """Read what is known of these members, by member and attribute code, with one statement.

    Regulated values are left out; `with_regulated` is for verbs that write or export them, never for a page.
    """
    wanted = [each for each in definitions.every if with_regulated or not each.is_regulated]
    known: dict[int, dict[str, Value]] = {member_id: {} for member_id in member_ids}
    if not wanted or not known:
        return known
    by_id = {each.id: each for each in wanted}
    for member_id, attribute_id, _, *columns in fetch(READ, {"members": list(known), "attributes": list(by_id)}):
        definition, values = by_id[attribute_id], known[member_id]
        value = _read(definition, *columns)
        if definition.kind is AttributeKind.CHOICES and not definition.is_regulated:
            held: Any = values.get(definition.code, ())
            values[definition.code] = (*held, str(value))
        else:
            values[definition.code] = value
    return known


def change_values(*, member_id: int, values: Given, at: datetime, by: Actor) -> frozenset[str]:
    """Change one member's values, and return the codes of those that are different now.

    Refuses: UnknownMember, UnknownAttribute, InvalidValue, ValueNeeded, ValueTaken.
    """
    outcome = change_values_of({member_id: values}, at=at, by=by)[member_id]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def change_values_of(batch: Mapping[int, Given], *, at: datetime, by: Actor) -> dict[int, frozenset[str] | Refusal]:
    """Change many members' values: by member, the codes that are different now, or why nothing of theirs was changed.

    The number of statements does not grow with the batch. Of two members in it who want one unique value the first has
    it. Each member that is different leaves one event, which names the attributes and never their values.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return _change(batch, at=at, by=by)
        except IntegrityError:
            # Another transaction took a unique value since we looked; its commit is visible now, so look again.
            continue
    with transaction.atomic():
        return _change(batch, at=at, by=by)


def write_values(batch: Mapping[int, Given], definitions: Definitions) -> dict[int, frozenset[str] | Refusal]:
    """The same inside the caller's transaction, which holds the members' rows locked and tells of it itself.

    `definitions` are held (`hold_definitions`). A unique value that another transaction took meanwhile is an
    IntegrityError: roll back and come again.
    """
    outcomes: dict[int, frozenset[str] | Refusal] = {}
    wanted: dict[int, dict[str, Value | None]] = {}
    for member_id, given in batch.items():
        try:
            wanted[member_id] = clean_values(given, definitions)
        except Refusal as refusal:
            outcomes[member_id] = refusal
    named = {code for values in wanted.values() for code in values}
    asked = Definitions(tuple(each for each in definitions.every if each.code in named))
    held = read_values(wanted, asked, with_regulated=True)
    changed = {
        member_id: {code: value for code, value in values.items() if held[member_id].get(code) != value}
        for member_id, values in wanted.items()
    }
    outcomes |= _refuse_taken(changed, asked)
    _write({member_id: values for member_id, values in changed.items() if member_id not in outcomes}, asked)
    return {
        member_id: outcomes[member_id] if member_id in outcomes else frozenset(changed[member_id])
        for member_id in batch
    }


def clean_values(given: Given, definitions: Definitions) -> dict[str, Value | None]:
    """Return the values in their one form; None is to be emptied. Refuses: UnknownAttribute, InvalidValue, ValueNeeded
    (a required one that is emptied).
    """
    cleaned: dict[str, Value | None] = {}
    for code, raw in given.items():
        definition = definitions.find(code)
        cleaned[code] = clean_value(definition, raw)
        if cleaned[code] is None and definition.is_required:
            raise ValueNeeded(attribute=code)
    return cleaned


def check_complete(values: Values, asked: Sequence[Definition]) -> None:
    """A form that was filled in by a person leaves no required attribute empty. Refuses: ValueNeeded."""
    for definition in asked:
        if definition.is_required and values.get(definition.code) is None:
            raise ValueNeeded(attribute=definition.code)


def _change(batch: Mapping[int, Given], *, at: datetime, by: Actor) -> dict[int, frozenset[str] | Refusal]:
    there = {member_id for (member_id,) in fetch(LOCK, {"members": list(batch)})}
    outcomes: dict[int, frozenset[str] | Refusal] = {
        member_id: UnknownMember() for member_id in batch if member_id not in there
    }
    outcomes |= write_values({each: batch[each] for each in batch if each in there}, hold_definitions())
    events = [
        NewEvent(
            action="member.changed",
            about="member",
            about_id=member_id,
            member_id=member_id,
            facts={"changed": sorted(outcome)},
            by=by,
        )
        for member_id, outcome in outcomes.items()
        if not isinstance(outcome, Refusal) and outcome
    ]
    record_events(events, at=at)
    return outcomes


def unique_claims(values: Values, definitions: Definitions) -> dict[ValueClaim, str]:
    """What these values claim for one member alone, each with its attribute's code."""
    return {
        (definition.id, key): definition.code
        for definition in definitions.every
        if definition.is_unique and (value := values.get(definition.code)) is not None
        if (key := _key(definition, value)) is not None
    }


def find_value_holders(claims: Collection[ValueClaim]) -> dict[ValueClaim, int]:
    """The ids of the members who hold these, with one statement; what nobody holds is missing from the answer."""
    if not claims:
        return {}
    rows = [{"attribute_id": attribute_id, "key": key} for attribute_id, key in claims]
    found = fetch(HOLDERS, {"wanted": encode_rows(rows)})
    return {(attribute_id, key): holder for attribute_id, key, holder in found if holder is not None}


def insert_values(batch: Mapping[int, Values], definitions: Definitions) -> None:
    """Write the values of members who had none, inside the caller's transaction, which has looked who holds what."""
    by_code = {each.code: each for each in definitions.every}
    rows = [
        {"member_id": member_id, "attribute_id": by_code[code].id, **row}
        for member_id, values in batch.items()
        for code, value in values.items()
        if value is not None
        for row in _rows(by_code[code], value)
    ]
    if rows:
        run(INSERT, {"rows": encode_rows(rows)})


def _refuse_taken(changed: Mapping[int, Values], definitions: Definitions) -> dict[int, ValueTaken]:
    """Who wants a unique value that somebody has, or that somebody earlier in the batch wants."""
    wanted = {member_id: unique_claims(values, definitions) for member_id, values in changed.items()}
    holders = find_value_holders({claim for claims in wanted.values() for claim in claims})
    refused: dict[int, ValueTaken] = {}
    for member_id, claims in wanted.items():
        taken = next((claim for claim in claims if holders.get(claim, member_id) != member_id), None)
        if taken is None:
            holders.update(dict.fromkeys(claims, member_id))
        else:
            refused[member_id] = ValueTaken(attribute=claims[taken], member_id=holders[taken])
    return refused


def _write(changed: Mapping[int, Values], definitions: Definitions) -> None:
    ids = {each.code: each.id for each in definitions.every}
    gone = [
        {"member_id": member_id, "attribute_id": ids[code]} for member_id, values in changed.items() for code in values
    ]
    if gone:
        run(DELETE, {"rows": encode_rows(gone)})
        insert_values(changed, definitions)


def _rows(definition: Definition, value: Value) -> list[dict[str, Any]]:
    """A value as the rows that hold it: one, or of several choices one each."""
    if isinstance(value, tuple) and not definition.is_regulated:
        return [{"place": place, "key": code, "is_unique": False} for place, code in enumerate(value)]
    whole = {"place": 0, "key": _key(definition, value), "is_unique": definition.is_unique}
    return [whole | _columns(definition, value)]


def _columns(definition: Definition, value: Value) -> dict[str, Any]:
    if definition.is_regulated:
        return {"sealed": seal_value(definition, value)}
    match definition.kind:
        case AttributeKind.TEXT:
            return {"text": value}
        case AttributeKind.NUMBER:
            return {"number": key_of(value)}
        case AttributeKind.DATE:
            return {"day": value}
        case AttributeKind.FILE:
            return {"file_id": value}
        case _:
            return {}


def _key(definition: Definition, value: Value) -> str | None:
    """What a value is kept apart by; a regulated one by a keyed hash, and only where it has to be."""
    key = key_of(value)
    if not definition.is_regulated:
        return key
    return hash_value(definition, key) if definition.is_unique and key is not None else None


def _read(
    definition: Definition,
    key: str | None,
    text: str | None,
    number: Decimal | None,
    day: date | None,
    file_id: int | None,
    sealed: bytes | None,
) -> Value:
    value: Value | None
    if sealed is not None:
        return open_value(definition, bytes(sealed))
    match definition.kind:
        case AttributeKind.TEXT:
            value = text
        case AttributeKind.NUMBER:
            value = None if number is None else number.normalize()
        case AttributeKind.DATE:
            value = day
        case AttributeKind.YES_NO:
            value = key == "yes"
        case AttributeKind.FILE:
            value = file_id
        case _:
            value = key
    assert value is not None, "a row holds a value of its attribute's kind"
    return value
