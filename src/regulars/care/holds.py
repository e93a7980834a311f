"""The law, a court or a dispute wants somebody's data kept: as long as a hold is in force, nothing of theirs goes."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.consents.models import RetentionHold
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.status import check_reason


class InvalidHoldEnd(Refusal):
    """A retention hold ends in the future, or when it is lifted."""

    code = "invalid_hold_end"


class UnknownRetentionHold(Refusal):
    """There is no such hold, or it was lifted already."""

    code = "unknown_retention_hold"


@transaction.atomic
def place_hold(*, member_id: int, reason: str, at: datetime, by: Actor, until: datetime | None = None) -> RetentionHold:
    """Keep a member's data, until a day or until it is lifted. Refuses: UnknownMember, ReasonNeeded, InvalidHoldEnd."""
    reason = check_reason(reason, needed=True)
    if until is not None and until <= at:
        raise InvalidHoldEnd()
    member = lock_member(member_id)
    hold = RetentionHold.objects.create(member=member, reason=reason, until=until, placed_at=at, placed_by=by.tag)
    facts = {} if until is None else {"until": until.isoformat()}
    _tell("retention_hold.placed", hold, facts, at=at, by=by)
    return hold


@transaction.atomic
def lift_hold(*, hold_id: int, at: datetime, by: Actor) -> RetentionHold:
    """Let a hold end now. Refuses: UnknownRetentionHold."""
    hold = RetentionHold.objects.select_for_update().filter(pk=hold_id, lifted_at=None).first()
    if hold is None:
        raise UnknownRetentionHold()
    hold.lifted_at, hold.lifted_by = at, by.tag
    hold.save(update_fields=["lifted_at", "lifted_by"])
    _tell("retention_hold.lifted", hold, {}, at=at, by=by)
    return hold


def _tell(action: str, hold: RetentionHold, facts: dict[str, str], *, at: datetime, by: Actor) -> None:
    record_event(
        action=action,
        about="retention_hold",
        about_id=hold.pk,
        member_id=hold.member_id,
        facts=facts,
        at=at,
        by=by,
    )
