"""Everything the shop knows about one person, for the person: as JSON that machines read, and in the same order as a
page that people read.

Members have a right to it (GDPR articles 15 and 20; PDPA Malaysia sections 30 to 34; PDPA Singapore section 21).
"""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.care.blocks import kin_of
from regulars.care.told import SECTIONS
from regulars.core.actor import Actor
from regulars.core.attributes import Definition, Value
from regulars.members.attributes import load_definitions, read_values
from regulars.members.find import find_keeper
from regulars.members.regulated import look_at_regulated
from regulars.members.status import standing_of
from regulars.platform.rows import fetch

FORMAT = "regulars-member/1"


class MemberExport(msgspec.Struct, frozen=True, kw_only=True):
    """`sections` by name, each a list of rows of plain values. Amounts of money are in minor units of `currency`."""

    format: str
    exported_at: datetime
    member_id: str
    status: str
    currency: str
    sections: dict[str, list[dict[str, Any]]]


@transaction.atomic
def export_member(*, member_id: int, at: datetime, by: Actor, with_regulated: bool = False) -> MemberExport:
    """Read all of it, and write down who had it. With regulated values only where `by` may see them: each look is
    kept. Refuses: UnknownMember.
    """
    member_id = find_keeper(member_id)
    people = kin_of(member_id)
    sections = {name: [row for (row,) in fetch(section.sql, {"members": people})] for name, section in SECTIONS.items()}
    sections["attributes"] = _attributes(member_id, at=at, by=by, with_regulated=with_regulated)
    currency = fetch("SELECT currency FROM programs_program ORDER BY id LIMIT 1", {})
    record_event(
        action="member.exported",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"rows": sum(len(rows) for rows in sections.values()), "regulated": with_regulated},
        at=at,
        by=by,
    )
    return MemberExport(
        format=FORMAT,
        exported_at=at,
        member_id=str(member_id),
        status=standing_of(member_id, at=at) or "",
        currency=currency[0][0] if currency else "",
        sections=sections,
    )


def write_export(export: MemberExport) -> bytes:
    """The export as JSON, indented, so that people can read it too."""
    return msgspec.json.format(msgspec.json.encode(export), indent=2)


def _attributes(member_id: int, *, at: datetime, by: Actor, with_regulated: bool) -> list[dict[str, Any]]:
    definitions = load_definitions()
    values = dict(read_values([member_id], definitions)[member_id])
    if with_regulated and any(each.is_regulated for each in definitions.every):
        values |= look_at_regulated(member_id=member_id, definitions=definitions, at=at, by=by)
    return [
        {"name": each.label, "value": _said(each, values[each.code]), "regulated": each.is_regulated}
        for each in definitions.every
        if each.code in values
    ]


def _said(definition: Definition, value: Value) -> str:
    labels = {choice.code: choice.label for choice in definition.choices}
    match value:
        case tuple():
            return ", ".join(labels.get(code, code) for code in value)
        case bool():
            return "yes" if value else "no"
        case int():
            return f"file {value}"
        case str():
            return labels.get(value, value)
        case _:
            return str(value)
