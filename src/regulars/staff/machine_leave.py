"""Leave for what a till asks for: somebody of the team gives their name and PIN at the counter.

Only thresholds for machines count here (role `key`): what the team needs among itself stops no till.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from regulars.core.actor import Actor
from regulars.core.approval import KEY_ROLE, Action, Threshold, Weight, need_of
from regulars.core.refusals import Refusal
from regulars.staff.approvals import ApprovalNeeded, CannotApprove, load_thresholds, may_approve
from regulars.staff.models import Person
from regulars.staff.people import actor_for
from regulars.staff.pins import try_pin


class GivenPin(msgspec.Struct, frozen=True):
    """Who approves, by e-mail, and their PIN; it never prints it."""

    email: str
    pin: str

    def __repr__(self) -> str:
        return f"PIN of {self.email}"


def check_alone(thresholds: Iterable[Threshold], action: Action, weight: Weight) -> None:
    """Refuse what a machine may not do without somebody's leave: ApprovalNeeded."""
    need = need_of(thresholds, action=action, role=KEY_ROLE, weight=weight)
    if need is not None:
        raise ApprovalNeeded(action=action, need=need, weight=weight)


def leave_for_machine(
    action: Action, weigh: Callable[[], Weight], *, by: Actor, given: GivenPin | None, at: datetime
) -> Actor | Refusal:
    """Return who writes: the machine, with the approver where one was needed.

    `weigh` is only asked where the shop has a threshold for machines. The PIN comes with the very request that it is
    for, so that it lets nothing else through.
    A wrong PIN is answered, not raised: the caller commits, so that the try is counted.
    Refuses: ApprovalNeeded, CannotApprove; as an answer NoPin, WrongPin, PinLocked.
    """
    thresholds = load_thresholds(action, KEY_ROLE)
    if not thresholds:
        return by
    weight = weigh()
    if given is None:
        check_alone(thresholds, action, weight)
        return by
    if need_of(thresholds, action=action, role=KEY_ROLE, weight=weight) is None:
        return by
    approver = Person.objects.filter(email=given.email.strip().lower()).first()
    if approver is None or not may_approve(approver, store_id=weight.store_id):
        raise CannotApprove()
    refusal = try_pin(person_id=approver.pk, pin=given.pin, at=at)
    return refusal or msgspec.structs.replace(by, approver=actor_for(approver).tag)
