"""How values lie in `members_attributevalue`: a row each, of several choices a row each, sealed where they must be.

Of a file the row has the number: what is in it is sealed where it is kept.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from regulars.core.attributes import AttributeKind, Definition, Value, key_of
from regulars.members.sealed import hash_value, open_value, seal_value
from regulars.platform.rows import encode_rows, run

type Batch = Mapping[int, Mapping[str, Value | None]]
"""Values in their one form, by member and attribute code."""

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


def insert_values(batch: Batch, definitions: Iterable[Definition]) -> None:
    """Write the values of members who had none, inside the caller's transaction, which has looked who holds what."""
    by_code = {each.code: each for each in definitions}
    rows = [
        {"member_id": member_id, "attribute_id": by_code[code].id, **row}
        for member_id, values in batch.items()
        for code, value in values.items()
        if value is not None
        for row in rows_of(by_code[code], value)
    ]
    if rows:
        run(INSERT, {"rows": encode_rows(rows)})


def replace_values(changed: Batch, definitions: Iterable[Definition]) -> None:
    """Write other values in the place of what is there, inside the caller's transaction; None only empties."""
    ids = {each.code: each.id for each in definitions}
    gone = [
        {"member_id": member_id, "attribute_id": ids[code]} for member_id, values in changed.items() for code in values
    ]
    if gone:
        run(DELETE, {"rows": encode_rows(gone)})
        insert_values(changed, definitions)


def rows_of(definition: Definition, value: Value) -> list[dict[str, Any]]:
    """A value as the rows that hold it: one, or of several choices one each."""
    if isinstance(value, tuple) and not definition.is_regulated:
        return [{"place": place, "key": code, "is_unique": False} for place, code in enumerate(value)]
    whole = {"place": 0, "key": key_in(definition, value), "is_unique": definition.is_unique}
    return [whole | _columns(definition, value)]


def _columns(definition: Definition, value: Value) -> dict[str, Any]:
    if definition.is_regulated and definition.kind is not AttributeKind.FILE:
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


def key_in(definition: Definition, value: Value) -> str | None:
    """What a value is kept apart by; a regulated one by a keyed hash, and only where it has to be."""
    key = key_of(value)
    if not definition.is_regulated:
        return key
    return hash_value(definition, key) if definition.is_unique and key is not None else None


def read_row(
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
