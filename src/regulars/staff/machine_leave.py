"""Leave for what a till asks for: somebody of the team gives their name and PIN at the counter.

Only thresholds for machines count here (role `key`): what the team needs among itself stops no till.
"""

from datetime import datetime

import msgspec

from regulars.core.actor import Actor
from regulars.core.approval import KEY_ROLE, Threshold, need_of
from regulars.core.refusals import Refusal
from regulars.staff.approvals import ApprovalNeeded, Ask, CannotApprove, may_approve
from regulars.staff.models import ApprovalRule, Need, Person
from regulars.staff.people import actor_for
from regulars.staff.pins import try_pin


class GivenPin(msgspec.Struct, frozen=True):
    """Who approves, by e-mail, and their PIN; it never prints it."""

    email: str
    pin: str

    def __repr__(self) -> str:
        return f"PIN of {self.email}"


def leave_for_machine(ask: Ask, *, by: Actor, given: GivenPin | None, at: datetime) -> Actor | Refusal:
    """Return who writes: the machine, with the approver where one was needed.

    A wrong PIN is answered, not raised: the caller commits, so that the try is counted.
    Refuses: ApprovalNeeded, CannotApprove; as an answer NoPin, WrongPin, PinLocked.
    """
    rules = ApprovalRule.objects.filter(action=ask.action, role=KEY_ROLE)
    thresholds = [
        Threshold(action=rule.action, role=rule.role, from_amount=rule.from_amount, need=Need(rule.need).value)  # type: ignore[arg-type]
        for rule in rules
    ]
    need = need_of(thresholds, action=ask.action, role=KEY_ROLE, amount=ask.amount)
    if need is None:
        return by
    if given is None:
        raise ApprovalNeeded(action=ask.action, need=need, amount=ask.amount)
    approver = Person.objects.filter(email=given.email.strip().lower()).first()
    if approver is None or not may_approve(approver, store_id=ask.store_id):
        raise CannotApprove()
    refusal = try_pin(person_id=approver.pk, pin=given.pin, at=at)
    return refusal or msgspec.structs.replace(by, approver=actor_for(approver).tag)
