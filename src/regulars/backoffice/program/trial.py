"""What a sale would bring, told with the words of the document that decides it."""

from typing import Any

from regulars.backoffice.amounts import say_amount
from regulars.backoffice.awards import say_bite
from regulars.backoffice.office import Office
from regulars.core.describe.rules import find_unit
from regulars.core.program.document import ProgramDocument
from regulars.sales.answers import Earned, Recorded


def show_outcome(outcome: Recorded, document: ProgramDocument, office: Office) -> dict[str, Any]:
    """Each unit with the part of each rule and every cap that cut it; cards, levels and rewards that come with it."""
    rewards = {reward.code: reward.name for reward in document.rewards}
    levels = {level.code: level.name for each in document.tier_sets for level in each.levels}
    cards = {card.code: card.name for card in document.stamp_cards}
    brought = outcome.brought
    return {
        "units": [_show_unit(earned, document, office) for earned in outcome.earned],
        "spent": [say_amount(spent.amount, find_unit(document, spent.unit)) for spent in outcome.spent],
        "cards": [{"name": cards.get(card.card, card.card), "now": card} for card in brought.cards],
        "levels": [levels.get(reached.after or "", "") for reached in brought.levels if reached.after],
        "rewards": [rewards.get(code, code) for code in brought.rewards],
    }


def _show_unit(earned: Earned, document: ProgramDocument, office: Office) -> dict[str, Any]:
    unit = find_unit(document, earned.unit)
    names = {rule.code: rule.name for rule in document.rules} | {card.code: card.name for card in document.stamp_cards}
    parts = [
        {
            "rule": names.get(part.rule, part.rule),
            "desired": say_amount(part.desired, unit),
            "awarded": say_amount(part.awarded, unit),
            "is_cut": part.desired != part.awarded,
            "caps": [say_bite(bite, unit, office) for bite in part.bites],
        }
        for part in earned.why.parts
    ]
    return {"unit": unit, "awarded": say_amount(earned.awarded, unit), "parts": parts}
