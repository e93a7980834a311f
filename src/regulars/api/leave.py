"""A till sends who approves, and their PIN, beside the request: not in its body, whose hash is kept."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.writes import do_write
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.refusals import Refusal
from regulars.staff.machine_leave import GivenPin, leave_for_machine

LONGEST = 254


def given_pin(request: ApiRequest) -> GivenPin | None:
    """The headers `Approval-By` (an e-mail) and `Approval-Pin`; None where one of them is missing."""
    email, pin = request.headers.get("approval-by", ""), request.headers.get("approval-pin", "")
    return GivenPin(email[:LONGEST], pin[:LONGEST]) if email and pin else None


async def write_with_leave[Body: msgspec.Struct](
    request: ApiRequest,
    action: Action,
    verb: Callable[[datetime, Actor], Body | Refusal],
    *,
    weigh: Callable[[datetime], Weight] = lambda _at: Weight(),
    status: int = 201,
) -> Reply[Body]:
    """Run a verb as `do_write` does, as the machine or, where the shop asks for a PIN, with the approver beside it.

    `weigh` says how much it is, and is only asked where there is a threshold. A retry gets the first answer without a
    PIN. Refuses, besides: ApprovalNeeded, CannotApprove, NoPin, WrongPin, PinLocked.
    """
    call, given = request.auth, given_pin(request)

    def write(at: datetime) -> Body | Refusal:
        by = leave_for_machine(action, lambda: weigh(at), by=call.by, given=given, at=at)
        return by if isinstance(by, Refusal) else verb(at, by)

    return await do_write(request, write, status=status)


def weigh_units(amount: int, unit: str, *, decimals: int, store_id: int | None = None) -> Weight:
    """Weigh an amount of a unit, whatever its sign."""
    return Weight(amount=abs(amount), unit=unit, steps=10**decimals, store_id=store_id)
