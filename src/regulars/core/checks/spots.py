"""Where conditions, items, audiences and lives stand in a document, each with the path that leads to it."""

from collections.abc import Iterator

from regulars.core.expiry import ExpiryPolicy
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Audience, Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.life import Pending
from regulars.core.program.rules import ItemRule, MultiplierRule, RateRule
from regulars.core.program.stamp_cards import ByItem


def all_conditions(document: ProgramDocument) -> Iterator[tuple[str, Conditions]]:
    for i, rule in enumerate(document.rules):
        yield f"rules[{i}].when", rule.when
    for i, card in enumerate(document.stamp_cards):
        yield f"stamp_cards[{i}].when", card.when


def all_audiences(document: ProgramDocument) -> Iterator[tuple[str, Audience]]:
    for path, when in all_conditions(document):
        yield f"{path}.audience", when.audience
    for i, reward in enumerate(document.rewards):
        yield f"rewards[{i}].audience", reward.audience


def all_items(document: ProgramDocument) -> Iterator[tuple[str, Items]]:
    for i, rule in enumerate(document.rules):
        match rule:
            case RateRule(except_items=items):
                yield f"rules[{i}].except_items", items
            case ItemRule(items=items) | MultiplierRule(items=items):
                yield f"rules[{i}].items", items
            case _:
                pass
    for i, card in enumerate(document.stamp_cards):
        if isinstance(card.earn, ByItem):
            yield f"stamp_cards[{i}].earn.items", card.earn.items
    yield "policies.excluded", document.policies.excluded


def all_caps(document: ProgramDocument) -> Iterator[tuple[str, tuple[Cap, ...]]]:
    for i, unit in enumerate(document.units):
        yield f"units[{i}].caps", unit.caps
        yield f"units[{i}].spend_caps", unit.spend_caps
    for i, rule in enumerate(document.rules):
        yield f"rules[{i}].caps", rule.caps


def all_lives(document: ProgramDocument) -> Iterator[tuple[str, ExpiryPolicy, Pending]]:
    """Yield what waits, with the life it has afterwards: a unit's, or a rule's own where it sets either."""
    units = {unit.code: unit for unit in document.units}
    for i, unit in enumerate(document.units):
        if unit.pending is not None:
            yield f"units[{i}].pending", unit.expiry, unit.pending
    for i, rule in enumerate(document.rules):
        of_unit = units.get(rule.unit)
        if of_unit is None or (rule.expiry is None and rule.pending is None):
            continue
        pending = rule.pending or of_unit.pending
        if pending is not None:
            expiry = of_unit.expiry if rule.expiry is None else rule.expiry
            yield f"rules[{i}].{'expiry' if rule.pending is None else 'pending'}", expiry, pending
