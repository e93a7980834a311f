"""Codes that are used twice, and names that mean nothing within the document."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from regulars.core.checks.faults import Fault, unknown
from regulars.core.checks.spots import all_audiences, all_items
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import ItemRule, MultiplierRule, RateRule
from regulars.core.tongue import mark, say

_TWICE = {
    "unit or stamp card": mark("Another unit or stamp card has the code “%(code)s” already, at %(path)s."),
    "level": mark("Another level has the code “%(code)s” already, at %(path)s."),
    "rule or stamp card": mark("Another rule or stamp card has the code “%(code)s” already, at %(path)s."),
    "collection": mark("Another collection has the code “%(code)s” already, at %(path)s."),
    "budget": mark("Another budget has the code “%(code)s” already, at %(path)s."),
    "tier set": mark("Another tier set has the code “%(code)s” already, at %(path)s."),
    "reward": mark("Another reward has the code “%(code)s” already, at %(path)s."),
}


def check_names(document: ProgramDocument) -> Iterator[Fault]:
    yield from _codes_twice(document)
    yield from _in_rules(document)
    yield from _in_rewards(document)
    yield from _in_cards_and_tiers(document)
    levels = level_codes(document)
    collections = [collection.code for collection in document.collections]
    for path, audience in all_audiences(document):
        yield from _unknown(_each(f"{path}.tiers", audience.tiers), "level", levels)
    for path, items in all_items(document):
        yield from _unknown(_each(f"{path}.collections", items.collections), "collection", collections)


def unit_codes(document: ProgramDocument) -> list[str]:
    """Return the codes of all units; a card's stamps are one."""
    return [*(unit.code for unit in document.units), *(card.code for card in document.stamp_cards)]


def level_codes(document: ProgramDocument) -> list[str]:
    return [level.code for tier_set in document.tier_sets for level in tier_set.levels]


def _codes_twice(document: ProgramDocument) -> Iterator[Fault]:
    units = [(f"units[{i}].code", unit.code) for i, unit in enumerate(document.units)]
    cards = [(f"stamp_cards[{i}].code", card.code) for i, card in enumerate(document.stamp_cards)]
    levels = [
        (f"tier_sets[{i}].levels[{j}].code", level.code)
        for i, tier_set in enumerate(document.tier_sets)
        for j, level in enumerate(tier_set.levels)
    ]
    yield from _twice("unit or stamp card", [*units, *cards])
    yield from _twice("level", levels)
    # A stamp card is compiled into a rule of its code.
    yield from _twice("rule or stamp card", [*_listed("rules", document.rules), *cards])
    yield from _twice("collection", _listed("collections", document.collections))
    yield from _twice("budget", _listed("budgets", document.budgets))
    yield from _twice("tier set", _listed("tier_sets", document.tier_sets))
    yield from _twice("reward", _listed("rewards", document.rewards))


def _in_rules(document: ProgramDocument) -> Iterator[Fault]:
    units, levels = unit_codes(document), level_codes(document)
    budgets = [budget.code for budget in document.budgets]
    counted = [rule.code for rule in document.rules if isinstance(rule, RateRule | ItemRule)]
    for i, rule in enumerate(document.rules):
        yield from _unknown([(f"rules[{i}].unit", rule.unit)], "unit", units)
        if rule.budget is not None:
            yield from _unknown([(f"rules[{i}].budget", rule.budget)], "budget", budgets)
        if isinstance(rule, MultiplierRule):
            yield from _unknown(_each(f"rules[{i}].of", rule.of), "rate or item rule", counted)
        else:
            yield from _unknown(_keyed(f"rules[{i}].tier_points", rule.tier_points), "level", levels)


def _in_rewards(document: ProgramDocument) -> Iterator[Fault]:
    units, levels = unit_codes(document), level_codes(document)
    for i, reward in enumerate(document.rewards):
        if reward.price is not None:
            yield from _unknown([(f"rewards[{i}].price.unit", reward.price.unit)], "unit", units)
            yield from _unknown(_keyed(f"rewards[{i}].price.by_tier", reward.price.by_tier), "level", levels)
        if reward.gives.unit is not None:
            yield from _unknown([(f"rewards[{i}].gives.unit", reward.gives.unit)], "unit", units)


def _in_cards_and_tiers(document: ProgramDocument) -> Iterator[Fault]:
    units, rewards = unit_codes(document), [reward.code for reward in document.rewards]
    for i, card in enumerate(document.stamp_cards):
        yield from _unknown([(f"stamp_cards[{i}].final", card.final)], "reward", rewards)
        for place, reward in card.interim.items():
            yield from _unknown([(f"stamp_cards[{i}].interim.{place}", reward)], "reward", rewards)
    for i, tier_set in enumerate(document.tier_sets):
        if tier_set.metric.of in ("points", "balance"):
            yield from _unknown([(f"tier_sets[{i}].metric.unit", tier_set.metric.unit)], "unit", units)
        for j, level in enumerate(tier_set.levels):
            yield from _unknown(_each(f"tier_sets[{i}].levels[{j}].rewards", level.rewards), "reward", rewards)


def _listed(section: str, parts: Sequence[object]) -> list[tuple[str, str]]:
    return [(f"{section}[{i}].code", part.code) for i, part in enumerate(parts)]  # type: ignore[attr-defined]


def _twice(what: str, spots: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for path, code in spots:
        first = seen.setdefault(code, path)
        if first is not path:
            at = first.removesuffix(".code")
            yield Fault(path, "code_twice", say(_TWICE[what], code=code, path=at))


def _unknown(spots: Iterable[tuple[str, str]], what: str, known: Collection[str]) -> Iterator[Fault]:
    for path, name in spots:
        if name not in known:
            yield unknown(path, what, name, known)


def _each(path: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{path}[{i}]", name) for i, name in enumerate(names)]


def _keyed(path: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{path}.{name}", name) for name in names]
