"""Every part of the program in plain words, as a cashier would say them to a member.

A part is told by its aspects (what it gives, when, how much at most, how long it lives), so that a difference can say
which of them changed; a sentence is its aspects one after the other.
"""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from regulars.core.describe.conditions import describe_conditions, describe_items, level_names
from regulars.core.describe.limits import STEPS, describe_budget, describe_cap, describe_expiry, describe_pending
from regulars.core.expiry import Never
from regulars.core.money import write_money
from regulars.core.phrases import count, every, quoted, unit_words, write_minutes
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
from regulars.core.tongue import clauses, mark, point, say, statements

Aspects = dict[str, str]
"""What is told about a part, by its heading; what there is nothing to say about is left out."""

EVENT_WORDS = {
    "sign_up": mark("joining"),
    "birthday": mark("the birthday"),
    "review": mark("a review"),
    "referral": mark("bringing a friend"),
    "qr": mark("scanning the shop's code"),
}
_STACKING = {
    "best": mark("only if no other “best” rule gives more"),
    "alone": mark("instead of every other rule"),
}

_STEPS_COUNTED = {
    "full": mark("with full steps counted"),
    "nearest": mark("with (to the nearest) steps counted"),
    "started": mark("with started steps counted"),
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
    never = describe_expiry(Never())
    return statements([clauses(parts), *rest, *(each for each in lives if each != never)])


def tell_rule(rule: EarningRule, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a rule by its aspects: gives, when, limits, stacking, waits, lives."""
    unit = find_unit(document, rule.unit)
    when = describe_conditions(rule.when, document, currency=currency, zone=zone)
    limits = [describe_cap(cap, unit) for cap in rule.caps]
    limits += [
        say(
            "from the budget “%(name)s”, %(bound)s",
            name=budget.name,
            bound=describe_budget(budget, unit=unit, currency=currency),
        )
        for budget in document.budgets
        if budget.code == rule.budget
    ]
    stacking = [say(_STACKING[rule.stacking])] if rule.stacking in _STACKING else []
    if rule.stop:
        stacking.append(say("rules after it are not asked"))
    told = {
        "gives": _gives(rule, unit, document, currency),
        "when": clauses(when),
        "limits": clauses(limits),
        "stacking": statements(stacking),
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
            return Unit(code=code, kind="stamps", name=UnitWords(singular=say("stamp"), plural=say("stamps")))
    return Unit(code=code, name=UnitWords(singular=code, plural=code))


def _gives(rule: EarningRule, unit: Unit, document: ProgramDocument, currency: str) -> str:
    match rule:
        case RateRule():
            gives = say("%(amount)s for %(step)s", amount=count(rule.points, unit), step=_step(rule, unit, currency))
            if rule.except_items != Items():
                excepted = describe_items(rule.except_items, document)
                gives = say("%(gives)s, except %(items)s", gives=gives, items=excepted)
        case ItemRule():
            gives = _gives_for_items(rule, unit, document, currency)
        case BonusRule():
            gives = say("%(amount)s for a sale", amount=count(rule.points, unit))
        case MultiplierRule():
            gives = _multiplies(rule, unit, document)
        case VisitRule():
            gives = say("%(amount)s for a visit with a purchase", amount=count(rule.points, unit))
        case EventRule():
            known = EVENT_WORDS.get(rule.event)
            event = say(known) if known else say("the event “%(event)s”", event=rule.event)
            gives = say("%(amount)s for %(event)s", amount=count(rule.points, unit), event=event)
    return clauses([gives, *_tiers(rule, unit, document), *_extras(rule)])


def _gives_for_items(rule: ItemRule, unit: Unit, document: ProgramDocument, currency: str) -> str:
    amount, items = count(rule.points, unit), describe_items(rule.items, document)
    if rule.per == "sale":
        return say("%(amount)s for a sale with %(items)s", amount=amount, items=items)
    step = _unit_step(rule, unit) if rule.per == "unit" else _step(rule, unit, currency)
    return say("%(amount)s for %(step)s of %(items)s", amount=amount, step=step, items=items)


def _multiplies(rule: MultiplierRule, unit: Unit, document: ProgramDocument) -> str:
    names = {each.code: quoted(each.name) for each in document.rules}
    units = unit_words(unit).plural
    match rule.percent:
        case 200:
            gives = say("double %(units)s", units=units)
        case 300:
            gives = say("triple %(units)s", units=units)
        case percent:
            times = f"{percent / 100:g}".replace(".", point())
            gives = say("%(times)s times the %(units)s", times=times, units=units)
    if rule.of:
        gives = say("%(gives)s of %(rules)s", gives=gives, rules=every([names.get(code, code) for code in rule.of]))
    if rule.items == Items():
        return gives
    return say("%(gives)s for %(items)s", gives=gives, items=describe_items(rule.items, document))


def _step(rule: RateRule | ItemRule, unit: Unit, currency: str) -> str:
    return say(STEPS[rule.rounding or unit.rounding], step=write_money(rule.per_minor, currency))


def _unit_step(rule: ItemRule, unit: Unit) -> str:
    rounding = rule.rounding or unit.rounding
    return say("each unit") if rounding == "full" else say(STEPS[rounding], step=say("unit"))


def _tiers(rule: EarningRule, unit: Unit, document: ProgramDocument) -> list[str]:
    points: Mapping[str, int] = {} if isinstance(rule, MultiplierRule) else rule.tier_points
    names = level_names(document)
    return [
        say("%(amount)s for %(level)s members", amount=count(number, unit), level=names.get(code, code))
        for code, number in points.items()
    ]


def _extras(rule: EarningRule) -> list[str]:
    match rule:
        case RateRule(carry=True) | ItemRule(carry=True):
            return [say("and what is left over counts with the next sale")]
        case VisitRule(cool_down_minutes=minutes) | EventRule(cool_down_minutes=minutes) if minutes:
            return [say("but not again within %(span)s", span=write_minutes(minutes))]
        case MultiplierRule(rounding=rounding) if rounding is not None:
            return [say(_STEPS_COUNTED[rounding])]
        case _:
            return []
