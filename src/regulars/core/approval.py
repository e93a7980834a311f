"""Action, amount and role say what stands between asking and doing: nothing, a PIN, or a second person."""

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal

import msgspec

type Need = Literal["pin", "second"]

KEY_ROLE = "key"
"""What thresholds call a till or another system: a machine has no role of its own."""

STRICTNESS: tuple[Need, ...] = ("pin", "second")


class Action(StrEnum):
    """What may need leave. Its amount is counted in what `MEASURES` says."""

    ADJUST_POINTS = "adjust_points"
    ADJUST_STAMPS = "adjust_stamps"
    SPEND_POINTS = "spend_points"
    REMOVE_REWARD = "remove_reward"
    REFUND_SALE = "refund_sale"
    CHANGE_TIER = "change_tier"
    MERGE_MEMBERS = "merge_members"
    ERASE_MEMBER = "erase_member"
    MASS_ADJUST = "mass_adjust"
    SEND_MANY = "send_many"


MEASURES: dict[Action, Literal["points", "stamps", "money", "rows", "members", ""]] = {
    Action.ADJUST_POINTS: "points",
    Action.ADJUST_STAMPS: "stamps",
    Action.SPEND_POINTS: "points",
    Action.REMOVE_REWARD: "",
    Action.REFUND_SALE: "money",
    Action.CHANGE_TIER: "",
    Action.MERGE_MEMBERS: "",
    Action.ERASE_MEMBER: "",
    Action.MASS_ADJUST: "rows",
    Action.SEND_MANY: "members",
}
"""What an action's amount counts, always without its sign; nothing where an action has no amount."""

OF_UNITS = frozenset(action for action, measure in MEASURES.items() if measure in ("points", "stamps"))
"""Actions whose amount is an amount of a unit: their thresholds can be for one unit."""

OF_MACHINES = frozenset(Action) - {Action.SEND_MANY}
"""Actions that tills and other systems can do: many are written to by people."""


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """People of `role` need this for `action` from an amount on; an empty role is everybody.

    With a `unit` it is for amounts of that unit, counted in its smallest steps. Without one it is for every unit, each
    counted in whole ones: 500 are 500 points, 500 stars and 500.00 of a credit.
    """

    action: str
    need: Need
    role: str = ""
    from_amount: int = 0
    unit: str = ""


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """How much something is: `amount` in the measure of its action, without its sign; in smallest steps, of which
    `steps` make a whole one, where it is an amount of a `unit`. `store_id` is where it happens, if in a store.
    """

    amount: int | None = None
    unit: str = ""
    steps: int = 1
    store_id: int | None = None

    def reaches(self, threshold: Threshold) -> bool:
        """Tell whether this is as much as a threshold says, or more; without an amount it is none."""
        if threshold.unit not in ("", self.unit):
            return False
        return threshold.from_amount * (1 if threshold.unit else self.steps) <= (self.amount or 0)


SUGGESTED: tuple[Threshold, ...] = (
    Threshold(action=Action.ADJUST_POINTS, role="cashier", need="pin"),
    Threshold(action=Action.ADJUST_POINTS, from_amount=1_000, need="second"),
    Threshold(action=Action.MASS_ADJUST, need="second"),
    Threshold(action=Action.MERGE_MEMBERS, need="pin"),
    Threshold(action=Action.ERASE_MEMBER, need="second"),
)
"""What a shop begins with that has not thought about it: four eyes where a mistake is dear."""


def need_of(thresholds: Iterable[Threshold], *, action: str, role: str, weight: Weight) -> Need | None:
    """The strictest need of the thresholds that are reached. Without an amount only those from 0 on are."""
    reached = {
        each.need for each in thresholds if each.action == action and each.role in ("", role) and weight.reaches(each)
    }
    return next((need for need in reversed(STRICTNESS) if need in reached), None)


def hash_payload(action: str, payload: dict[str, Any]) -> bytes:
    """Stand for exactly this: another value, field or action gives another hash."""
    whole = json.dumps([action, payload], sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(whole.encode()).digest()
