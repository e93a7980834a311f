"""Regulated values are looked at one member at a time, and every look is kept: who, when, and at which of them."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.models import Event
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.attributes import Definition, Value
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
    record_event(
        action=SEEN,
        about="member",
        about_id=member.pk,
        member_id=member.pk,
        facts={"attributes": sorted(values)},
        at=at,
        by=by,
    )
    return values


def held_regulated(member_id: int, definitions: Definitions) -> list[Definition]:
    """Which regulated attributes a member has a value of, without opening any."""
    held = set(
        AttributeValue.objects.filter(member=member_id, sealed__isnull=False).values_list("attribute_id", flat=True)
    )
    return [each for each in definitions.every if each.id in held]


def looks_at(member_id: int, *, limit: int = 20) -> list[Look]:
    """Who looked at this member's regulated values, the latest first."""
    seen = Event.objects.filter(about="member", about_id=member_id, action=SEEN).order_by("-id")[:limit]
    return [Look(event.recorded_at, event.actor, list(event.facts.get("attributes", ()))) for event in seen]
