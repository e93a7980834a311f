"""How much and how long, in words: caps, budgets, expiry, waiting, steps."""

import msgspec

from regulars.core.amounts import Rounding
from regulars.core.expiry import AfterDays, AfterIdle, AfterMonths, EndOf, ExpiryPolicy, Never, OnDate
from regulars.core.money import write_money
from regulars.core.phrases import count, some, write_day
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.life import Pending
from regulars.core.program.units import Unit

STEPS: dict[Rounding, str] = {"full": "each full", "nearest": "each (to the nearest)", "started": "each started"}

_PERIODS = {
    "transaction": "a sale",
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "quarter": "a quarter",
    "year": "a year",
    "lifetime": "ever",
}
_SCOPES = {
    "member": "",
    "card": " for each card",
    "cashier": " for each cashier",
    "store": " for each store",
    "program": " for all members together",
}


def describe_cap(cap: Cap, unit: Unit) -> str:
    """Say a cap: "at most 20 points a day", "at most 500 points in any 30 days for each card, otherwise none"."""
    period = f"in any {some(cap.days or 0, 'day')}" if cap.period == "rolling" else _PERIODS[cap.period]
    beyond = ", and none at all beyond that" if cap.on_exceed == "skip" else ""
    return f"at most {count(cap.limit, unit)} {period}{_SCOPES[cap.per]}{beyond}"


def describe_bound(limit: int, *, per: str, period: str, days: int, unit: Unit) -> str:
    """Say what bounded an award: a cap, the largest balance ("nobody holds more than 500 points"), a stamp card's
    places.
    """
    match period:
        case "balance" if per == "card":
            return f"a card that is not activated holds at most {count(limit, unit)}"
        case "balance":
            return f"nobody holds more than {count(limit, unit)}"
        case "card":
            return f"the card has {limit} places"
    cap = msgspec.convert({"limit": limit, "per": per, "period": period, "days": days or None}, type=Cap)
    return describe_cap(cap, unit)


def describe_budget(budget: Budget, *, unit: Unit, currency: str) -> str:
    """Say a budget: "at most 10,000 points for everybody together"."""
    bound = write_money(budget.money_minor or 0, currency) if budget.units is None else count(budget.units, unit)
    return f"at most {bound} for everybody together"


def describe_expiry(policy: ExpiryPolicy) -> str:
    """Say how long a credit lives: "expires 30 days after it was given"."""
    match policy:
        case Never():
            return "never expires"
        case OnDate(on=on):
            return f"expires at the end of {write_day(on)}"
        case AfterDays(days=days):
            return f"expires {some(days, 'day')} after it was given"
        case AfterMonths(months=months):
            return f"expires {some(months, 'month')} after it was given"
        case EndOf(period=period, after=0):
            return f"expires at the end of the {period} it was given in"
        case EndOf(period=period, after=after):
            return f"expires at the end of the {period}, {some(after, period)} after it was given"
        case AfterIdle(days=days):
            return f"expires after {some(days, 'day')} without a purchase, a redemption or an event"


def describe_pending(pending: Pending) -> str:
    """Say how long a credit waits: "can be used 14 days after it was given; its life begins then"."""
    after = f"{some(pending.days, 'day')} after " if pending.days else ""
    if pending.event:
        start = (
            f"can be used {after}the event “{pending.event}”"
            if after
            else f"can be used once “{pending.event}” happens"
        )
    elif pending.days:
        start = f"can be used {after}it was given"
    else:
        start = "can be used"
    if pending.until:
        start += f"{', and not before' if pending.days or pending.event else ' from'} {write_day(pending.until)}"
    if pending.round_up:
        start += ", when that day is over"
    clock = "then" if pending.life_from == "activated" else "when it is given"
    return f"{start}; its life begins {clock}"
