"""What a purchase counts towards each tier set: the units its rules gave, the money, the visit."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from regulars.core.compiled import Compiled, CompiledRule
from regulars.core.life import life_of
from regulars.core.tiers import Counted

Given = tuple[CompiledRule, int]
"""So many units by a rule; negative where a refund takes them back."""


def counted_for(
    program: Compiled, given: Iterable[Given], *, sold_at: datetime, money_minor: int, visits: int
) -> Mapping[str, list[Counted]]:
    """Return by tier set what a sale of `sold_at` counts (or, negative, what its refund takes off)."""
    given = [(rule, units) for rule, units in given if units]
    counted: dict[str, list[Counted]] = {}
    for tier_set in program.tier_sets:
        metric = tier_set.metric
        match metric.of:
            case "points":
                counted[tier_set.code] = [
                    Counted(units, _active_at(program, rule, sold_at))
                    for rule, units in given
                    if rule.unit == metric.unit
                ]
            case "spend":
                counted[tier_set.code] = [Counted(money_minor)]
            case "visits":
                counted[tier_set.code] = [Counted(visits)]
            case "balance":
                counted[tier_set.code] = []
    return counted


def _active_at(program: Compiled, rule: CompiledRule, given_at: datetime) -> datetime | None:
    if rule.pending is None:
        return None
    return life_of(rule.expiry, rule.pending, given_at=given_at, zone=program.zone).available_at
