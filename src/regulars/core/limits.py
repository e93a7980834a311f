"""Caps, budgets and the rooms of balances and cards as limits: in the order they are applied, with their counters."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from regulars.core.program.caps import PERIODS, SCOPES, Budget, Cap, CapPeriod, CapScope
from regulars.core.program.units import Unit

BALANCE: Final = "balance"
CARD: Final = "card"

Bound = CapPeriod | Literal["balance", "card"]


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A cap with its counter, or the room of a balance or stamp card. `id` names it within its version; a budget's
    `worth` turns units into money: so many units are so many minor units. Plain ones, as nearly all are, bound units of
    one member in calendar periods.
    """

    id: str
    counter: str
    scope: CapScope
    period: Bound
    limit: int
    skips: bool
    days: int = 0
    worth: tuple[int, int] | None = None
    is_plain: bool = False

    @property
    def is_budget(self) -> bool:
        """Tell whether several rules, also of other units, share it."""
        return self.counter.startswith("b:")


class Counter(msgspec.Struct, frozen=True, gc=False):
    """Where an award is counted; several caps of one scope and period share a counter. Plain ones, as nearly all are,
    count units of one member by calendar periods.
    """

    name: str
    scope: CapScope
    period: Bound
    days: int
    worth: tuple[int, int] | None
    is_plain: bool


def limits_of(owner: str, caps: Sequence[Cap]) -> tuple[Limit, ...]:
    """Narrow before wide: by period, then by whom they bound, then by what they allow."""
    numbered = sorted(
        enumerate(caps),
        key=lambda each: (PERIODS.index(each[1].period), each[1].days or 0, SCOPES.index(each[1].per), each[1].limit),
    )
    return tuple(
        Limit(
            id=f"{owner}/{number}",
            counter=f"{owner}/{cap.period}",
            scope=cap.per,
            period=cap.period,
            limit=cap.limit,
            skips=cap.on_exceed == "skip",
            days=cap.days or 0,
            is_plain=cap.per == "member" and cap.period not in ("transaction", "rolling"),
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


def counters_of(limits: Sequence[Limit]) -> tuple[Counter, ...]:
    counters: dict[tuple[str, str], Counter] = {}
    for limit in limits:
        if limit.period in ("transaction", BALANCE, CARD):
            continue
        known = counters.get((limit.scope, limit.counter))
        days = max(limit.days, known.days if known else 0)
        counters[limit.scope, limit.counter] = Counter(
            limit.counter, limit.scope, limit.period, days, limit.worth, limit.is_plain
        )
    return tuple(counters.values())
