"""A piece as it is read back: one sentence for the team, and what members and tills see of it."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from regulars.backoffice.office import Office
from regulars.backoffice.wording import money
from regulars.core.checkout import worth_minor
from regulars.core.describe.catalogue import describe_reward, describe_stamp_card
from regulars.core.describe.rules import describe_rule, find_unit
from regulars.core.describe.tiers import describe_tier_set, tell_level
from regulars.core.describe.units import describe_unit, tell_budget, tell_collection
from regulars.core.phrases import count, sentence
from regulars.core.program.caps import Budget
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import EventRule, MultiplierRule
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.tier_sets import TierSet
from regulars.core.program.units import Unit

type Preview = dict[str, Any]


def preview_of(piece: Any, document: ProgramDocument, office: Office) -> Preview:
    """Return the piece's sentence as `said`, and what its kind shows besides."""
    tellers: dict[type, Callable[[Any, ProgramDocument, Office], Preview]] = {
        StampCard: _card,
        TierSet: _tiers,
        Reward: _reward,
        Unit: _unit,
        Budget: _budget,
        Collection: _collection,
    }
    shown = tellers.get(type(piece), _rule)(piece, document, office)
    return shown | {"said": sentence(shown["said"]), "piece": piece}


def _rule(rule: Any, document: ProgramDocument, office: Office) -> Preview:
    said = describe_rule(rule, document=document, currency=office.currency, zone=office.zone)
    if isinstance(rule, MultiplierRule):
        gives = f"\N{MULTIPLICATION SIGN}{rule.percent / 100:g}"
    else:
        gives = f"+{count(rule.points, find_unit(document, rule.unit))}"
    return {"said": said, "gives": gives, "is_event": isinstance(rule, EventRule)}


def _card(card: StampCard, document: ProgramDocument, office: Office) -> Preview:
    names = {reward.code: reward.name for reward in document.rewards}
    marks = {**card.interim, card.size: card.final}
    places = [
        {"number": place, "reward": names.get(marks[place], marks[place]) if place in marks else ""}
        for place in range(1, card.size + 1)
    ]
    said = describe_stamp_card(card, document=document, currency=office.currency, zone=office.zone)
    width = "many" if card.size > 20 else "six" if card.size % 6 == 0 else ""
    return {"said": said, "places": places, "width": width, "final": names.get(card.final, card.final)}


def _tiers(tier_set: TierSet, document: ProgramDocument, office: Office) -> Preview:
    names = {reward.code: reward.name for reward in document.rewards}
    levels = [
        {
            "level": level,
            "told": tell_level(level, tier_set, document, office.currency),
            "rewards": [names.get(code, code) for code in level.rewards],
        }
        for level in tier_set.levels
    ]
    return {"said": describe_tier_set(tier_set, document=document, currency=office.currency), "levels": levels}


def _reward(reward: Reward, document: ProgramDocument, office: Office) -> Preview:
    said = describe_reward(reward, document=document, currency=office.currency, zone=office.zone)
    prices = []
    if reward.price:
        unit = find_unit(document, reward.price.unit)
        prices.append((_("everybody"), count(reward.price.amount, unit)))
        names = {level.code: level.name for each in document.tier_sets for level in each.levels}
        prices += [
            (names.get(code, code), count(amount, unit) if amount else _("free"))
            for code, amount in reward.price.by_tier.items()
        ]
    return {"said": said, "prices": prices}


def _unit(unit: Unit, document: ProgramDocument, office: Office) -> Preview:
    one = 10**unit.decimals
    many = 1240 * one + (one // 2 if unit.decimals else 0)
    examples = [count(one, unit), count(many, unit)]
    worth = money(worth_minor(many, unit), office.currency) if unit.pays else ""
    return {"said": describe_unit(unit, currency=office.currency), "examples": examples, "worth": worth}


def _budget(budget: Budget, document: ProgramDocument, office: Office) -> Preview:
    told = tell_budget(budget, document, office.currency)
    users = [rule.name for rule in document.rules if rule.budget == budget.code]
    return {"said": told["limits"], "users": users}


def _collection(collection: Collection, document: ProgramDocument, office: Office) -> Preview:
    users = [
        rule.name
        for rule in document.rules
        for items in (getattr(rule, "items", None), getattr(rule, "except_items", None))
        if items and collection.code in items.collections
    ]
    return {"said": tell_collection(collection)["holds"], "users": list(dict.fromkeys(users))}
