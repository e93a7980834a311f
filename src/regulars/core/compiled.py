"""A program version made ready to decide sales: once for each version, so that a sale asks only what it must."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

import msgspec

from regulars.core.amounts import Rounding
from regulars.core.expiry import ExpiryPolicy
from regulars.core.filters import EVERYTHING, NOTHING_NAMED, Filters
from regulars.core.limits import (
    BALANCE,
    CARD,
    Bounds,
    Counters,
    Limit,
    bounds_of,
    budget_limit,
    counters_of,
    held_limit,
    limits_of,
)
from regulars.core.program.caps import Cap, CapScope
from regulars.core.program.conditions import Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.life import Pending
from regulars.core.program.rules import (
    BonusRule,
    EarningRule,
    EventRule,
    ItemRule,
    MultiplierRule,
    RateRule,
    SaleRule,
    VisitRule,
)
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard
from regulars.core.program.units import Unit, UnitWords
from regulars.core.when import Question, questions_of


class CompiledRule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rule of a sale or an event. `part` names its entry among those of a sale: rules whose units live alike share
    one. Steps of `per` are counted among the lines of `filter`; `per` 0 counts once.
    """

    place: int
    code: str
    unit: str
    terms: EarningRule
    questions: tuple[Question, ...]
    limits: tuple[Limit, ...]
    counters: Counters | None
    bounds: Bounds | None
    part: str
    expiry: ExpiryPolicy
    pending: Pending | None
    rounding: Rounding
    points: int = 0
    tier_points: dict[str, int] | None = None
    filter: int = EVERYTHING
    per: int = 0
    of_goods: bool = False
    carries: bool = False
    rests_seconds: int = 0
    works_on: Mapping[int, int] = {}
    budget: Limit | None = None


class CompiledUnit(msgspec.Struct, frozen=True, gc=False):
    """A unit with its sale rules in their order (multipliers apart), and the caps of all of them together. It `chooses`
    where its rules silence each other. `asked`: of each rule that is no multiplier, whether it counts goods, its filter
    and its questions, in one place for the loop that every sale goes through.
    """

    unit: Unit
    rules: tuple[CompiledRule, ...]
    multipliers: tuple[CompiledRule, ...]
    limits: tuple[Limit, ...]
    counters: Counters | None
    chooses: bool
    asked: tuple[tuple[CompiledRule, bool, int, tuple[Question, ...]], ...]


class Needs(msgspec.Struct, frozen=True):
    """What the version's rules ask about, so that nothing else is looked up or kept."""

    tiers: bool
    tags: bool
    segments: frozenset[str]
    store_tags: frozenset[str]
    visits: bool
    minute: bool
    tallies: bool
    shared: frozenset[CapScope]


class Compiled:
    """One version of the program, ready. Immutable but for what it has already looked up."""

    def __init__(self, document: ProgramDocument, *, version_id: int, zone: tzinfo, currency: str) -> None:
        self.document = document
        self.version_id = version_id
        self.zone = zone
        self.currency = currency
        self.policies = document.policies
        self.filters = Filters(document.collections, document.policies)
        self.cards: Mapping[str, StampCard] = {card.code: card for card in document.stamp_cards}
        self.tier_sets = document.tier_sets
        self.rewards = {reward.code: reward for reward in document.rewards}
        self.budgets = {budget.code: budget for budget in document.budgets}
        own = {unit.code: unit for unit in document.units}
        self.units: Mapping[str, Unit] = own | {card.code: stamps_unit(card) for card in document.stamp_cards}
        self.rules: Mapping[str, EarningRule] = {rule.code: rule for rule in document.rules} | {
            card.code: rule for card in document.stamp_cards if (rule := stamps_rule(card)) is not None
        }
        self.keep_days = max(self.policies.max_backdate_days, self.policies.attach_days) + 1
        compiled = [_compile(self, place, rule) for place, rule in enumerate(self.rules.values())]
        self.events = tuple(rule for rule in compiled if isinstance(rule.terms, EventRule))
        sale_rules = [rule for rule in compiled if not isinstance(rule.terms, EventRule)]
        self.sale_units = tuple(
            _compile_unit(self, unit, [rule for rule in sale_rules if rule.unit == unit.code])
            for unit in self.units.values()
            if any(rule.unit == unit.code for rule in sale_rules)
        )
        self.event_units = tuple(
            _compile_unit(self, unit, [rule for rule in self.events if rule.unit == unit.code])
            for unit in self.units.values()
            if any(rule.unit == unit.code for rule in self.events)
        )
        self.rule_at = {rule.place: rule for each in self.sale_units for rule in (*each.rules, *each.multipliers)}
        self.rule_of = {rule.code: rule for rule in compiled}
        self.carrying = tuple(rule.code for rule in sale_rules if rule.carries)
        self.resting = tuple(rule for rule in sale_rules if rule.rests_seconds)
        limited = [
            *(rule.limits for rule in compiled),
            *(unit.limits for unit in (*self.sale_units, *self.event_units)),
        ]
        self.limits = {limit.id: limit for limits in limited for limit in limits}
        self.needs = _needs(self)
        self.most_entries = len({rule.part for rule in sale_rules})

    def unit(self, code: str) -> Unit:
        return self.units[code]


def compile_program(document: ProgramDocument, *, version_id: int, zone: tzinfo, currency: str) -> Compiled:
    """Make a version ready; the document has been checked. 200 rules take less than 50 ms."""
    return Compiled(document, version_id=version_id, zone=zone, currency=currency)


def stamps_unit(card: StampCard) -> Unit:
    """Return the unit that a card's stamps are."""
    name = UnitWords(singular="stamp", plural="stamps")
    return Unit(code=card.code, kind="stamps", name=name, expiry=card.expiry, shortfall=card.used_reward)


def stamps_rule(card: StampCard) -> SaleRule | None:
    """Return the rule by which sales stamp a card; None where only people and codes do."""
    caps = [Cap(limit=card.max_per_sale)] if card.max_per_sale else []
    if card.max_per_day:
        caps.append(Cap(limit=card.max_per_day, period="day"))
    code, name, when, limits = card.code, card.name, card.when, tuple(caps)
    match card.earn:
        case ByVisit(stamps=stamps, min_spend_minor=minimum):
            when = msgspec.structs.replace(when, min_spend_minor=max(when.min_spend_minor, minimum))
            return BonusRule(code=code, name=name, unit=code, when=when, caps=limits, points=stamps)
        case BySpend(per_minor=per, stamps=stamps, carry=carry):
            return RateRule(
                code=code, name=name, unit=code, when=when, caps=limits, points=stamps, per_minor=per, carry=carry
            )
        case ByItem(items=items, stamps=stamps):
            return ItemRule(code=code, name=name, unit=code, when=when, caps=limits, points=stamps, items=items)
        case ByHand():
            return None


def _compile(program: Compiled, place: int, terms: EarningRule) -> CompiledRule:
    unit = program.units[terms.unit]
    limits, budget = limits_of(f"r:{terms.code}", terms.caps), None
    if terms.budget:
        budget = budget_limit(program.budgets[terms.budget], unit)
        limits = (*limits, budget)
    carries = isinstance(terms, RateRule | ItemRule) and terms.carry
    has_own_life = terms.expiry is not None or terms.pending is not None or carries
    number, per = EVERYTHING, 0
    works_on: Mapping[int, int] = {}
    match terms:
        case RateRule():
            number, per = program.filters.number(NOTHING_NAMED, but=terms.except_items), terms.per_minor
        case ItemRule():
            per = {"unit": 1000, "amount": terms.per_minor, "sale": 0}[terms.per]
            number = program.filters.number(terms.items)
        case MultiplierRule():
            number = program.filters.number(terms.items)
            works_on = _works_on(program, terms)
        case BonusRule() | VisitRule() | EventRule():
            pass
    return CompiledRule(
        place=place,
        code=terms.code,
        unit=terms.unit,
        terms=terms,
        questions=questions_of(terms.when),
        limits=limits,
        counters=counters_of(f"r:{terms.code}", limits),
        bounds=bounds_of(f"r:{terms.code}", limits),
        part=f"{terms.unit}~{terms.code}" if has_own_life else terms.unit,
        expiry=unit.expiry if terms.expiry is None else terms.expiry,
        pending=unit.pending if terms.pending is None else terms.pending,
        rounding=terms.rounding or unit.rounding,
        points=terms.percent - 100 if isinstance(terms, MultiplierRule) else terms.points,
        tier_points=None if isinstance(terms, MultiplierRule) else terms.tier_points or None,
        filter=number,
        per=per,
        of_goods=isinstance(terms, ItemRule) and terms.per == "unit",
        carries=carries,
        rests_seconds=60 * terms.cool_down_minutes if isinstance(terms, VisitRule | EventRule) else 0,
        works_on=works_on,
        budget=budget,
    )


def _works_on(program: Compiled, terms: MultiplierRule) -> dict[int, int]:
    """Return each rule that is multiplied, by place, with the filter of the lines that count for both."""
    found = []
    for place, rule in enumerate(program.rules.values()):
        if (
            rule.unit != terms.unit
            or not isinstance(rule, RateRule | ItemRule)
            or (terms.of and rule.code not in terms.of)
        ):
            continue
        if isinstance(rule, ItemRule) and rule.per == "sale":
            continue
        if isinstance(rule, RateRule):
            number = program.filters.number(terms.items, but=rule.except_items)
        else:
            number = program.filters.number(rule.items, also=terms.items)
        found.append((place, number))
    return dict(found)


def _compile_unit(program: Compiled, unit: Unit, rules: Sequence[CompiledRule]) -> CompiledUnit:
    limits = limits_of(f"u:{unit.code}", unit.caps)
    if unit.max_balance is not None:
        limits = (*limits, held_limit(BALANCE, unit.code, unit.max_balance))
    card = program.cards.get(unit.code)
    if card is not None and not (card.restart and card.overflow):
        limits = (*limits, held_limit(CARD, unit.code, card.size))
    return CompiledUnit(
        unit=unit,
        rules=tuple(rule for rule in rules if not isinstance(rule.terms, MultiplierRule)),
        multipliers=tuple(rule for rule in rules if isinstance(rule.terms, MultiplierRule)),
        limits=limits,
        counters=counters_of(f"u:{unit.code}", limits),
        chooses=any(rule.terms.stop or rule.terms.stacking != "add" for rule in rules),
        asked=asked_of(rules),
    )


def asked_of(rules: Sequence[CompiledRule]) -> tuple[tuple[CompiledRule, bool, int, tuple[Question, ...]], ...]:
    """Return what is asked of each rule that is no multiplier."""
    return tuple(
        [
            (rule, rule.of_goods, rule.filter, rule.questions)
            for rule in rules
            if not isinstance(rule.terms, MultiplierRule)
        ]
    )


def _needs(program: Compiled) -> Needs:
    whens = [rule.when for rule in program.rules.values()]
    tags = [tag for when in whens for tag in (*when.store_tags.any, *when.store_tags.all, *when.store_tags.none)]
    limits = [
        limit
        for limits in (
            *(rule.limits for rule in program.rule_at.values()),
            *(event.limits for event in program.events),
            *(unit.limits for unit in (*program.sale_units, *program.event_units)),
        )
        for limit in limits
    ]
    counted = any(limit.period != "transaction" for limit in limits)
    visits = any(when.purchase is not None for when in whens)
    return Needs(
        tiers=bool(program.tier_sets),
        tags=any(when.audience.tags != Tags() for when in whens),
        segments=frozenset(name for when in whens for name in when.audience.segments),
        store_tags=frozenset(tags),
        visits=visits,
        minute=any(when.hours for when in whens),
        tallies=bool(
            counted
            or visits
            or program.carrying
            or program.resting
            or program.cards
            or program.tier_sets
            or any(event.rests_seconds for event in program.events)
        ),
        shared=frozenset(limit.scope for limit in limits if limit.period != "transaction") - {"member"},
    )
