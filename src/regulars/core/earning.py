"""What a sale earns: a rule counts steps of what was paid with money, once per rule and sale, and each step gives
its points.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from regulars.core.amounts import count_steps
from regulars.core.periods import within
from regulars.core.rules import EarningRule, ItemRule, RateRule
from regulars.core.sale import SaleLine
from regulars.core.why import Earned


class Purchase(msgspec.Struct, frozen=True, gc=False):
    """A sale, or what is left of it. Only what was paid with money and kept earns: `money_minor` of the lines'
    `total_minor`.

    The rest (paid with points, or given back as an amount) is spread over the lines in proportion.
    `lines` may be empty: then the total counts as one line without SKU, category or brand.
    """

    occurred_at: datetime
    store: str
    store_tags: frozenset[str]
    lines: Sequence[SaleLine]
    total_minor: int
    money_minor: int


class Published(msgspec.Struct, frozen=True):
    """A rule as it was published; `sentence` is how people read it."""

    version_id: int
    rule_id: int
    name: str
    terms: EarningRule
    sentence: str = ""


def applies(rule: EarningRule, purchase: Purchase) -> bool:
    """A rule counts in its time, half-open, and in its stores: by code or by one of its tags; everywhere if it
    names none.
    """
    if not within(purchase.occurred_at, start=rule.starts_at, end=rule.ends_at):
        return False
    if not rule.stores and not rule.store_tags:
        return True
    return purchase.store in rule.stores or not purchase.store_tags.isdisjoint(rule.store_tags)


def award(rule: Published, purchase: Purchase) -> Earned:
    """Return what one rule gives for a purchase, with its why; nothing where the purchase stays below the minimum."""
    terms = rule.terms
    match terms:
        case RateRule():
            counted, goods = _counted_by_rate(terms, purchase), False
        case ItemRule():
            counted, goods = _counted_by_item(terms, purchase), terms.per == "unit"
    per = 1000 if goods else terms.per_minor
    money, total = purchase.money_minor, purchase.total_minor
    if money == total:
        steps = count_steps(counted, per=per, rounding=terms.rounding)
    else:
        # counted * money / total is a fraction: rounding it before the steps would round twice.
        steps = count_steps(counted * money, per=per * total, rounding=terms.rounding)
    minimum = terms.min_spend_minor if isinstance(terms, RateRule) else 0
    if money < minimum:
        steps = 0
    points = steps * terms.points
    return Earned(
        version=rule.version_id,
        rule=rule.sentence or rule.name,
        counted=counted,
        per=per,
        points=terms.points,
        desired=points,
        awarded=points,
        rounding=terms.rounding,
        of_goods=goods,
        total_minor=total,
        money_minor=money,
        min_spend_minor=minimum,
    )


def _counted_by_rate(rule: RateRule, purchase: Purchase) -> int:
    if not rule.excluded_categories and not rule.excluded_skus:
        return purchase.total_minor
    excluded = sum(
        line.amount_minor
        for line in purchase.lines
        if line.category in rule.excluded_categories or line.sku in rule.excluded_skus
    )
    return purchase.total_minor - excluded


def _counted_by_item(rule: ItemRule, purchase: Purchase) -> int:
    """Return thousandths of units, or minor units, of the lines that match."""
    matching = [line for line in purchase.lines if matches(rule, line)]
    if rule.per == "unit":
        return sum(line.quantity_milli for line in matching)
    return sum(line.amount_minor for line in matching)


def matches(rule: ItemRule, line: SaleLine) -> bool:
    return line.sku in rule.skus or line.category in rule.categories or line.brand in rule.brands


def line_weights(rule: EarningRule, lines: Sequence[SaleLine]) -> list[int]:
    """Return how much of a rule's award each line made, as weights for `amounts.share`."""
    match rule:
        case RateRule():
            return [
                0 if line.category in rule.excluded_categories or line.sku in rule.excluded_skus else line.amount_minor
                for line in lines
            ]
        case ItemRule(per="unit"):
            return [line.quantity_milli if matches(rule, line) else 0 for line in lines]
        case ItemRule():
            return [line.amount_minor if matches(rule, line) else 0 for line in lines]
