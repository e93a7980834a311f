"""How much and how long, in words: caps, budgets, expiry, waiting, steps."""

import msgspec

from regulars.core.amounts import Rounding
from regulars.core.expiry import AfterDays, AfterIdle, AfterMonths, EndOf, ExpiryPolicy, Never, OnDate
from regulars.core.money import write_money
from regulars.core.phrases import count, days, months, write_day
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.life import Pending
from regulars.core.program.units import Unit
from regulars.core.tongue import mark, mark_many, say, say_many

STEPS: dict[Rounding, str] = {
    "full": mark("each full %(step)s"),
    "nearest": mark("each (to the nearest) %(step)s"),
    "started": mark("each started %(step)s"),
}

_PERIODS = {
    "transaction": mark("at most %(amount)s a sale"),
    "day": mark("at most %(amount)s a day"),
    "week": mark("at most %(amount)s a week"),
    "month": mark("at most %(amount)s a month"),
    "quarter": mark("at most %(amount)s a quarter"),
    "year": mark("at most %(amount)s a year"),
    "lifetime": mark("at most %(amount)s ever"),
    "rolling": mark("at most %(amount)s in any %(days)s"),
}
_SCOPES = {
    "member": "%(cap)s",
    "card": mark("%(cap)s for each card"),
    "cashier": mark("%(cap)s for each cashier"),
    "store": mark("%(cap)s for each store"),
    "program": mark("%(cap)s for all members together"),
}
_AT_THE_END_OF = {
    "month": mark("expires at the end of the month it was given in"),
    "quarter": mark("expires at the end of the quarter it was given in"),
    "year": mark("expires at the end of the year it was given in"),
}


def describe_cap(cap: Cap, unit: Unit) -> str:
    """Say a cap: "at most 20 points a day", "at most 500 points in any 30 days for each card, otherwise none"."""
    said = say(_PERIODS[cap.period], amount=count(cap.limit, unit), days=days(cap.days or 0))
    said = say(_SCOPES[cap.per], cap=said)
    return say("%(cap)s, and none at all beyond that", cap=said) if cap.on_exceed == "skip" else said


def describe_bound(limit: int, *, per: str, period: str, days: int, unit: Unit) -> str:
    """Say what bounded an award: a cap, the largest balance ("nobody holds more than 500 points"), a stamp card's
    places.
    """
    match period:
        case "balance" if per == "card":
            return say("a card that is not activated holds at most %(amount)s", amount=count(limit, unit))
        case "balance":
            return say("nobody holds more than %(amount)s", amount=count(limit, unit))
        case "card":
            return say_many("the card has %(n)s place", "the card has %(n)s places", n=limit)
    cap = msgspec.convert({"limit": limit, "per": per, "period": period, "days": days or None}, type=Cap)
    return describe_cap(cap, unit)


def describe_budget(budget: Budget, *, unit: Unit, currency: str) -> str:
    """Say a budget: "at most 10,000 points for everybody together"."""
    bound = write_money(budget.money_minor or 0, currency) if budget.units is None else count(budget.units, unit)
    return say("at most %(amount)s for everybody together", amount=bound)


def describe_expiry(policy: ExpiryPolicy) -> str:
    """Say how long a credit lives: "expires 30 days after it was given"."""
    match policy:
        case Never():
            return say("never expires")
        case OnDate(on=on):
            return say("expires at the end of %(day)s", day=write_day(on))
        case AfterDays(days=number):
            return say("expires %(span)s after it was given", span=days(number))
        case AfterMonths(months=number):
            return say("expires %(span)s after it was given", span=months(number))
        case EndOf(period=period, after=0):
            return say(_AT_THE_END_OF[period])
        case EndOf(period=period, after=after):
            return _later_end(period, after)
        case AfterIdle(days=number):
            return say("expires after %(days)s without a purchase, a redemption or an event", days=days(number))


def _later_end(period: str, after: int) -> str:
    match period:
        case "month":
            one, many = mark_many(
                "expires at the end of the month, %(n)s month after it was given",
                "expires at the end of the month, %(n)s months after it was given",
            )
        case "quarter":
            one, many = mark_many(
                "expires at the end of the quarter, %(n)s quarter after it was given",
                "expires at the end of the quarter, %(n)s quarters after it was given",
            )
        case _:
            one, many = mark_many(
                "expires at the end of the year, %(n)s year after it was given",
                "expires at the end of the year, %(n)s years after it was given",
            )
    return say_many(one, many, n=after)


def describe_pending(pending: Pending) -> str:
    """Say how long a credit waits: "can be used 14 days after it was given; its life begins then"."""
    if pending.event and pending.days:
        said = say("can be used %(days)s after the event “%(event)s”", days=days(pending.days), event=pending.event)
    elif pending.event:
        said = say("can be used once “%(event)s” happens", event=pending.event)
    elif pending.days:
        said = say("can be used %(days)s after it was given", days=days(pending.days))
    elif pending.until:
        said = say("can be used from %(day)s", day=write_day(pending.until))
    else:
        said = say("can be used")
    if pending.until and (pending.days or pending.event):
        said = say("%(start)s, and not before %(day)s", start=said, day=write_day(pending.until))
    if pending.round_up:
        said = say("%(start)s, when that day is over", start=said)
    if pending.life_from == "activated":
        return say("%(start)s; its life begins then", start=said)
    return say("%(start)s; its life begins when it is given", start=said)
