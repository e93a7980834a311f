"""How many members a change of the program touches. What they hold already stays as it was promised."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from regulars.core.difference import Change
from regulars.core.phrases import count
from regulars.core.program.conditions import Conditions, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import EventRule
from regulars.core.tongue import mark, say, say_many
from regulars.platform.rows import fetch
from regulars.programs.book import load_book

LATELY = timedelta(days=365)

BUYERS = """
SELECT count(DISTINCT sale.member_id)
FROM sales_sale AS sale JOIN stores_store AS store ON store.id = sale.store_id
WHERE sale.member_id IS NOT NULL AND sale.occurred_at >= %(since)s AND sale.occurred_at <= %(at)s
  AND (%(stores)s::text[] IS NULL OR store.code = ANY(%(stores)s::text[]))
"""

MEMBERS = "SELECT count(*) FROM members_member WHERE status = 'active'"

HOLDERS = """
SELECT count(*) FROM ledger_account AS account JOIN ledger_unit AS unit ON unit.id = account.unit_id
WHERE account.side = 'member' AND unit.code = %(unit)s AND account.balance >= %(least)s
"""

STANDING = """
SELECT count(*) FROM tiers_standing
WHERE tier_set = %(tier_set)s AND (level IS NOT NULL OR override_level IS NOT NULL)
"""

OUTSTANDING = """
SELECT count(DISTINCT member_id) FROM rewards_issuedreward
WHERE reward = %(reward)s AND status = 'outstanding' AND (usable_until IS NULL OR usable_until > %(at)s)
"""


class Touched(msgspec.Struct, frozen=True):
    """How many members, and in which way."""

    members: int
    words: str


def count_touched(change: Change, before: ProgramDocument, after: ProgramDocument, *, at: datetime) -> Touched:
    """Count the members that a change touches: who bought lately where a rule counts, holds what is changed, stands on
    the ladder, or can pay the price.
    """
    parts = [part for part in (_find(before, change), _find(after, change)) if part is not None]
    match change.section:
        case "units":
            return _holders(change.code, mark("%(members)s who hold some, and keep it as it was given"))
        case "stamp_cards":
            if change.kind == "added":
                return _buyers([part.when for part in parts], at=at)
            if change.kind == "removed":
                return _holders(change.code, mark("%(members)s who have stamps, to which nothing is added any more"))
            return _holders(change.code, mark("%(members)s who have stamps, and fill the card they began as it was"))
        case "tier_sets":
            if change.kind == "added":
                return _buyers([], at=at)
            members = _one(STANDING, tier_set=change.code)
            said = (
                mark("%(members)s on the ladder, whose level counts no more")
                if change.kind == "removed"
                else mark("%(members)s on the ladder, and kept on their level until it is judged")
            )
            return Touched(members, say(said, members=_members(members)))
        case "rewards":
            return _claimants(change, parts, at=at)
        case "rules" if parts and all(isinstance(part, EventRule) for part in parts):
            members = _one(MEMBERS)
            return Touched(members, say("%(members)s enrolled", members=_members(members)))
        case _:
            return _buyers([part.when for part in parts if hasattr(part, "when")], at=at)


def _find(document: ProgramDocument, change: Change) -> Any:
    if change.section == "policies" or not change.code:
        return None
    return next((part for part in getattr(document, change.section) if part.code == change.code), None)


def _buyers(whens: list[Conditions], *, at: datetime) -> Touched:
    """Who bought lately, in the stores that all the conditions name if they do; what else they ask is not looked at."""
    stores = None
    if whens and all(when.stores and when.store_tags == Tags() for when in whens):
        stores = sorted({store for when in whens for store in when.stores})
    members = _one(BUYERS, since=at - LATELY, at=at, stores=stores)
    who, days = _members(members), LATELY.days
    if stores:
        said = say("%(members)s who bought in these stores in the last %(days)s days", members=who, days=days)
    else:
        said = say("%(members)s who bought in the last %(days)s days", members=who, days=days)
    return Touched(members, said)


def _holders(unit: str, what: str) -> Touched:
    members = _one(HOLDERS, unit=unit, least=1)
    return Touched(members, say(what, members=_members(members)))


def _claimants(change: Change, parts: list[Reward], *, at: datetime) -> Touched:
    holding = _one(OUTSTANDING, reward=change.code, at=at)
    words = say("%(members)s who have one, and may use it as it was given", members=_members(holding))
    price = parts[-1].price
    if change.kind == "removed" or price is None:
        return Touched(holding, words)
    able = _one(HOLDERS, unit=price.unit, least=price.amount)
    unit = load_book().unit(price.unit)
    said = say(
        "%(members)s with %(amount)s or more; %(others)s",
        members=_members(able),
        amount=count(price.amount, unit),
        others=words,
    )
    return Touched(able + holding, said)


def _one(sql: str, **params: Any) -> int:
    [[found]] = fetch(sql, params)
    return int(found)


def _members(number: int) -> str:
    return say_many("%(n)s member", "%(n)s members", n=number)
