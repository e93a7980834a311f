"""Leave to do something: given at once, by a PIN at the counter, or by a second person.

Leave is for exactly what was asked: the hash of the payload is compared, and it holds for five minutes and once.
Whoever is told `ApprovalNeeded` shows what is asked, and comes again with a PIN (`approve_by_pin`) or after somebody
else has approved (`ask_for_approval`, `approve`).
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.approval import Action, Threshold, Weight, hash_payload, need_of
from regulars.core.refusals import Refusal
from regulars.staff.models import Approval, ApprovalRule, ApprovalState, Need, Person
from regulars.staff.people import actor_for
from regulars.staff.pins import check_pin
from regulars.staff.reach import reach_of
from regulars.staff.rights import Right, can

VALID_FOR = timedelta(minutes=5)
WAITS_FOR = timedelta(days=3)
"""What nobody has decided by then is shown no more."""

LONGEST_PATH = 400


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do.

    `payload` is everything that decides what will be written, the form's key included; plain JSON values. `weight` is
    what thresholds look at. `deed` is what a preview of it needs, without a word that somebody typed.
    """

    action: Action
    payload: dict[str, Any]
    about: str
    about_id: int
    weight: Weight = Weight()
    member_id: int | None = None
    deed: dict[str, Any] = {}

    @property
    def store_id(self) -> int | None:
        return self.weight.store_id

    @property
    def hash(self) -> bytes:
        return hash_payload(self.action, self.payload)


class ApprovalNeeded(Refusal):
    """This needs a PIN or a second person first."""

    code = "approval_needed"

    def __init__(self, *, action: str, need: str, weight: Weight) -> None:
        self.action = action
        self.need = need
        self.amount = weight.amount
        self.unit = weight.unit or None


class CannotApprove(Refusal):
    """Only somebody else who may approve, and who works in that store, can approve this."""

    code = "cannot_approve"


class ApprovalClosed(Refusal):
    """It was decided or withdrawn already, or nobody decided in time."""

    code = "approval_closed"


class ReasonNeeded(Refusal):
    """Whoever asked is told why."""

    code = "approval_reason_needed"


def need_for(ask: Ask, *, person: Person) -> str | None:
    """What this needs from this person: None, "pin" or "second"."""
    thresholds = load_thresholds(ask.action, "", person.role)
    return need_of(thresholds, action=ask.action, role=person.role, weight=ask.weight)


def ask_leave(ask: Ask, *, person: Person, at: datetime) -> Actor:
    """Return who writes: the person, with their approver where one was needed.

    Called in the transaction of the effect, so that leave is used up exactly when something came of it. The same form
    sent twice (its payload has a `key`) is a replay, which needs no other leave.
    Refuses: ApprovalNeeded.
    """
    need = need_for(ask, person=person)
    if need is None:
        return actor_for(person)
    usable = [ApprovalState.APPROVED, ApprovalState.DONE] if "key" in ask.payload else [ApprovalState.APPROVED]
    with transaction.atomic():
        leave = (
            Approval.objects.select_for_update(no_key=True, of=("self",))
            .select_related("approver")
            .filter(asked_by=person, payload_hash=ask.hash, state__in=usable, valid_until__gt=at)
            .filter(Q(need=Need.SECOND) | Q(need=need))
            .order_by("id")
            .first()
        )
        if leave is None or leave.approver is None:
            raise ApprovalNeeded(action=ask.action, need=need, weight=ask.weight)
        leave.state = ApprovalState.DONE
        leave.done_at = at
        leave.form = {}
        leave.save(update_fields=["state", "done_at", "form"])
    return msgspec.structs.replace(actor_for(person), approver=actor_for(leave.approver).tag)


def approve_by_pin(
    ask: Ask, *, person: Person, approver_id: int, pin: str, at: datetime, effect: dict[str, Any] | None = None
) -> Approval:
    """Somebody who may approve gives their PIN at the screen of the one who asks, who does it right after.

    Whoever may approve can give their own PIN where a PIN is enough; a second person is somebody else.
    Never inside another transaction: a wrong PIN is counted for good.
    Refuses: CannotApprove, NoPin, WrongPin, PinLocked.
    """
    need = need_for(ask, person=person) or Need.PIN
    approver = Person.objects.filter(pk=approver_id).first()
    if approver is None or not may_approve(approver, store_id=ask.store_id):
        raise CannotApprove()
    if need == Need.SECOND and approver.pk == person.pk:
        raise CannotApprove()
    check_pin(person_id=approver.pk, pin=pin, at=at)
    with transaction.atomic():
        given = _new(ask, need=need, person=person, at=at, path="", form={}, effect=effect or {})
        return _decide(given, approver, state=ApprovalState.APPROVED, at=at, is_by_pin=True)


@transaction.atomic
def ask_for_approval(
    ask: Ask, *, person: Person, path: str, form: dict[str, Any], at: datetime, effect: dict[str, Any] | None = None
) -> Approval:
    """Put it on the list of those who may approve. Asking for the same again finds what was asked.

    `path` and `form` are what is sent again when it was approved; `effect` is what whoever asks was shown.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    waiting = open_approvals(at=at).filter(asked_by=person, payload_hash=ask.hash).first()
    if waiting is not None:
        return waiting
    need = need_for(ask, person=person) or Need.SECOND
    approval = _new(ask, need=need, person=person, at=at, path=path, form=form, effect=effect or {})
    _tell("asked", approval, by=actor_for(person), at=at)
    return approval


@transaction.atomic
def approve(*, approval_id: int, approver: Person, at: datetime) -> Approval:
    """Let somebody else do what they asked for, within five minutes. Refuses: ApprovalClosed, CannotApprove."""
    return _decide(_lock(approval_id, approver, at=at), approver, state=ApprovalState.APPROVED, at=at)


@transaction.atomic
def reject(*, approval_id: int, note: str, approver: Person, at: datetime) -> Approval:
    """Say no, and why. Refuses: ApprovalClosed, CannotApprove, ReasonNeeded."""
    note = note.strip()
    if not note or len(note) > 1000 or "\x00" in note:
        raise ReasonNeeded()
    approval = _lock(approval_id, approver, at=at)
    approval.note, approval.form = note, {}
    return _decide(approval, approver, state=ApprovalState.REJECTED, at=at)


@transaction.atomic
def withdraw(*, approval_id: int, person: Person, at: datetime) -> Approval:
    """Whoever asked wants it no more. Refuses: ApprovalClosed, CannotApprove."""
    approval = Approval.objects.select_for_update(no_key=True).filter(pk=approval_id, asked_by=person).first()
    if approval is None:
        raise CannotApprove()
    if approval.state not in (ApprovalState.WAITING, ApprovalState.APPROVED):
        raise ApprovalClosed()
    approval.state, approval.form = ApprovalState.WITHDRAWN, {}
    approval.save(update_fields=["state", "form"])
    _tell("withdrawn", approval, by=actor_for(person), at=at)
    return approval


def close_lapsed(*, at: datetime, limit: int = 1_000) -> int:
    """Withdraw what nobody decided or carried out in time, and forget what was typed; how many there were."""
    undecided = Q(state=ApprovalState.WAITING, asked_at__lte=at - WAITS_FOR)
    unused = Q(state=ApprovalState.APPROVED, valid_until__lte=at)
    rows = Approval.objects.filter(undecided | unused).order_by("id").values_list("pk", flat=True)[:limit]
    return Approval.objects.filter(undecided | unused, pk__in=list(rows)).update(state=ApprovalState.WITHDRAWN, form={})


def open_approvals(*, at: datetime) -> Any:
    """What waits for somebody who may approve, oldest first."""
    return Approval.objects.filter(state=ApprovalState.WAITING, asked_at__gt=at - WAITS_FOR).order_by("id")


def can_decide(approval: Approval, person: Person) -> bool:
    """Tell whether the person may say yes or no to this."""
    return approval.asked_by_id != person.pk and may_approve(person, store_id=approval.store_id)


def may_approve(person: Person, *, store_id: int | None) -> bool:
    """Tell whether the person may let others do things, in this store."""
    return can(person, Right.APPROVE) and reach_of(person, Right.APPROVE).covers(store_id)


def load_thresholds(action: Action, *roles: str) -> list[Threshold]:
    """Return the shop's thresholds of an action for these roles."""
    return [
        Threshold(
            action=rule.action,
            role=rule.role,
            unit=rule.unit,
            from_amount=rule.from_amount,
            need=Need(rule.need).value,  # type: ignore[arg-type]
        )
        for rule in ApprovalRule.objects.filter(action=action, role__in=roles)
    ]


def _new(
    ask: Ask,
    *,
    need: str,
    person: Person,
    path: str,
    form: dict[str, Any],
    effect: dict[str, Any],
    at: datetime,
) -> Approval:
    return Approval.objects.create(
        action=ask.action,
        amount=ask.weight.amount,
        unit=ask.weight.unit,
        payload=ask.payload,
        payload_hash=ask.hash,
        need=need,
        about=ask.about,
        about_id=ask.about_id,
        member_id=ask.member_id,
        store_id=ask.store_id,
        path=path[:LONGEST_PATH],
        form=form,
        deed=ask.deed,
        effect=effect,
        asked_by=person,
        asked_at=at,
    )


def _lock(approval_id: int, approver: Person, *, at: datetime) -> Approval:
    approval = Approval.objects.select_for_update(no_key=True).filter(pk=approval_id).first()
    if approval is None or not can_decide(approval, approver):
        raise CannotApprove()
    if approval.state != ApprovalState.WAITING or approval.asked_at <= at - WAITS_FOR:
        raise ApprovalClosed()
    return approval


def _decide(
    approval: Approval, approver: Person, *, state: ApprovalState, at: datetime, is_by_pin: bool = False
) -> Approval:
    approval.state = state
    approval.approver = approver
    approval.is_by_pin = is_by_pin
    approval.decided_at = at
    approval.valid_until = at + VALID_FOR if state is ApprovalState.APPROVED else None
    approval.save()
    _tell("approved" if state is ApprovalState.APPROVED else "rejected", approval, by=actor_for(approver), at=at)
    return approval


def _tell(deed: str, approval: Approval, *, by: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {"action": approval.action, "need": approval.need, "asked by": approval.asked_by_id}
    if approval.amount is not None:
        facts["amount"] = approval.amount
    if approval.unit:
        facts["unit"] = approval.unit
    if approval.is_by_pin:
        facts["by_pin"] = True
    record_event(
        action=f"approval.{deed}",
        about="approval",
        about_id=approval.pk,
        member_id=approval.member_id,
        facts=facts,
        at=at,
        by=by,
    )
