"""What a shop knows about its members beyond name and phone: read and written for one member or for many.

Values lie in `members_attributevalue`, typed and indexed, newest member first: `(attribute_id, key, member_id DESC)`
for text, choices and yes or no, `(attribute_id, number, …)` and `(attribute_id, day, …)` for more and less. Regulated
values are sealed, found by nobody, and read by `look_at_regulated` only (members/regulated.py).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

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
)
from regulars.core.refusals import Refusal
from regulars.members.attribute_files import refuse_foreign_files, remove_old_files
from regulars.members.attribute_rows import key_in, read_row, replace_values
from regulars.members.lock import UnknownMember, lock_members
from regulars.members.models import Attribute
from regulars.platform.again import looks_again
from regulars.platform.rows import encode_rows, fetch, run

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

    def __iter__(self) -> Iterator[Definition]:
        return iter(self.every)

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
    wanted = [each for each in definitions if with_regulated or not each.is_regulated]
    known: dict[int, dict[str, Value]] = {member_id: {} for member_id in member_ids}
    if not wanted or not known:
        return known
    by_id = {each.id: each for each in wanted}
    for member_id, attribute_id, _, *columns in fetch(READ, {"members": list(known), "attributes": list(by_id)}):
        definition, values = by_id[attribute_id], known[member_id]
        value = read_row(definition, *columns)
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


@looks_again
def change_values_of(batch: Mapping[int, Given], *, at: datetime, by: Actor) -> dict[int, frozenset[str] | Refusal]:
    """Change many members' values: by member, the codes that are different now, or why nothing of theirs was changed.

    The number of statements does not grow with the batch. Of two members in it who want one unique value the first has
    it. Each member that is different leaves one event, which names the attributes and never their values.
    """
    there = lock_members(batch)
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
    asked = Definitions(tuple(each for each in definitions if each.code in named))
    held = read_values(wanted, asked, with_regulated=True)
    changed = {
        member_id: {code: value for code, value in values.items() if held[member_id].get(code) != value}
        for member_id, values in wanted.items()
    }
    outcomes |= refuse_foreign_files(changed, asked)
    outcomes |= _refuse_taken({each: changed[each] for each in changed if each not in outcomes}, asked)
    sound = {member_id: values for member_id, values in changed.items() if member_id not in outcomes}
    replace_values(sound, asked)
    remove_old_files(sound, held, asked)
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


def unique_claims(values: Values, definitions: Definitions) -> dict[ValueClaim, str]:
    """What these values claim for one member alone, each with its attribute's code."""
    return {
        (definition.id, key): definition.code
        for definition in definitions
        if definition.is_unique and (value := values.get(definition.code)) is not None
        if (key := key_in(definition, value)) is not None
    }


def find_value_holders(claims: Collection[ValueClaim]) -> dict[ValueClaim, int]:
    """The ids of the members who hold these, with one statement; what nobody holds is missing from the answer."""
    if not claims:
        return {}
    rows = [{"attribute_id": attribute_id, "key": key} for attribute_id, key in claims]
    found = fetch(HOLDERS, {"wanted": encode_rows(rows)})
    return {(attribute_id, key): holder for attribute_id, key, holder in found if holder is not None}


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
