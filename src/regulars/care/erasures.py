"""Somebody wants their data gone: it is noted, waits for the days that the shop's terms say, and can be withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from regulars.audit.record import record_event
from regulars.care.blocks import kin_of
from regulars.consents.models import Asker, Erasure, ErasureState, Settling
from regulars.consents.terms import load_terms
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.status import check_reason


class ErasureAsked(Refusal):
    """This member is to be erased already, on `due_at`."""

    code = "erasure_asked"

    def __init__(self, *, due_at: datetime) -> None:
        self.due_at = due_at


class UnknownErasure(Refusal):
    """Nobody asked for this, or it is done or withdrawn."""

    code = "unknown_erasure"


@transaction.atomic
def ask_erasure(
    *,
    member_id: int,
    asker: Asker,
    at: datetime,
    by: Actor,
    settling: Settling = Settling.FORFEIT,
    reason: str = "",
) -> Erasure:
    """Note that a member's data is to go once the cool-off is over; until then nothing is advertised to them.

    A reason is needed where the shop itself wants it. Refuses: UnknownMember, ReasonNeeded, ErasureAsked.
    """
    reason = check_reason(reason, needed=asker is Asker.SHOP)
    member = lock_member(member_id)
    if waiting := Erasure.objects.filter(member_id__in=kin_of(member.pk), state=ErasureState.WAITING).first():
        raise ErasureAsked(due_at=waiting.due_at)
    erasure = Erasure.objects.create(
        member=member,
        asker=asker,
        settling=settling,
        reason=reason,
        asked_at=at,
        asked_by=by.tag,
        approver=by.approver,
        due_at=at + timedelta(days=load_terms().cool_off_days),
    )
    facts = {"asked by": str(asker), "balance": str(settling), "due_at": erasure.due_at.isoformat()}
    tell_erasure("erasure.asked", erasure, facts, at=at, by=by)
    return erasure


@transaction.atomic
def withdraw_erasure(*, erasure_id: int, at: datetime, by: Actor) -> Erasure:
    """They have changed their mind: everything stays. Refuses: UnknownErasure."""
    erasure = Erasure.objects.select_for_update().filter(pk=erasure_id, state=ErasureState.WAITING).first()
    if erasure is None:
        raise UnknownErasure()
    erasure.state, erasure.ended_at, erasure.ended_by = ErasureState.WITHDRAWN, at, by.tag
    erasure.save(update_fields=["state", "ended_at", "ended_by"])
    tell_erasure("erasure.withdrawn", erasure, {}, at=at, by=by)
    return erasure


def tell_erasure(action: str, erasure: Erasure, facts: Mapping[str, object], *, at: datetime, by: Actor) -> None:
    record_event(
        action=action,
        about="erasure",
        about_id=erasure.pk,
        member_id=erasure.member_id,
        facts=dict(facts),
        at=at,
        by=by,
    )
