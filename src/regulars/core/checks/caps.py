"""Caps that contradict each other or what they bound, and budgets that cannot be counted."""

from collections.abc import Iterator
from itertools import combinations

from regulars.core.checks.faults import Fault, warning
from regulars.core.checks.spots import all_caps
from regulars.core.describe.limits import describe_cap
from regulars.core.describe.rules import find_unit
from regulars.core.phrases import count, every
from regulars.core.program.caps import PERIODS, Cap
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import BonusRule, EventRule, VisitRule
from regulars.core.tongue import mark, say

# A week may lie in two months, quarters or years, so that its cap can bite although theirs are lower.
_STRADDLES = {("week", period) for period in ("month", "quarter", "year")}

_PERIODS = {
    "transaction": mark("sale cap"),
    "day": mark("day cap"),
    "week": mark("week cap"),
    "month": mark("month cap"),
    "quarter": mark("quarter cap"),
    "year": mark("year cap"),
    "lifetime": mark("lifetime cap"),
}


def check_caps(document: ProgramDocument) -> Iterator[Fault]:
    for path, caps in all_caps(document):
        for (i, a), (j, b) in combinations(enumerate(caps), 2):
            yield from _compare(path, (i, a), (j, b))
    yield from _on_spending(document)
    yield from _below_the_award(document)
    yield from _budgets(document)


def _compare(path: str, one: tuple[int, Cap], other: tuple[int, Cap]) -> Iterator[Fault]:
    (i, a), (j, b) = one, other
    if a.per != b.per:
        return
    if (a.period, a.days) == (b.period, b.days):
        said = say("Another cap bounds the same period already, at %(path)s.", path=f"{path}[{i}]")
        yield Fault(f"{path}[{j}]", "cap_twice", said)
        return
    (narrow_at, narrow), (wide_at, wide) = sorted([one, other], key=_width)
    if narrow.limit <= wide.limit or not _nests(narrow, wide):
        return
    said = say(
        "A %(cap)s of %(limit)s can never be reached: the %(wide)s, at %(path)s, ends at %(bound)s.",
        cap=_name(narrow),
        limit=narrow.limit,
        wide=_name(wide),
        path=f"{path}[{wide_at}]",
        bound=wide.limit,
    )
    if (narrow.period, wide.period) in _STRADDLES:
        yield warning(f"{path}[{narrow_at}].limit", "contradicting_caps", said)
    else:
        yield Fault(f"{path}[{narrow_at}].limit", "contradicting_caps", said)


def _width(numbered: tuple[int, Cap]) -> tuple[int, int]:
    return PERIODS.index(numbered[1].period), numbered[1].days or 0


def _nests(narrow: Cap, wide: Cap) -> bool:
    """Tell whether every period of the narrow cap lies within one of the wide cap's."""
    return "rolling" not in (narrow.period, wide.period) or (
        narrow.period in ("transaction", "day", "rolling") and wide.period in ("rolling", "lifetime")
    )


def _name(cap: Cap) -> str:
    if cap.period == "rolling":
        return say("%(n)s-day cap", n=cap.days or 0)
    return say(_PERIODS[cap.period])


def _on_spending(document: ProgramDocument) -> Iterator[Fault]:
    """A payment is refused above its cap, so there is nothing to cut; and it is a member who pays."""
    for i, unit in enumerate(document.units):
        for j, cap in enumerate(unit.spend_caps):
            if cap.per != "member":
                said = say("What is spent is bounded for each member: leave out per.")
                yield Fault(f"units[{i}].spend_caps[{j}].per", "spending_is_the_members", said)


def _below_the_award(document: ProgramDocument) -> Iterator[Fault]:
    """A fixed award that is above its cap never comes where the cap skips, and never in full where it cuts."""
    for i, rule in enumerate(document.rules):
        if not isinstance(rule, BonusRule | VisitRule | EventRule):
            continue
        unit = find_unit(document, rule.unit)
        for j, cap in enumerate(rule.caps):
            if cap.limit >= rule.points:
                continue
            amount, bound = count(rule.points, unit), describe_cap(cap, unit)
            if cap.on_exceed == "skip":
                said = say("It gives %(amount)s, but %(cap)s: it never gives any.", amount=amount, cap=bound)
                yield Fault(f"rules[{i}].caps[{j}].limit", "cap_below_award", said)
            else:
                said = say("It gives %(amount)s, but %(cap)s: it never gives all of them.", amount=amount, cap=bound)
                yield warning(f"rules[{i}].caps[{j}].limit", "cap_below_award", said)


def _budgets(document: ProgramDocument) -> Iterator[Fault]:
    for i, budget in enumerate(document.budgets):
        units = {rule.unit for rule in document.rules if rule.budget == budget.code}
        if not units:
            yield warning(f"budgets[{i}]", "unused", say("No rule draws on the budget “%(name)s”.", name=budget.name))
        elif budget.units is not None and len(units) > 1:
            given = every(sorted(units))
            said = say("The rules of this budget give %(units)s: bound it in money instead.", units=given)
            yield Fault(f"budgets[{i}].units", "budget_of_several_units", said)
