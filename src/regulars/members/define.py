"""A shop says what it wants to know about its members: attributes are made, changed, put in order and retired.

Nothing that members said is thrown away by it: a code and a kind stay as they are, a choice that somebody has stays on
the list, and a retired attribute keeps its values.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import Max

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.attributes import (
    AttributeKind,
    Choice,
    Definition,
    InvalidDefinition,
    UnknownAttribute,
    check_definition,
    make_code,
)
from regulars.core.refusals import Refusal
from regulars.members.attributes import define
from regulars.members.models import Attribute
from regulars.platform.again import looks_again
from regulars.platform.rows import fetch, run

MOST_ATTRIBUTES = 200

USED_CHOICES = """
SELECT choice FROM unnest(%(choices)s::text[]) AS choice
WHERE EXISTS (SELECT FROM members_attributevalue WHERE attribute_id = %(attribute)s AND key = choice)
"""

HAS_VALUES = "SELECT EXISTS (SELECT FROM members_attributevalue WHERE attribute_id = %(attribute)s)"

TWICE = """
SELECT count(*) FROM (
    SELECT key FROM members_attributevalue WHERE attribute_id = %(attribute)s AND key IS NOT NULL
    GROUP BY key HAVING count(*) > 1) AS twice
"""

SET_UNIQUE = "UPDATE members_attributevalue SET is_unique = %(is_unique)s WHERE attribute_id = %(attribute)s"


class CodeTaken(Refusal):
    """Another attribute, perhaps a retired one, has this code."""

    code = "attribute_code_taken"

    def __init__(self, *, attribute: str) -> None:
        self.attribute = attribute


class TooManyAttributes(Refusal):
    code = "too_many_attributes"

    def __init__(self) -> None:
        self.most = MOST_ATTRIBUTES


class ValuesInTheWay(Refusal):
    """What members said already does not fit: `why` is choices that somebody has (`choices` says which), values that
    several have (`twice` says how many), or that values of another kind of keeping are there (`sealed`).
    """

    code = "attribute_values_in_the_way"

    def __init__(self, *, why: str, choices: Sequence[str] = (), twice: int = 0) -> None:
        self.why = why
        self.choices = list(choices)
        self.twice = twice


class AttributeWish(msgspec.Struct, frozen=True, kw_only=True):
    """What an attribute shall be; without a `code` it gets one of its label."""

    label: str
    kind: str
    code: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    is_unique: bool = False
    at_signup: bool = False
    is_regulated: bool = False


def save_attribute(wish: AttributeWish, *, at: datetime, by: Actor) -> Definition:
    """Make an attribute, at the end of the form. Refuses: InvalidDefinition, CodeTaken, TooManyAttributes."""
    return save_attributes([wish], at=at, by=by)[0]


@looks_again
def save_attributes(wishes: Sequence[AttributeWish], *, at: datetime, by: Actor) -> list[Definition]:
    """Make several, all of them or none. Refuses: InvalidDefinition, CodeTaken, TooManyAttributes."""
    taken = set(Attribute.objects.values_list("code", flat=True))
    if len(taken) + len(wishes) > MOST_ATTRIBUTES:
        raise TooManyAttributes()
    place = Attribute.objects.aggregate(last=Max("place"))["last"]
    made = []
    for wish in wishes:
        if wish.code in taken:
            raise CodeTaken(attribute=wish.code)
        definition = check_definition(_definition(wish, code=wish.code or make_code(wish.label, taken=taken)))
        place = 0 if place is None else place + 1
        row = Attribute.objects.create(
            code=definition.code,
            kind=definition.kind,
            choices=msgspec.to_builtins(definition.choices),
            place=place,
            **{name: getattr(definition, name) for name in FIELDS if name != "choices"},
        )
        taken.add(definition.code)
        made.append(define(row))
        _tell("attribute.made", made[-1], facts={"kind": definition.kind.value}, at=at, by=by)
    return made


@transaction.atomic
def change_attribute(*, code: str, wish: AttributeWish, at: datetime, by: Actor) -> Definition:
    """Change what an attribute is called and how it is asked; its code and kind stay.

    Refuses: UnknownAttribute, InvalidDefinition, ValuesInTheWay (a choice is gone that somebody has, a value would have
    to be unique that several have, or values would have to be sealed or opened).
    """
    row = _lock(code)
    before = define(row)
    after = check_definition(_definition(wish, code=code, kind=before.kind, number=row.pk))
    changed = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    if not changed:
        return before
    _make_room(before, after)
    for name in FIELDS:
        setattr(row, name, getattr(after, name))
    row.choices = msgspec.to_builtins(after.choices)
    row.save()
    _tell("attribute.changed", after, facts={"changed": changed}, at=at, by=by)
    return after


@transaction.atomic
def retire_attribute(*, code: str, at: datetime, by: Actor) -> None:
    """Ask for it nowhere any more; its values stay, and show again when it comes back. Refuses: UnknownAttribute."""
    row = _lock(code)
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        _tell("attribute.retired", define(row), facts={}, at=at, by=by)


@transaction.atomic
def bring_back_attribute(*, code: str, at: datetime, by: Actor) -> None:
    """Ask for a retired attribute again. Refuses: UnknownAttribute."""
    row = _lock(code)
    if row.retired_at is not None:
        row.retired_at = None
        row.save(update_fields=["retired_at"])
        _tell("attribute.brought_back", define(row), facts={}, at=at, by=by)


@transaction.atomic
def order_attributes(codes: Sequence[str], *, at: datetime, by: Actor) -> None:
    """Put attributes in this order on every form; those that are not named follow as they were."""
    rows = list(Attribute.objects.select_for_update().order_by("place", "id"))
    wanted = {code: place for place, code in enumerate(codes)}
    rows.sort(key=lambda row: wanted.get(row.code, len(wanted)))
    moved = [row for place, row in enumerate(rows) if row.place != place]
    for place, row in enumerate(rows):
        row.place = place
    if moved:
        Attribute.objects.bulk_update(moved, ["place"])
        _tell("attribute.ordered", define(moved[0]), facts={"attributes": [row.code for row in rows]}, at=at, by=by)


FIELDS = ("label", "help", "choices", "is_required", "is_unique", "at_signup", "is_regulated")


def _definition(wish: AttributeWish, *, code: str, kind: AttributeKind | None = None, number: int = 0) -> Definition:
    try:
        kind = kind or AttributeKind(wish.kind)
    except ValueError:
        raise InvalidDefinition(field="kind") from None
    fields = {name: getattr(wish, name) for name in FIELDS}
    return Definition(id=number, code=code, kind=kind, **fields)


def _make_room(before: Definition, after: Definition) -> None:
    """Refuses: ValuesInTheWay."""
    asked = {"attribute": before.id}
    kept = {choice.code for choice in after.choices}
    gone = [choice.code for choice in before.choices if choice.code not in kept]
    is_kept_otherwise = before.is_regulated != after.is_regulated
    is_unseen = before.is_regulated and (gone or (after.is_unique and not before.is_unique))
    if (is_kept_otherwise or is_unseen) and fetch(HAS_VALUES, asked)[0][0]:
        raise ValuesInTheWay(why="sealed")
    if gone and (used := [code for (code,) in fetch(USED_CHOICES, asked | {"choices": gone})]):
        raise ValuesInTheWay(why="choices", choices=used)
    if before.is_unique != after.is_unique:
        if after.is_unique and (twice := fetch(TWICE, asked)[0][0]):
            raise ValuesInTheWay(why="twice", twice=twice)
        run(SET_UNIQUE, asked | {"is_unique": after.is_unique})


def _lock(code: str) -> Attribute:
    row = Attribute.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise UnknownAttribute(attribute=code)
    return row


def _tell(action: str, definition: Definition, *, facts: dict[str, object], at: datetime, by: Actor) -> None:
    facts = {"attribute": definition.code, **facts}
    record_event(action=action, about="attribute", about_id=definition.id, facts=facts, at=at, by=by)
