"""What each condition of a rule keeps from it: the rule is asked again as if it did not have that condition.

Before caps, and each rule by itself. A condition's effect is what the rule would give where only that one says no.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from regulars.core.compiled import Compiled
from regulars.core.earning import BOUNDLESS, evaluate
from regulars.core.facts import Facts
from regulars.core.program.conditions import Audience, Conditions, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import EventRule, ItemRule, MultiplierRule, RateRule, SaleRule, VisitRule
from regulars.core.when import Purchase
from regulars.reports.backtest.counts import Counts, HeldBack

COOL_DOWN = "cool_down"


class Probe:
    """The rules of a program without their caps: each as it is, and once without each of its conditions."""

    def __init__(self, program: Compiled) -> None:
        rules = [rule for rule in program.rules.values() if not isinstance(rule, EventRule)]
        self._variants: list[tuple[str, str, str]] = []
        asked: list[SaleRule] = []
        multiplied: set[str] = set()
        for rule in rules:
            variants = list(_variants(rule))
            self._variants += [(f"{rule.code}?{name}", f"{rule.code}?", f"{rule.code}/{name}") for name, _ in variants]
            if variants:
                asked += [_alone(each, f"{rule.code}?{name}", rules) for name, each in [("", rule), *variants]]
                multiplied.update(_multiplied_by(rule, rules))
        # A multiplier needs the rules it works on beside it, also those without conditions.
        unconditional = multiplied - {name.partition("/")[0] for _, _, name in self._variants}
        asked += [_alone(rule, f"{rule.code}?", rules) for rule in rules if rule.code in unconditional]
        self._program = Compiled(
            ProgramDocument(
                units=tuple(program.units.values()),
                collections=program.document.collections,
                rules=tuple(asked),
                policies=program.policies,
            ),
            version_id=program.version_id,
            zone=program.zone,
            currency=program.currency,
        )

    def __bool__(self) -> bool:
        return bool(self._variants)

    def ask(self, sale: Purchase, facts: Facts, counts: Counts) -> None:
        """Count what conditions keep from this sale."""
        if facts.silent:
            facts = replace(facts, silent=tuple(self._silenced(facts.silent)))
        awards = evaluate(self._program, sale, facts, rooms=BOUNDLESS)
        given = {award.rule.code: award.desired for award in awards}
        for variant, whole, name in self._variants:
            if variant in given and whole not in given:
                held = counts.conditions.setdefault(name, HeldBack())
                held.sales += 1
                held.units += given[variant]

    def _silenced(self, rules: tuple[str, ...]) -> Iterator[str]:
        for rule in rules:
            yield f"{rule}?"
            yield from (
                code for code, whole, name in self._variants if whole == f"{rule}?" and name != f"{rule}/{COOL_DOWN}"
            )


def conditions_of(program: Compiled) -> list[tuple[str, str]]:
    """Return each rule's code with the name of each of its conditions, in their order."""
    rules = (rule for rule in program.rules.values() if not isinstance(rule, EventRule))
    return [(rule.code, name) for rule in rules for name, _ in _variants(rule)]


def _alone(rule: SaleRule, code: str, rules: list[SaleRule]) -> SaleRule:
    """The rule by itself: nothing bounds or silences it, nothing is carried."""
    freed = replace(rule, code=code, caps=(), budget=None, stacking="add", stop=False)
    match freed:
        case RateRule() | ItemRule():
            return replace(freed, carry=False)
        case MultiplierRule():
            return replace(freed, of=tuple(f"{code}?" for code in _multiplied_by(freed, rules)) or ("?",))
    return freed


def _multiplied_by(rule: SaleRule, rules: list[SaleRule]) -> tuple[str, ...]:
    """Return the codes of the rules that a multiplier works on, and of none for any other rule."""
    if not isinstance(rule, MultiplierRule):
        return ()
    return rule.of or tuple(
        each.code for each in rules if isinstance(each, RateRule | ItemRule) and each.unit == rule.unit
    )


def _variants(rule: SaleRule) -> Iterator[tuple[str, SaleRule]]:
    """Yield, by name, the rule without each of the conditions it has."""
    for name, when in _without(rule.when):
        yield name, replace(rule, when=when)
    if isinstance(rule, VisitRule) and rule.cool_down_minutes:
        yield COOL_DOWN, replace(rule, cool_down_minutes=0)


def _without(when: Conditions) -> Iterator[tuple[str, Conditions]]:
    who = when.audience
    if when.starts_at is not None or when.ends_at is not None:
        yield "dates", replace(when, starts_at=None, ends_at=None)
    if when.hours:
        yield "hours", replace(when, hours=())
    if when.stores or when.store_tags != Tags():
        yield "stores", replace(when, stores=(), store_tags=Tags())
    if when.channels:
        yield "channels", replace(when, channels=())
    if when.min_spend_minor:
        yield "min_spend", replace(when, min_spend_minor=0)
    if when.tenders:
        yield "tenders", replace(when, tenders=())
    if when.purchase is not None:
        yield "purchase", replace(when, purchase=None)
    if who.tiers:
        yield "tiers", _for(when, replace(who, tiers=()))
    if who.tags != Tags():
        yield "tags", _for(when, replace(who, tags=Tags()))
    if who.segments:
        yield "segments", _for(when, replace(who, segments=()))


def _for(when: Conditions, who: Audience) -> Conditions:
    return replace(when, audience=who)
