"""What a back-test says: the numbers of its page, its file and its JSON. Amounts are whole units or minor units."""

from datetime import date
from typing import Literal

import msgspec


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One unit in one month ("2026-03"), or, with no month, in the whole period.

    `desired` before caps, `awarded` after, `held_back` the difference; `rewarded` were paid by rewards. `spent` is what
    recorded sales and full cards used, `expired` ended unused, `taken_back` went with refunds. `outstanding` is held at
    the end. `cost_minor` is what was given is worth, `liability_minor` what is outstanding is.
    """

    unit: str
    month: str
    sales: int
    desired: int
    awarded: int
    held_back: int
    rewarded: int
    taken_back: int
    spent: int
    short: int
    expired: int
    outstanding: int
    cost_minor: int
    liability_minor: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What ends after the period, by month, if nobody spends it; `month` "never" has no end."""

    unit: str
    month: str
    amount: int
    liability_minor: int


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule gave in the period, and what refunds took back of it; a card's stamps stand under the card's code."""

    rule: str
    name: str
    unit: str
    sales: int
    desired: int
    awarded: int
    held_back: int
    taken_back: int
    cost_minor: int


class CapRow(msgspec.Struct, frozen=True, kw_only=True):
    """A limit, what it belongs to (`owner` is the code of a rule, unit, card or budget), and what it held back."""

    of: Literal["rule", "unit", "budget", "balance", "card"]
    owner: str
    unit: str
    per: str
    period: str
    days: int
    limit: int
    sales: int
    held_back: int
    cost_minor: int


class ConditionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one condition alone keeps from its rule, before caps: the rule would give so much more without it."""

    rule: str
    condition: str
    sales: int
    held_back: int
    cost_minor: int


class CardRow(msgspec.Struct, frozen=True, kw_only=True):
    card: str
    name: str
    stamps: int
    full: int


class RewardRow(msgspec.Struct, frozen=True, kw_only=True):
    """Rewards that full cards and new levels gave."""

    reward: str
    name: str
    given: int
    cost_minor: int


class LevelRow(msgspec.Struct, frozen=True, kw_only=True):
    """`members` are those who bought in the period's sales and hold the level at its end; `level` "" is none."""

    tier_set: str
    level: str
    name: str
    members: int
    reached: int
    lost: int


class MoveRow(msgspec.Struct, frozen=True, kw_only=True):
    month: str
    tier_set: str
    before: str
    after: str
    cause: str
    members: int


class SideResult(msgspec.Struct, frozen=True, kw_only=True):
    """One program. `totals` by unit; `cost_minor` is what it gave, units and rewards; `months` oldest first."""

    label: str
    cost_minor: int
    units_minor: int
    rewards_minor: int
    liability_minor: int
    totals: tuple[Month, ...]
    months: tuple[Month, ...]
    due: tuple[Due, ...]
    rules: tuple[RuleRow, ...]
    caps: tuple[CapRow, ...]
    conditions: tuple[ConditionRow, ...]
    cards: tuple[CardRow, ...]
    rewards: tuple[RewardRow, ...]
    levels: tuple[LevelRow, ...]
    moves: tuple[MoveRow, ...]


class MemberChange(msgspec.Struct, frozen=True, kw_only=True):
    """What the period brings a member by what is live (or the other file), and by the draft: worth, and all units."""

    member_id: int
    against_minor: int
    draft_minor: int
    against_units: int
    draft_units: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How many members the draft gives more, less and the same; who gains and loses most, at most a hundred each."""

    up: int
    down: int
    same: int
    winners: tuple[MemberChange, ...]
    losers: tuple[MemberChange, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A whole back-test; `last` is the last day of the period. `against` and `comparison` are missing for one alone."""

    since: date
    last: date
    currency: str
    sales: int
    members: int
    total_minor: int
    seconds: float
    draft: SideResult
    against: SideResult | None
    comparison: Comparison | None
