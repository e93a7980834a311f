"""Locked and inactive: a lock is for suspicion and can be undone or end by itself; inactive is somebody who left.

Either way nobody gets in, from the moment it is decided; the person's name stays in the history.
"""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.refusals import Refusal
from regulars.staff.giving import check_over
from regulars.staff.models import Approval, ApprovalState, Person, PersonState, Role, StateChange
from regulars.staff.people import keep_an_owner, lock_person_row
from regulars.staff.sign_ins import end_sign_ins


class StateReasonNeeded(Refusal):
    """Locking, letting go and letting back in have a reason of 1 to 1,000 characters."""

    code = "state_reason_needed"


class InvalidLockEnd(Refusal):
    """A lock ends in the future, or when somebody ends it."""

    code = "invalid_lock_end"


class NotYourself(Refusal):
    """Nobody locks themselves out, or lets themselves go: somebody else does."""

    code = "not_yourself"


class InvalidSuccessor(Refusal):
    """What is left to do goes to somebody else who is active."""

    code = "invalid_successor"


@transaction.atomic
def lock_person(*, person_id: int, reason: str, at: datetime, by: Actor, until: datetime | None = None) -> Person:
    """Keep a person out until somebody lets them in again, or until a moment; they are signed out at once.

    Refuses: UnknownPerson, StateReasonNeeded, InvalidLockEnd, NotYourself, LastOwner, MoreThanYouHold.
    """
    if until is not None and until <= at:
        raise InvalidLockEnd()
    return _put_out(person_id, PersonState.LOCKED, reason=reason, until=until, at=at, by=by)


@transaction.atomic
def deactivate_person(
    *, person_id: int, reason: str, at: datetime, by: Actor, successor_id: int | None = None
) -> Person:
    """Somebody leaves. What they had asked for goes to their successor, or is withdrawn.

    Refuses: UnknownPerson, StateReasonNeeded, NotYourself, InvalidSuccessor, LastOwner, MoreThanYouHold.
    """
    person = _put_out(person_id, PersonState.INACTIVE, reason=reason, until=None, at=at, by=by)
    _hand_over(person, successor_id, at=at, by=by)
    return person


@transaction.atomic
def let_in_again(*, person_id: int, reason: str, at: datetime, by: Actor) -> Person:
    """End a lock, or take somebody back who had left. Refuses: UnknownPerson, StateReasonNeeded, MoreThanYouHold."""
    person = lock_person_row(person_id)
    check_over(by, person)
    _set(person, PersonState.ACTIVE, reason=_read(reason), until=None, at=at, by=by)
    return person


@transaction.atomic
def end_locks(*, at: datetime, email: str | None = None) -> int:
    """Let those in again whose lock ends by itself and is over; how many there were."""
    rows = Person.objects.filter(state=PersonState.LOCKED, state_until__lte=at)
    if email is not None:
        rows = rows.filter(email=email.strip().lower())
    over = list(rows.select_for_update(no_key=True).order_by("id")[:1_000])
    for person in over:
        _set(person, PersonState.ACTIVE, reason="", until=None, at=at, by=SYSTEM)
    return len(over)


def _put_out(
    person_id: int, state: PersonState, *, reason: str, until: datetime | None, at: datetime, by: Actor
) -> Person:
    person = lock_person_row(person_id)
    if by.kind == "staff" and by.id == person_id:
        raise NotYourself()
    check_over(by, person)
    _set(person, state, reason=_read(reason), until=until, at=at, by=by)
    if person.role == Role.OWNER:
        keep_an_owner()
    end_sign_ins(person_id=person_id, at=at, by=by)
    return person


def _set(person: Person, state: PersonState, *, reason: str, until: datetime | None, at: datetime, by: Actor) -> None:
    before = person.state
    person.state, person.state_reason, person.state_until = state, reason, until
    person.is_active = state is PersonState.ACTIVE
    person.save(update_fields=["state", "state_reason", "state_until", "is_active"])
    StateChange.objects.create(person=person, state=state, reason=reason, until=until, changed_at=at, actor=by.tag)
    deed = {PersonState.ACTIVE: "let_in", PersonState.LOCKED: "locked", PersonState.INACTIVE: "deactivated"}[state]
    facts = {"from": before, "until": until.isoformat() if until else None}
    record_event(action=f"person.{deed}", about="person", about_id=person.pk, facts=facts, at=at, by=by)


def _hand_over(person: Person, successor_id: int | None, *, at: datetime, by: Actor) -> None:
    """Requests that nobody has decided yet; what was approved was approved for the one who asked."""
    successor = None
    if successor_id is not None:
        successor = Person.objects.filter(pk=successor_id, is_active=True).exclude(pk=person.pk).first()
        if successor is None:
            raise InvalidSuccessor()
    asked = Approval.objects.filter(asked_by=person)
    asked.filter(state=ApprovalState.APPROVED).update(state=ApprovalState.WITHDRAWN, form={})
    waiting = asked.filter(state=ApprovalState.WAITING)
    if successor is None:
        waiting.update(state=ApprovalState.WITHDRAWN, form={})
    else:
        facts = {"to": f"staff:{successor.pk}", "approvals": waiting.update(asked_by=successor)}
        record_event(action="person.handed_over", about="person", about_id=person.pk, facts=facts, at=at, by=by)


def _read(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= 1000 or "\x00" in reason:
        raise StateReasonNeeded()
    return reason
