"""The whole program in one value: what is exported, checked, compared, scheduled, and then decides every sale."""

from typing import Literal

import msgspec

from regulars.core.program.caps import Budget
from regulars.core.program.items import Collection
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import EarningRule
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.tier_sets import TierSet
from regulars.core.program.units import POINTS, Unit
from regulars.core.program.words import Part


class ProgramDocument(Part, frozen=True, kw_only=True):
    """`format` is the version of this form. Codes are unique among their kind, and those of units and stamp cards
    among each other, since a card's stamps are a unit.
    """

    format: Literal[1] = 1
    units: tuple[Unit, ...] = (POINTS,)
    collections: tuple[Collection, ...] = ()
    budgets: tuple[Budget, ...] = ()
    rules: tuple[EarningRule, ...] = ()
    stamp_cards: tuple[StampCard, ...] = ()
    tier_sets: tuple[TierSet, ...] = ()
    rewards: tuple[Reward, ...] = ()
    policies: Policies = Policies()


def read_document(text: bytes | str) -> ProgramDocument:
    """Read a stored document (JSON)."""
    return msgspec.json.decode(text, type=ProgramDocument)
