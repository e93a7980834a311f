"""Who is meant by a condition, in words: "joined less than 30 days ago, and tagged vip"."""

from collections.abc import Callable
from typing import Protocol

from regulars.core.audience import (
    Age,
    AllOf,
    AnyOf,
    Attribute,
    Balance,
    Birthday,
    Bought,
    Condition,
    Expiring,
    HasCard,
    HasReward,
    HomeStore,
    InSegment,
    InStatus,
    Joined,
    LastBought,
    MayContact,
    Not,
    OnLevel,
    Reachable,
    Speaks,
    Standing,
    Tagged,
)
from regulars.core.money import write_money
from regulars.core.phrases import count, either, every, some, write_day, write_tags
from regulars.core.program.conditions import Tags
from regulars.core.program.units import Unit

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WHO = {"member": "members", "guest": "guests", "left": "people who left the program"}
ADDRESSES = {"phone": "a phone", "email": "an e-mail", "card": "a card", "external_id": "an external id"}
LIFETIME = {"earned": "earned", "spent": "spent", "expired": "let expire"}


class Lexicon(Protocol):
    """What the shop calls its things."""

    currency: str

    def unit(self, code: str) -> Unit: ...
    def level(self, tier_set: str, code: str) -> str: ...
    def tier_set(self, code: str) -> str: ...
    def reward(self, code: str) -> str: ...
    def purpose(self, code: str) -> str: ...
    def attribute(self, code: str) -> str: ...
    def value(self, attribute: str, value: str) -> str: ...


def describe_audience(condition: Condition, words: Lexicon) -> str:
    """Return one sentence for a condition, without a full stop."""
    match condition:
        case AllOf(of=()):
            return "everybody"
        case AllOf(of=parts):
            return "; and ".join(_within(part, words) for part in parts)
        case AnyOf(of=parts):
            return ", or ".join(_within(part, words) for part in parts)
        case Not(of=part):
            return f"not: {_within(part, words)}"
        case _:
            return _leaf(condition, words)


def _within(part: Condition, words: Lexicon) -> str:
    said = describe_audience(part, words)
    return f"({said})" if isinstance(part, AllOf) and len(part.of) > 1 else said


def _leaf(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case Standing(any=kinds):
            return either([WHO[kind] for kind in kinds])
        case InStatus(any=statuses):
            return f"{either(statuses)}"
        case Speaks(any=languages):
            return f"speaks {either(languages)}"
        case HomeStore(any=stores):
            return f"home store {either(stores)}"
        case Reachable(by=by, verified=verified):
            return f"has {either([ADDRESSES[each] for each in by])}{', verified' if verified else ''}"
        case Tagged(any=any_, all=all_, none=none):
            return write_tags(Tags(any=any_, all=all_, none=none))
        case InSegment(any=names):
            return f"in the segment {either(names)}"
        case MayContact(purpose=purpose, channel=channel):
            return f"may be written to about {words.purpose(purpose)} by {channel}"
        case HasCard(types=types):
            return f"has a card of the type {either(types)}" if types else "has a card"
        case _:
            return _measured(leaf, words)


def _measured(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case Age(at_least=low, at_most=high):
            return f"{_between(low, high, lambda years: some(years, 'year'))} old"
        case Birthday(months=months, within_days=days):
            when = [f"in {either([MONTHS[month - 1] for month in months])}"] if months else []
            when += ["today" if days == 0 else f"in the next {some(days, 'day')}"] if days is not None else []
            return f"birthday {' or '.join(when)}"
        case Joined(since=None, until=None, at_least_days=low, at_most_days=high):
            return f"joined {_ago(low, high)}"
        case Joined(since=since, until=until):
            dated = [f"from {write_day(since)}"] if since else []
            dated += [f"to {write_day(until)}"] if until else []
            return f"joined {' '.join(dated)}"
        case LastBought(at_least_days=low, at_most_days=high):
            return f"last bought {_ago(low, high)}"
        case Attribute(code=code, any=values, at_least=low_text, at_most=high_text):
            return _attribute(code, values, low_text, high_text, words)
        case _:
            return _of_the_program(leaf, words)


def _of_the_program(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case OnLevel(tier_set=code, any=()):
            return f"without a level of {words.tier_set(code)}"
        case OnLevel(tier_set=code, any=levels):
            return f"{either([words.level(code, level) for level in levels])} of {words.tier_set(code)}"
        case Balance(unit=code, of=of, at_least=low, at_most=high):
            said = _between(low, high, lambda amount: count(amount, words.unit(code)))
            return f"has {said}" if of == "balance" else f"ever {LIFETIME[of]} {said}"
        case Expiring(unit=code, within_days=days, at_least=low):
            return f"at least {count(low, words.unit(code))} expire within {some(days, 'day')}"
        case HasReward(any=codes):
            return f"has {either([words.reward(code) for code in codes])} to use" if codes else "has a reward to use"
        case Bought():
            return _bought(leaf, words)
        case _:
            raise AssertionError(f"nobody says {leaf}")


def _bought(leaf: Bought, words: Lexicon) -> str:
    if leaf.count == "sales":
        said = f"bought {_between(leaf.at_least, leaf.at_most, lambda number: some(number, 'time'))}"
    else:
        said = f"spent {_between(leaf.at_least, leaf.at_most, lambda minor: write_money(minor, words.currency))}"
    items = [*[f"category {each}" for each in leaf.categories], *[f"brand {each}" for each in leaf.brands]]
    items += [f"SKU {each}" for each in leaf.skus]
    if items:
        said += f" on {either(items)}"
    if leaf.stores:
        said += f" in {either([f'store {code}' for code in leaf.stores])}"
    return said if leaf.within_days is None else f"{said} in the last {some(leaf.within_days, 'day')}"


def _attribute(code: str, values: tuple[str, ...], low: str | None, high: str | None, words: Lexicon) -> str:
    name = words.attribute(code)
    if values:
        return f"{name} is {either([words.value(code, value) for value in values])}"
    if low is None and high is None:
        return f"{name} is known"
    return f"{name} {every([*([f'from {low}'] if low else []), *([f'to {high}'] if high else [])])}"


def _ago(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"{low:,} to {some(high, 'day')} ago"
    return f"at least {some(low, 'day')} ago" if low is not None else f"at most {some(high or 0, 'day')} ago"


def _between(low: int | None, high: int | None, say: Callable[[int], str]) -> str:
    if low is not None and low == high:
        return f"exactly {say(low)}"
    parts = [
        *([f"at least {say(low)}"] if low is not None else []),
        *([f"at most {say(high)}"] if high is not None else []),
    ]
    return " and ".join(parts)
