"""Caps, budgets and the rooms of balances and cards as limits: in the order they are applied, with their counters."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from regulars.core.program.caps import PERIODS, SCOPES, Budget, Cap, CapPeriod, CapScope
from regulars.core.program.units import Unit
from regulars.core.tallies import KINDS

BALANCE: Final = "balance"
CARD: Final = "card"

NO_BOUND: Final = 2**63

Bound = CapPeriod | Literal["balance", "card"]


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A cap with its counter, or the room of a balance or stamp card. `id` names it within its version; a budget's
    `worth` turns units into money: so many units are so many minor units. `bucket` places the buckets of plain ones,
    as nearly all are: those that bound units of one member in calendar periods.
    """

    id: str
    counter: str
    scope: CapScope
    period: Bound
    limit: int
    skips: bool
    days: int = 0
    worth: tuple[int, int] | None = None
    bucket: int | None = None

    @property
    def is_budget(self) -> bool:
        """Tell whether several rules, also of other units, share it."""
        return self.counter.startswith("b:")


class Counter(msgspec.Struct, frozen=True, gc=False):
    """Where an award is counted, apart from what is plain."""

    name: str
    scope: CapScope
    period: Bound
    days: int
    worth: tuple[int, int] | None


class Counters(msgspec.Struct, frozen=True, gc=False):
    """Where the awards of a rule or a unit are counted; several caps of one scope and period share a bucket. `plain`
    are the places of the member's buckets by calendar periods, as nearly all are.
    """

    name: str
    plain: tuple[int, ...]
    others: tuple[Counter, ...]


class Bounds(msgspec.Struct, frozen=True, gc=False):
    """The limits of a rule where all are plain, or of one purchase: asked at once whether any of them can bite."""

    counter: str
    at_once: int
    least: int
    plain: tuple[tuple[int, int], ...]


def limits_of(owner: str, caps: Sequence[Cap]) -> tuple[Limit, ...]:
    """Narrow before wide: by period, then by whom they bound, then by what they allow."""
    numbered = sorted(
        enumerate(caps),
        key=lambda each: (PERIODS.index(each[1].period), each[1].days or 0, SCOPES.index(each[1].per), each[1].limit),
    )
    return tuple(
        Limit(
            id=f"{owner}/{number}",
            counter=owner,
            scope=cap.per,
            period=cap.period,
            limit=cap.limit,
            skips=cap.on_exceed == "skip",
            days=cap.days or 0,
            bucket=_bucket(cap),
        )
        for number, cap in numbered
    )


def budget_limit(budget: Budget, unit: Unit) -> Limit:
    worth = None
    limit = budget.units or budget.money_minor or 0
    if budget.money_minor is not None:
        worth = (unit.pays.units, unit.pays.minor) if unit.pays else (10**unit.decimals, 10**unit.decimals)
    counter = f"b:{budget.code}"
    return Limit(f"{counter}/{unit.code}", counter, "program", "lifetime", limit, skips=False, worth=worth)


def held_limit(what: Literal["balance", "card"], unit: str, limit: int) -> Limit:
    """A bound on what a member holds, which needs no counter."""
    return Limit(f"u:{unit}/{what}", unit, "member", what, limit, skips=False)


def anonymous_limit(unit: str, most: int) -> Limit:
    """A bound on what a card holds that nobody has activated: it belongs to the card, and to no version."""
    return Limit("card", unit, "card", "balance", most, skips=False)


def counters_of(name: str, limits: Sequence[Limit]) -> Counters | None:
    """Return where awards are counted for these limits; None where none of them counts anything."""
    plain = {limit.bucket: None for limit in limits if limit.bucket is not None}
    others: dict[tuple[str, str, str], Counter] = {}
    for limit in limits:
        if limit.bucket is not None or limit.period in ("transaction", BALANCE, CARD):
            continue
        where = (limit.scope, limit.counter, limit.period)
        known = others.get(where)
        days = max(limit.days, known.days if known else 0)
        others[where] = Counter(limit.counter, limit.scope, limit.period, days, limit.worth)
    return Counters(name, tuple(plain), tuple(others.values())) if plain or others else None


def bounds_of(name: str, limits: Sequence[Limit]) -> Bounds | None:
    """Return the limits as one question; None where one of them is neither plain nor of one purchase."""
    if not all(limit.bucket is not None or limit.period == "transaction" for limit in limits):
        return None
    at_once = min([limit.limit for limit in limits if limit.bucket is None], default=NO_BOUND)
    plain = tuple([(limit.bucket, limit.limit) for limit in limits if limit.bucket is not None])
    return Bounds(name, at_once, min([at_once, *(limit for _, limit in plain)]), plain)


def _bucket(cap: Cap) -> int | None:
    is_plain = cap.per == "member" and cap.period not in ("transaction", "rolling")
    return KINDS.index(cap.period) if is_plain else None
