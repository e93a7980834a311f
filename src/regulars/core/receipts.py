"""A sale that somebody keyed by hand counts when somebody, or something, else says the same.

Steps: draft → awaiting → confirmed | rejected | lapsed; a correction replaces a confirmed one.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from regulars.core.actor import Actor
from regulars.core.program.policies import Policies
from regulars.core.refusals import Refusal

State = Literal["draft", "awaiting", "confirmed", "rejected", "lapsed"]
Way = Literal["person", "member", "till", "policy"]
"""Who confirmed: a second person, the member's code, the till's own record; or the policy asked for nobody."""

MATCHES_WITHIN = timedelta(minutes=30)
"""A receipt is keyed by what is printed on it, and a till's clock is not the shop's: so far apart they are one."""

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=15)
CODE_TRIES = 5
CODES_A_DAY = 5
MANY_A_DAY = 3
"""From so many receipts of one member and day on, whoever checks is told."""


class NotAwaiting(Refusal):
    """This receipt was decided already, or its time is over; `state` says which."""

    code = "not_awaiting"

    def __init__(self, *, state: str) -> None:
        self.state = state


class OwnReceipt(Refusal):
    """Who keyed a receipt never confirms it."""

    code = "own_receipt"


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says of itself, keyed by hand or recorded by the till."""

    store_id: int
    number: str
    total_minor: int
    occurred_at: datetime


def needs_second_step(policies: Policies, *, total_minor: int, is_claim: bool, has_proof: bool) -> bool:
    """Tell whether a receipt waits for a second step: a claim always, an entry above the policy's amount.

    An entry that comes with a picture is one that somebody wants looked at.
    """
    if is_claim or has_proof:
        return True
    above = policies.confirm_above_minor
    return above is not None and total_minor > above


def lapses_at(keyed_at: datetime, policies: Policies) -> datetime:
    return keyed_at + timedelta(days=policies.confirm_days)


def state_at(state: State, ends_at: datetime | None, at: datetime) -> State:
    """Return the state at `at`: what nobody answered has lapsed, whether the job has written it down yet or not."""
    if state == "awaiting" and ends_at is not None and ends_at <= at:
        return "lapsed"
    return state


def check_awaiting(state: State, ends_at: datetime | None, at: datetime) -> None:
    """Refuses NotAwaiting."""
    now = state_at(state, ends_at, at)
    if now != "awaiting":
        raise NotAwaiting(state=now)


def check_second(keyed_by: str, by: Actor) -> None:
    """Refuses OwnReceipt."""
    if by.tag == keyed_by:
        raise OwnReceipt()


def differences(keyed: Printed, recorded: Printed) -> list[str]:
    """Return in what a receipt differs from the till's record: nothing, and they are one and the same."""
    found = []
    if (keyed.store_id, keyed.number) != (recorded.store_id, recorded.number):
        found.append("number")
    if keyed.total_minor != recorded.total_minor:
        found.append("total")
    if abs(keyed.occurred_at - recorded.occurred_at) > MATCHES_WITHIN:
        found.append("time")
    return found


def corrected_number(number: str, taken: Collection[str], *, longest: int = 64) -> str:
    """Return the number that a corrected sale is kept under: a store's receipt numbers are used once, for ever."""
    nth = 1
    while (name := f"{number[: longest - 4 - len(str(nth))]}-C{nth}") in taken:
        nth += 1
    return name
