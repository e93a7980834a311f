"""When a credit may be spent and when it ends: what waits starts by time or by an event, and its life counts from the
earning or from the start.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

import msgspec

from regulars.core.expiry import AfterIdle, ExpiryPolicy, Never, expires_at
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.program.life import Pending

WAITS = datetime(9999, 12, 31, tzinfo=UTC)
"""The start of what waits for an event: it comes when the event does."""


RECEIPT = "receipt/"
"""What begins so waits for a receipt to be confirmed: no event of a shop has such a name, and nobody releases it."""


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a credit that waits for an `event` was promised: to start `days` after it, and not before `until`.

    `expiry` is counted from the start; None: the end is fixed already, or there is none.
    """

    event: str
    days: int = 0
    until: date | None = None
    round_up: bool = False
    expiry: ExpiryPolicy | None = None


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """`available_at` None: at once. `expires_at` None: for ever, unless `idle_days` lets it die with the member's
    inactivity. With a `promise` it waits for an event.
    """

    available_at: datetime | None = None
    expires_at: datetime | None = None
    promise: Promise | None = None
    idle_days: int | None = None


FOR_EVER = Life()


def life_of(expiry: ExpiryPolicy, pending: Pending | None, *, given_at: datetime, zone: tzinfo) -> Life:
    """Return the life of a credit given at `given_at`; days are those of the program's `zone`."""
    idle_days = expiry.days if isinstance(expiry, AfterIdle) else None
    if pending is None:
        return Life(expires_at=expires_at(expiry, given_at=given_at, zone=zone), idle_days=idle_days)
    from_start = pending.life_from == "activated"
    if pending.event is not None:
        counted = from_start and not isinstance(expiry, Never | AfterIdle)
        return Life(
            available_at=WAITS,
            expires_at=None if counted else expires_at(expiry, given_at=given_at, zone=zone),
            promise=Promise(
                event=pending.event,
                days=pending.days,
                until=pending.until,
                round_up=pending.round_up,
                expiry=expiry if counted else None,
            ),
            idle_days=idle_days,
        )
    available_at = start_of_life(pending, from_at=given_at, zone=zone)
    return Life(
        available_at=available_at,
        expires_at=expires_at(expiry, given_at=available_at if from_start else given_at, zone=zone),
        idle_days=idle_days,
    )


def start_of_life(waiting: Pending | Promise, *, from_at: datetime, zone: tzinfo) -> datetime:
    """Return when something starts that waits from `from_at` on: the earning, or the event it waited for.

    After `days`, at the same time of day; not before the day `until`. With `round_up` the last day counts whole.
    """
    start = (from_at.astimezone(zone) + timedelta(days=waiting.days)).astimezone(UTC) if waiting.days else from_at
    if waiting.until is not None:
        start = max(start, start_of_day(waiting.until, zone))
    if waiting.round_up and start > from_at:
        start = end_of_day(start.astimezone(zone).date(), zone)
    return start


def kept(promise: Promise, *, event_at: datetime, zone: tzinfo) -> Life:
    """Return the life that an event gives to what waited for it; `expires_at` None leaves the end that there is."""
    available_at = start_of_life(promise, from_at=event_at, zone=zone)
    if promise.expiry is None:
        return Life(available_at=available_at)
    return Life(available_at=available_at, expires_at=expires_at(promise.expiry, given_at=available_at, zone=zone))


def end_of_idleness(active_at: datetime, *, days: int, zone: tzinfo) -> datetime:
    """Return when units die that live while their member is active: at the end of the day `days` days later."""
    return end_of_day(active_at.astimezone(zone).date() + timedelta(days=days), zone)
