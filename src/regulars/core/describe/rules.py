"""Every part of the program in plain words, as a cashier would say them to a member.

A part is told by its aspects (what it gives, when, how much at most, how long it lives), so that a difference can say
which of them changed; a sentence is its aspects one after the other.
"""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from regulars.core.describe.conditions import describe_conditions, describe_items, level_names
from regulars.core.describe.limits import STEPS, describe_budget, describe_cap, describe_expiry, describe_pending
from regulars.core.money import write_money
from regulars.core.phrases import count, every, write_minutes
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
from regulars.core.program.units import Unit, UnitWords

Aspects = dict[str, str]
"""What is told about a part, by its heading; what there is nothing to say about is left out."""

EVENT_WORDS = {
    "sign_up": "joining",
    "birthday": "the birthday",
    "review": "a review",
    "referral": "bringing a friend",
    "qr": "scanning the shop's code",
}
_STACKING = {
    "best": "only if no other “best” rule gives more",
    "alone": "instead of every other rule",
}


def describe_rule(rule: EarningRule, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> str:
    """Say a rule in one sentence: "1 point for each full 1.00 USD, except category TOBACCO, on weekdays; at most 20
    points a day; expires 12 months after it was given".
    """
    told = tell_rule(rule, document=document, currency=currency, zone=zone)
    unit = find_unit(document, rule.unit)
    lives = [told["waits"]] if "waits" in told else [describe_pending(unit.pending)] if unit.pending else []
    lives.append(told.get("lives") or describe_expiry(unit.expiry))
    parts = [*(told[name] for name in ("gives", "when") if name in told)]
    rest = [told[name] for name in ("limits", "stacking") if name in told]
    return "; ".join([", ".join(parts), *rest, *(each for each in lives if each != "never expires")])


def tell_rule(rule: EarningRule, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a rule by its aspects: gives, when, limits, stacking, waits, lives."""
    unit = find_unit(document, rule.unit)
    when = describe_conditions(rule.when, document, currency=currency, zone=zone)
    limits = [describe_cap(cap, unit) for cap in rule.caps]
    limits += [
        f"from the budget “{budget.name}”, {describe_budget(budget, unit=unit, currency=currency)}"
        for budget in document.budgets
        if budget.code == rule.budget
    ]
    stacking = [_STACKING[rule.stacking]] if rule.stacking in _STACKING else []
    if rule.stop:
        stacking.append("rules after it are not asked")
    told = {
        "gives": _gives(rule, unit, document, currency),
        "when": ", ".join(when),
        "limits": ", ".join(limits),
        "stacking": "; ".join(stacking),
        "waits": describe_pending(rule.pending) if rule.pending else "",
        "lives": describe_expiry(rule.expiry) if rule.expiry is not None else "",
    }
    return {name: words for name, words in told.items() if words}


def find_unit(document: ProgramDocument, code: str) -> Unit:
    """Return a unit of the document; a stamp card's stamps are one. An unknown one is called by its code."""
    for unit in document.units:
        if unit.code == code:
            return unit
    for card in document.stamp_cards:
        if card.code == code:
            return Unit(code=code, kind="stamps", name=UnitWords(singular="stamp", plural="stamps"))
    return Unit(code=code, name=UnitWords(singular=code, plural=code))


def _gives(rule: EarningRule, unit: Unit, document: ProgramDocument, currency: str) -> str:
    match rule:
        case RateRule():
            gives = f"{count(rule.points, unit)} for {_step(rule, unit, currency)}"
            if rule.except_items != Items():
                gives += f", except {describe_items(rule.except_items, document)}"
        case ItemRule():
            step = {"unit": _unit_step(rule, unit), "amount": _step(rule, unit, currency), "sale": "a sale"}[rule.per]
            word = "with" if rule.per == "sale" else "of"
            gives = f"{count(rule.points, unit)} for {step} {word} {describe_items(rule.items, document)}"
        case BonusRule():
            gives = f"{count(rule.points, unit)} for a sale"
        case MultiplierRule():
            gives = _multiplies(rule, unit, document)
        case VisitRule():
            gives = f"{count(rule.points, unit)} for a visit with a purchase"
        case EventRule():
            gives = f"{count(rule.points, unit)} for {EVENT_WORDS.get(rule.event, f'the event “{rule.event}”')}"
    return gives + _tiers(rule, unit, document) + _extras(rule)


def _multiplies(rule: MultiplierRule, unit: Unit, document: ProgramDocument) -> str:
    names = {each.code: f"“{each.name}”" for each in document.rules}
    factor = {200: "double", 300: "triple"}.get(rule.percent, f"{rule.percent / 100:g} times the")
    gives = f"{factor} {unit.name.plural}"
    if rule.of:
        gives += f" of {every([names.get(code, code) for code in rule.of])}"
    return f"{gives} for {describe_items(rule.items, document)}" if rule.items != Items() else gives


def _step(rule: RateRule | ItemRule, unit: Unit, currency: str) -> str:
    return f"{STEPS[rule.rounding or unit.rounding]} {write_money(rule.per_minor, currency)}"


def _unit_step(rule: ItemRule, unit: Unit) -> str:
    rounding = rule.rounding or unit.rounding
    return "each unit" if rounding == "full" else f"{STEPS[rounding]} unit"


def _tiers(rule: EarningRule, unit: Unit, document: ProgramDocument) -> str:
    points: Mapping[str, int] = {} if isinstance(rule, MultiplierRule) else rule.tier_points
    names = level_names(document)
    return "".join(f", {count(number, unit)} for {names.get(code, code)} members" for code, number in points.items())


def _extras(rule: EarningRule) -> str:
    match rule:
        case RateRule(carry=True) | ItemRule(carry=True):
            return ", and what is left over counts with the next sale"
        case VisitRule(cool_down_minutes=minutes) | EventRule(cool_down_minutes=minutes) if minutes:
            return f", but not again within {write_minutes(minutes)}"
        case MultiplierRule(rounding=rounding) if rounding is not None:
            return f", with {STEPS[rounding].removeprefix('each ')} steps counted"
        case _:
            return ""
