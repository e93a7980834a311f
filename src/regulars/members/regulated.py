"""Regulated values are looked at one member at a time, and every look is kept: who, when, and at which of them."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.models import Event
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.attributes import AttributeKind, Definition, Value
from regulars.files.keep import FileGone
from regulars.files.models import KeptFile
from regulars.members.attributes import Definitions, read_values
from regulars.members.lock import lock_member
from regulars.members.models import AttributeValue

SEEN = "regulated.seen"


class Look(msgspec.Struct, frozen=True):
    at: datetime
    by: str
    attributes: list[str]


@transaction.atomic
def look_at_regulated(*, member_id: int, definitions: Definitions, at: datetime, by: Actor) -> dict[str, Value]:
    """Return a member's regulated values by code, once it is written down who looks. Refuses: UnknownMember.

    The row of the log and the values come of one transaction: nothing is seen that the log does not know of.
    """
    member = lock_member(member_id)
    regulated = Definitions(tuple(each for each in definitions.every if each.is_regulated))
    values = read_values([member.pk], regulated, with_regulated=True)[member.pk]
    _write_down(member.pk, sorted(values), at=at, by=by)
    return values


@transaction.atomic
def look_at_file(*, member_id: int, file_id: int, definitions: Definitions, at: datetime, by: Actor) -> KeptFile:
    """Return a regulated file of a member, once it is written down who looks. Refuses: UnknownMember, FileGone."""
    member = lock_member(member_id)
    files = [each for each in definitions if each.is_regulated and each.kind is AttributeKind.FILE]
    values = read_values([member.pk], Definitions(tuple(files)), with_regulated=True)[member.pk]
    codes = [code for code, value in values.items() if value == file_id]
    if not codes:
        raise FileGone()
    _write_down(member.pk, codes, at=at, by=by)
    return KeptFile.objects.get(pk=file_id)


def held_regulated(member_id: int, definitions: Definitions) -> list[Definition]:
    """Which regulated attributes a member has a value of, without opening any."""
    regulated = [each for each in definitions if each.is_regulated]
    values = AttributeValue.objects.filter(member=member_id, attribute__in=[each.id for each in regulated])
    held = set(values.values_list("attribute_id", flat=True))
    return [each for each in regulated if each.id in held]


def looks_at(member_id: int, *, limit: int = 20) -> list[Look]:
    """Who looked at this member's regulated values, the latest first."""
    seen = Event.objects.filter(about="member", about_id=member_id, action=SEEN).order_by("-id")[:limit]
    return [Look(event.recorded_at, event.actor, list(event.facts.get("attributes", ()))) for event in seen]


def _write_down(member_id: int, codes: list[str], *, at: datetime, by: Actor) -> None:
    record_event(
        action=SEEN,
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"attributes": codes},
        at=at,
        by=by,
    )
