"""What finds a member besides the main phone, e-mail and external id: it came with a record merged into theirs."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.models import Identifier

MOST_SHOWN = 20


class UnknownIdentifier(Refusal):
    """The member is not found by this any more, or it is a main one, which is changed and not dropped."""

    code = "identifier_not_found"


class Finder(msgspec.Struct, frozen=True):
    id: int
    kind: str
    value: str


def also_found_by(member_id: int) -> list[Finder]:
    """The identifiers that are not main ones, oldest first, at most 20."""
    found = Identifier.objects.filter(member=member_id, is_main=False).order_by("id")[:MOST_SHOWN]
    return [Finder(each.pk, each.kind, each.value) for each in found]


@transaction.atomic
def drop_identifier(*, member_id: int, identifier_id: int, at: datetime, by: Actor) -> None:
    """Let what is no main identifier find the member no more. Refuses: UnknownMember, UnknownIdentifier."""
    member = lock_member(member_id)
    dropped = Identifier.objects.filter(pk=identifier_id, member=member, is_main=False).first()
    if dropped is None:
        raise UnknownIdentifier()
    facts = {"changed": [dropped.kind]}
    dropped.delete()
    record_event(
        action="member.changed", about="member", about_id=member.pk, member_id=member.pk, facts=facts, at=at, by=by
    )
