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
from regulars.programs.book import load_book
from regulars.sales.refusals import StoreNotFound
from regulars.staff.machine_leave import GivenPin, leave_for_machine
from regulars.stores.find import find_stores

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

    `weigh` says how much it is, and is only asked where there is a threshold. What no store is named for happens in the
    store of the caller's key, if it is bound to one. A retry gets the first answer without a PIN.
    Refuses, besides: ApprovalNeeded, CannotApprove, NoPin, WrongPin, PinLocked.
    """
    call, given = request.auth, given_pin(request)

    def weigh_here(at: datetime) -> Weight:
        weight = weigh(at)
        if weight.store_id is None and call.only_store is not None:
            return msgspec.structs.replace(weight, store_id=find_store_id(call.only_store))
        return weight

    def write(at: datetime) -> Body | Refusal:
        by = leave_for_machine(action, lambda: weigh_here(at), by=call.by, given=given, at=at)
        return by if isinstance(by, Refusal) else verb(at, by)

    return await do_write(request, write, status=status)


def weigh_units(amount: int, unit: str, *, store: str = "") -> Weight:
    """Weigh an amount of a unit, whatever its sign, moved in a store if in one."""
    decimals = load_book().unit(unit).decimals
    return Weight(amount=abs(amount), unit=unit, steps=10**decimals, store_id=find_store_id(store))


def find_store_id(store: str) -> int | None:
    """Return the store of this code; None for none, or for one that nobody knows."""
    found = find_stores([store]).get(store) if store else None
    return found.id if found else None


def store_id_of(code: str) -> int | None:
    """Return the store of this code; None for none. Refuses: StoreNotFound."""
    found = find_store_id(code)
    if code and found is None:
        raise StoreNotFound(store=code)
    return found
