"""What a sale earns: its rules in their order, then the caps, narrow before wide. The same for tills, quotes, refunds
and back-tests.

A rule counts steps of what was paid with money, once per rule and sale, and each step gives its points.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from regulars.core.amounts import Rounding, count_steps, portion
from regulars.core.compiled import Compiled, CompiledRule, CompiledUnit, asked_of
from regulars.core.facts import Facts
from regulars.core.filters import Counted
from regulars.core.limits import Bounds, Limit, anonymous_limit
from regulars.core.program.rules import EventRule
from regulars.core.when import Purchase
from regulars.core.why import Bite, RulePart


class Rooms(Protocol):
    """What limits leave before the sale."""

    def __call__(self, limit: Limit) -> int | None:
        """Return how much a limit still leaves; None: it cannot bite."""

    def fits(self, bounds: Bounds, units: int) -> bool:
        """Tell at once whether so many units stay within all limits of a rule."""


# An event has no lines: what its rules count is the event itself.
_ONCE = Counted([1], [1])


class Award(msgspec.Struct, frozen=True, gc=False):
    """What one rule gives: `counted` (minor units, or thousandths of goods) in steps of `per`, `points` a step; once
    where `per` is 0. A multiplier counts the units it works on, in hundredths.

    `desired` is before caps, `awarded` after. `carried`: what the rule carried in, and what it leaves.
    """

    rule: CompiledRule
    counted: int
    per: int
    points: int
    desired: int
    awarded: int
    rounding: Rounding
    of_goods: bool = False
    bites: tuple[Bite, ...] = ()
    carried: tuple[int, int] | None = None

    @property
    def part(self) -> RulePart:
        """Return what an entry keeps of it."""
        return RulePart(
            self.rule.code,
            self.counted,
            self.per,
            self.points,
            self.desired,
            self.awarded,
            self.rounding,
            self.of_goods,
            self.bites,
            self.carried,
            bool(self.rule.works_on),
        )


def evaluate(program: Compiled, sale: Purchase, facts: Facts, *, rooms: Rooms) -> list[Award]:
    """Return the award of every rule that applies, also of those that caps left nothing; a sale paid with money only
    in part earns in that proportion.
    """
    counted = program.filters.count(sale.lines, total_minor=sale.total_minor)
    awards: list[Award] = []
    budgeted: dict[str, int] = {}
    for unit in program.sale_units:
        desired = _ask(unit, sale, facts, counted)
        if desired:
            limited = _limit(unit, desired, rooms, budgeted)
            awards += _fit_card(limited, unit.unit.code, facts) if facts.held else limited
    return awards


def evaluate_event(program: Compiled, event: str, moment: Purchase, facts: Facts, *, rooms: Rooms) -> list[Award]:
    """Return the award of every rule for an event that is no sale; each counts once. `moment` says when and where."""
    awards: list[Award] = []
    budgeted: dict[str, int] = {}
    for unit in program.event_units:
        rules = [rule for rule in unit.rules if isinstance(rule.terms, EventRule) and rule.terms.event == event]
        asked = msgspec.structs.replace(unit, asked=asked_of(rules))
        if desired := _ask(asked, moment, facts, _ONCE):
            awards += _limit(asked, desired, rooms, budgeted)
    return awards


def rooms_again(facts: Facts) -> Rooms:
    """Return the rooms of a sale that was evaluated before: what bit then had this much room; the rest cannot bite,
    since what is left of a sale never earns more than the sale.
    """
    return _RoomsAgain(facts.rooms)


class _RoomsAgain:
    def __init__(self, rooms: Mapping[str, int]) -> None:
        self._rooms = rooms

    def fits(self, bounds: Bounds, units: int) -> bool:
        return not self._rooms and units <= bounds.at_once

    def __call__(self, limit: Limit) -> int | None:
        return limit.limit if limit.period == "transaction" else self._rooms.get(limit.id)


class _Boundless:
    def fits(self, bounds: Bounds, units: int) -> bool:
        return True

    def __call__(self, limit: Limit) -> int | None:
        return None


BOUNDLESS: Rooms = _Boundless()
"""What rules would give if nothing were limited."""


def _ask(unit: CompiledUnit, sale: Purchase, facts: Facts, counted: Counted) -> list[Award]:
    """Ask the rules of a unit in their order, then its multipliers, which work on those that still stand."""
    if sale.money_minor <= 0:
        return []
    applied: list[Award] = []
    stopped_at = -1
    amounts, quantities = counted.amounts, counted.quantities
    chosen = facts.chosen if unit.chooses else None
    for rule, of_goods, number, questions in unit.asked:
        amount = (quantities if of_goods else amounts)[number]
        if amount <= 0:
            continue
        for question in questions:
            if not question(sale, facts):
                break
        else:
            if chosen is not None and rule.code not in chosen:
                continue
            if (award := _award(rule, sale, facts, amount)) is None:
                continue
            if rule.terms.stacking == "alone":
                return [award]
            applied.append(award)
            if rule.terms.stop:
                stopped_at = rule.place
                break
    if unit.chooses:
        applied = _best_only(applied)
    multiplied = []
    for rule in unit.multipliers:
        if 0 <= stopped_at < rule.place:
            break
        if not amounts[rule.filter] and not quantities[rule.filter]:
            continue
        if chosen is not None and rule.code not in chosen:
            continue
        if (award := _multiply(rule, applied, sale, facts, counted)) is not None:
            multiplied.append(award)
    return applied + _best_only(multiplied)


def _best_only(applied: list[Award]) -> list[Award]:
    """Of the rules marked `best` keep the one that gives most, the first of them on a tie."""
    rivals = [award for award in applied if award.rule.terms.stacking == "best"]
    if len(rivals) < 2:
        return applied
    best = max(rivals, key=lambda award: award.desired)
    return [award for award in applied if award is best or award.rule.terms.stacking != "best"]


def _award(rule: CompiledRule, sale: Purchase, facts: Facts, amount: int) -> Award | None:
    """Return what a rule whose conditions hold gives without caps for what it counts; None where that is nothing.

    A rule that carries is returned also when it only adds to what it carries.
    """
    if facts.silent and rule.code in facts.silent:
        return None
    points, per = rule.points, rule.per
    if rule.tier_points is not None and facts.tiers:
        points = max([rule.tier_points[tier] for tier in facts.tiers if tier in rule.tier_points], default=points)
    if rule.carries:
        return _carry(rule, sale, facts, amount, points)
    if per == 0:
        steps = 1
    elif rule.rounding == "full" and sale.money_minor == sale.total_minor:
        steps = amount // per  # what nearly all rules do, and `_steps` would
    else:
        steps = _steps(amount, per, sale, rule.rounding)
    if steps == 0:
        return None
    desired = steps * points
    return Award(rule, amount, per, points, desired, desired, rule.rounding, rule.of_goods)


def _carry(rule: CompiledRule, sale: Purchase, facts: Facts, amount: int, points: int) -> Award:
    """Count what was carried in too; what does not fill a step is carried on. Whole minor units (or thousandths)."""
    if sale.money_minor != sale.total_minor:
        amount = portion(amount, part=sale.money_minor, whole=sale.total_minor)
    carried_in = facts.carry.get(rule.code, 0)
    steps = max(carried_in + amount, 0) // rule.per
    carried = (carried_in, carried_in + amount - steps * rule.per)
    desired = steps * points
    return Award(rule, amount, rule.per, points, desired, desired, "full", rule.of_goods, carried=carried)


def _steps(amount: int, per: int, sale: Purchase, rounding: Rounding) -> int:
    if sale.money_minor == sale.total_minor:
        return count_steps(amount, per=per, rounding=rounding)
    # amount * money / total is a fraction: rounding it before the steps would round twice.
    return count_steps(amount * sale.money_minor, per=per * sale.total_minor, rounding=rounding)


def _multiply(
    rule: CompiledRule, applied: Sequence[Award], sale: Purchase, facts: Facts, counted: Counted
) -> Award | None:
    """Return the part above 100 % of what the multiplied rules give for the multiplier's lines."""
    numbers = rule.works_on
    worked = [(award, numbers[award.rule.place]) for award in applied if award.rule.place in numbers]
    if not worked:
        return None
    for question in rule.questions:
        if not question(sale, facts):
            return None
    base = 0
    for award, number in worked:
        amount = counted.quantities[number] if award.of_goods else counted.amounts[number]
        if amount > 0:
            base += _steps(amount, award.per, sale, award.rounding) * award.points
    desired = count_steps(base * rule.points, per=100, rounding=rule.rounding)
    if desired == 0:
        return None
    return Award(rule, base, 100, rule.points, desired, desired, rule.rounding)


def _limit(unit: CompiledUnit, awards: list[Award], rooms: Rooms, budgeted: dict[str, int]) -> list[Award]:
    """Apply each rule's caps, then the unit's, whose room the rules share in their order.

    `budgeted`: what the rules of this sale have taken of each budget so far, as it counts.
    """
    shared = [(limit, rooms(limit)) for limit in unit.limits]
    left = {limit.id: room for limit, room in shared if room is not None}
    limited = []
    for award in awards:
        bounds = award.rule.bounds
        if bounds is not None and not shared and rooms.fits(bounds, award.desired):
            limited.append(award)
            continue
        bites: list[Bite] = []
        awarded = award.desired
        for limit in award.rule.limits:
            room = rooms(limit)
            if room is not None and budgeted and limit.is_budget:
                room -= _units(budgeted.get(limit.counter, 0), limit)
            if room is not None and room < awarded:
                awarded = _bite(limit, room, bites)
        for limit in unit.limits:
            if limit.id in left and left[limit.id] < awarded:
                awarded = _bite(limit, left[limit.id], bites)
        for limit_id in left:
            left[limit_id] -= awarded
        if (budget := award.rule.budget) is not None:
            budgeted[budget.counter] = budgeted.get(budget.counter, 0) + worth_of(awarded, budget.worth)
        limited.append(msgspec.structs.replace(award, awarded=awarded, bites=tuple(bites)) if bites else award)
    return limited


def _fit_card(awards: list[Award], unit: str, facts: Facts) -> list[Award]:
    """Leave of the awards what a card may still hold that nobody has activated; the rules share it in their order."""
    if unit not in facts.held:
        return awards
    most, left = facts.held[unit]
    limit = anonymous_limit(unit, most)
    fitting = []
    for award in awards:
        bites = list(award.bites)
        awarded = _bite(limit, left, bites) if left < award.awarded else award.awarded
        left -= awarded
        fitting.append(msgspec.structs.replace(award, awarded=awarded, bites=tuple(bites)))
    return fitting


def worth_of(units: int, worth: tuple[int, int] | None) -> int:
    """Return what units count in a budget: themselves, or the money they are worth, rounded down."""
    if worth is None:
        return units
    of, minor = worth
    return units * minor // of


def _units(counted: int, limit: Limit) -> int:
    """Return how many units would count as much in a budget, rounded up."""
    if limit.worth is None:
        return counted
    of, minor = limit.worth
    return -(-counted * of // minor)


def _bite(limit: Limit, room: int, bites: list[Bite]) -> int:
    room = max(room, 0)
    bites.append(Bite(limit.id, limit.scope, limit.period, limit.limit, room, limit.days))
    return 0 if limit.skips else room
