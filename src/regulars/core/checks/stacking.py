"""Rules that keep each other from ever counting: after a stop, beside one that is alone, a multiplier of nothing."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from regulars.core.checks.faults import Fault, warning
from regulars.core.checks.meeting import may_meet
from regulars.core.program.conditions import Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rules import (
    BonusRule,
    EarningRule,
    EventRule,
    ItemRule,
    MultiplierRule,
    RateRule,
    VisitRule,
)
from regulars.core.tongue import say

Placed = Sequence[tuple[int, EarningRule]]


def check_stacking(document: ProgramDocument) -> Iterator[Fault]:
    for placed in _rivals(document):
        yield from _exclusive(placed, document)
        yield from _after_a_stop(placed)
    yield from _rules_alone(document)


def _rivals(document: ProgramDocument) -> Iterator[Placed]:
    """Yield the rules that are asked together: of one unit, for a sale or for one event."""
    groups: dict[tuple[str, str], list[tuple[int, EarningRule]]] = {}
    for i, rule in enumerate(document.rules):
        event = rule.event if isinstance(rule, EventRule) else ""
        groups.setdefault((rule.unit, event), []).append((i, rule))
    yield from groups.values()


def _exclusive(placed: Placed, document: ProgramDocument) -> Iterator[Fault]:
    alone = [(i, rule) for i, rule in placed if rule.stacking == "alone" and not isinstance(rule, MultiplierRule)]
    for (i, first), (j, second) in combinations(alone, 2):
        if may_meet(first.when, second.when, document):
            said = say(
                "Both “%(first)s”, at %(path)s, and “%(second)s” want to be alone, and one sale can meet both: give "
                "them conditions that exclude each other, or mark them “best”.",
                first=first.name,
                path=f"rules[{i}]",
                second=second.name,
            )
            yield Fault(f"rules[{j}].stacking", "overlapping_exclusive_rules", said)
    others = [each for each in placed if each not in alone] if alone else []
    for i, rule in alone:
        if _always_gives(rule) and others:
            other = others[0][1]
            said = say("It always counts, and alone: “%(name)s” would never give anything.", name=other.name)
            yield Fault(f"rules[{i}].stacking", "silences_all_others", said)


def _after_a_stop(placed: Placed) -> Iterator[Fault]:
    for (i, stop), (j, rule) in combinations(placed, 2):
        if not stop.stop or isinstance(stop, MultiplierRule):
            continue
        if _always_gives(stop) or (_gives_when_asked(stop) and stop.when == rule.when):
            said = say(
                "“%(stop)s”, at %(path)s, stops before it every time: “%(rule)s” is never asked.",
                stop=stop.name,
                path=f"rules[{i}]",
                rule=rule.name,
            )
            yield Fault(f"rules[{j}]", "never_asked", said)


def _always_gives(rule: EarningRule) -> bool:
    return _gives_when_asked(rule) and rule.when == Conditions()


def _gives_when_asked(rule: EarningRule) -> bool:
    match rule:
        case BonusRule() | EventRule(cool_down_minutes=0) | VisitRule(cool_down_minutes=0):
            return True
        case RateRule(except_items=items):
            return items == Items()
        case _:
            return False


def _rules_alone(document: ProgramDocument) -> Iterator[Fault]:
    for i, rule in enumerate(document.rules):
        match rule:
            case MultiplierRule():
                yield from _multiplier(i, rule, document)
            case EventRule():
                yield from _event(i, rule)
            case ItemRule():
                if rule.items == Items():
                    said = say("It names no SKU, category, brand, label or collection: it never counts.")
                    yield Fault(f"rules[{i}].items", "no_items", said)
                if rule.per != "amount" and rule.per_minor != 100:
                    said = say("Only a rule per amount looks at per_minor.")
                    yield warning(f"rules[{i}].per_minor", "no_effect", said)
            case _:
                pass
        if isinstance(rule, RateRule | ItemRule) and rule.carry and rule.rounding not in (None, "full"):
            said = say(
                "What carries the rest of a step to the next sale counts full steps only: leave out rounding or carry."
            )
            yield Fault(f"rules[{i}].rounding", "carry_counts_full_steps", said)


def _event(i: int, rule: EventRule) -> Iterator[Fault]:
    for field in ("min_spend_minor", "tenders", "purchase"):
        if getattr(rule.when, field):
            said = say("An event is no purchase, so nothing is spent: it never counts.")
            yield Fault(f"rules[{i}].when.{field}", "event_is_no_purchase", said)


def _multiplier(i: int, rule: MultiplierRule, document: ProgramDocument) -> Iterator[Fault]:
    if rule.stacking == "alone" or rule.stop:
        field = "stacking" if rule.stacking == "alone" else "stop"
        said = say("A multiplier works on what other rules give, so it can neither be alone nor stop them.")
        yield Fault(f"rules[{i}].{field}", "multiplier_cannot_be_alone", said)
    counted = [
        each
        for each in document.rules
        if (isinstance(each, RateRule) or (isinstance(each, ItemRule) and each.per != "sale"))
        and each.unit == rule.unit
        and (not rule.of or each.code in rule.of)
    ]
    if not counted:
        said = say(
            "No rule gives %(unit)s per amount or per item that it could multiply: it never gives anything.",
            unit=rule.unit,
        )
        yield Fault(f"rules[{i}]", "nothing_to_multiply", said)
