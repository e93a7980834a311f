"""The profile of two members who become one: the keeper's stays where it says something, or by choice the source's."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import F

from regulars.core.refusals import Refusal
from regulars.members.identity import name_keys
from regulars.members.models import Attribute, AttributeValue, Identifier, IdentifierKind, Member, Status
from regulars.platform.rows import fetch, run

Side = Literal["keeper", "source"]
Choices = Mapping[str, Side]
"""By field: whose value stays. An attribute is named `attribute:` and its code. What is not named is the keeper's,
unless the keeper has none.
"""

PLAIN = ("birth_on", "language", "home_store_id")
NAMES = ("first_name", "last_name")
FIELDS = ("name", "birth_on", "language", "home_store", "phone", "email", "external_id")
"""What can be chosen, besides attributes; the two names go together."""

ATTRIBUTE = "attribute:"

# Locked, active: the stricter of the two states holds.
_STRICT = {Status.ACTIVE.value: 0, Status.LOCKED.value: 1, Status.BLOCKED.value: 2}

_AWAY = 10_000
"""Values that change hands stand at places that no form writes, so that both members' rows are never in one place."""

SWAP = """
WITH moved AS (
    UPDATE members_attributevalue
    SET member_id = CASE WHEN member_id = %(source)s THEN %(keeper)s ELSE %(source)s END, place = place + %(step)s
    WHERE member_id IN (%(source)s, %(keeper)s) AND attribute_id = ANY(%(attributes)s::bigint[])
    RETURNING id, member_id
)
INSERT INTO care_mergemove (merge_id, place, row_id, from_id, to_id)
SELECT %(merge)s, 'members_attributevalue', id,
       CASE WHEN member_id = %(source)s THEN %(keeper)s ELSE %(source)s END, member_id
FROM moved ORDER BY id
"""


class UnknownChoice(Refusal):
    """There is no such field to choose, or a side is neither `keeper` nor `source`."""

    code = "unknown_choice"

    def __init__(self, *, field: str) -> None:
        self.field = field


def check_choices(choices: Choices) -> None:
    """Refuses: UnknownChoice."""
    known = {*FIELDS, *(ATTRIBUTE + code for code in Attribute.objects.values_list("code", flat=True))}
    for field, side in choices.items():
        if field not in known or side not in ("keeper", "source"):
            raise UnknownChoice(field=field)


def joined_fields(keeper: Member, source: Member, choices: Choices) -> dict[str, Any]:
    """Return the keeper's fields that will be different, with their new values."""
    wanted: dict[str, Any] = {}
    if _takes(choices, "name", has=bool(keeper.first_name or keeper.last_name)):
        wanted |= {name: getattr(source, name) for name in NAMES}
    for field in PLAIN:
        if _takes(choices, field.removesuffix("_id"), has=bool(getattr(keeper, field))):
            wanted[field] = getattr(source, field)
    if source.joined_at is not None and keeper.joined_at is None:
        wanted["joined_at"] = source.joined_at
    if _STRICT[source.status] > _STRICT[keeper.status]:
        wanted |= {name: getattr(source, name) for name in ("status", "status_reason", "status_until")}
    if source.has_card:
        wanted["has_card"] = True
    return {
        field: value
        for field, value in wanted.items()
        if value != getattr(keeper, field) and (value or field in choices or "name" in choices)
    }


def write_fields(member: Member, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Write these fields, and the name's keys with a name; return what they were."""
    was = {field: getattr(member, field) for field in fields}
    for field, value in fields.items():
        setattr(member, field, value)
    names = []
    if any(name in fields for name in NAMES):
        member.name_key, member.surname_key = name_keys(member.first_name, member.last_name)
        names = ["name_key", "surname_key"]
    if fields:
        member.save(update_fields=[*fields, *names])
    return {field: value.isoformat() if isinstance(value, date | datetime) else value for field, value in was.items()}


def join_identifiers(keeper: Member, source: Member, choices: Choices, *, merge_id: int) -> list[int]:
    """Let all the source's identifiers find the keeper; return the ids of those that are main ones no more."""
    mains = {each.kind: each for each in Identifier.objects.filter(member=keeper, is_main=True)}
    demoted: list[int] = []
    for kind in IdentifierKind.values:
        other = Identifier.objects.filter(member=source, kind=kind, is_main=True).first()
        if other is None:
            continue
        own = mains.get(kind)
        loser = own if _takes(choices, kind, has=own is not None) else other
        if loser is not None:
            demoted.append(loser.pk)
    Identifier.objects.filter(pk__in=demoted).update(is_main=False)
    run(
        """
        WITH moved AS (
            UPDATE members_identifier SET member_id = %(keeper)s WHERE member_id = %(source)s RETURNING id
        )
        INSERT INTO care_mergemove (merge_id, place, row_id, from_id, to_id)
        SELECT %(merge)s, 'members_identifier', id, %(source)s, %(keeper)s FROM moved ORDER BY id
        """,
        {"merge": merge_id, "source": source.pk, "keeper": keeper.pk},
    )
    return demoted


def part_identifiers(*, merge_id: int, demoted: list[int]) -> int:
    """Give back the identifiers that are still the keeper's, and the first places; how many did not come back."""
    [[moved]] = fetch(
        "SELECT count(*) FROM care_mergemove WHERE merge_id = %(merge)s AND place = 'members_identifier'",
        {"merge": merge_id},
    )
    # Whatever was given the first place since keeps it.
    back = run(
        """
        UPDATE members_identifier AS identifier
        SET member_id = move.from_id,
            is_main = identifier.id = ANY(%(demoted)s::bigint[]) OR (identifier.is_main AND NOT EXISTS (
                SELECT FROM members_identifier AS other
                WHERE other.id = ANY(%(demoted)s::bigint[]) AND other.kind = identifier.kind
                  AND other.id <> identifier.id
                  AND other.id IN (SELECT row_id FROM care_mergemove WHERE merge_id = %(merge)s)))
        FROM care_mergemove AS move
        WHERE move.merge_id = %(merge)s AND move.place = 'members_identifier' AND identifier.id = move.row_id
          AND identifier.member_id = move.to_id
        """,
        {"merge": merge_id, "demoted": demoted},
    )
    lost = Identifier.objects.filter(pk__in=demoted, is_main=False)
    for identifier in lost:
        if not Identifier.objects.filter(member=identifier.member_id, kind=identifier.kind, is_main=True).exists():
            Identifier.objects.filter(pk=identifier.pk).update(is_main=True)
    return int(moved) - back


def swap_attributes(keeper: Member, source: Member, choices: Choices, *, merge_id: int) -> list[int]:
    """Let the values of these attributes change hands, where the source's were chosen; return the attributes' ids."""
    codes = [field.removeprefix(ATTRIBUTE) for field, side in choices.items() if side == "source" and ":" in field]
    chosen = AttributeValue.objects.filter(member=source, attribute__code__in=codes)
    ids = sorted(set(chosen.values_list("attribute_id", flat=True)))
    if ids:
        params = {"merge": merge_id, "source": source.pk, "keeper": keeper.pk, "attributes": ids, "step": _AWAY}
        run(SWAP, params)
        AttributeValue.objects.filter(member=keeper, attribute__in=ids).update(place=F("place") - _AWAY)
    return ids


def settle_places(members: tuple[int, int]) -> None:
    """After values have changed hands back: those that were put away stand where they stood."""
    AttributeValue.objects.filter(member__in=members, place__gte=_AWAY).update(place=F("place") - _AWAY)


def _takes(choices: Choices, field: str, *, has: bool) -> bool:
    """Tell whether the source's value is taken: by choice, or because the keeper has none."""
    return choices.get(field, "keeper" if has else "source") == "source"
