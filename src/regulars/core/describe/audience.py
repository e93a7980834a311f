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
from regulars.core.phrases import count, days, either, write_day, write_tags
from regulars.core.program.conditions import Tags
from regulars.core.program.units import Unit
from regulars.core.tongue import mark, say, say_as, say_many

MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)
WHO = {"member": mark("members"), "guest": mark("guests"), "left": mark("people who left the program")}
STATUSES = {
    "active": mark("active"),
    "locked": mark("locked"),
    "blocked": mark("blocked"),
}
ADDRESSES = {
    "phone": mark("a phone"),
    "email": mark("an e-mail"),
    "card": mark("a card"),
    "external_id": mark("an external id"),
}
CHANNELS = {
    "email": mark("e-mail"),
    "sms": mark("SMS"),
    "whatsapp": mark("WhatsApp"),
    "push": mark("push"),
    "post": mark("post"),
    "phone": mark("phone"),
}
LIFETIME = {
    "earned": mark("ever earned %(amount)s"),
    "spent": mark("ever spent %(amount)s"),
    "expired": mark("ever let %(amount)s expire"),
}


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
            return say("everybody")
        case AllOf(of=parts):
            return say_as("between statements", "; and ").join(_within(part, words) for part in parts)
        case AnyOf(of=parts):
            return say_as("between phrases", ", or ").join(_within(part, words) for part in parts)
        case Not(of=part):
            return say("not: %(condition)s", condition=_within(part, words))
        case _:
            return _leaf(condition, words)


def _within(part: Condition, words: Lexicon) -> str:
    said = describe_audience(part, words)
    return f"({said})" if isinstance(part, AllOf) and len(part.of) > 1 else said


def _leaf(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case Standing(any=kinds):
            return either([say(WHO[kind]) for kind in kinds])
        case InStatus(any=statuses):
            return either([say(STATUSES.get(status, status)) for status in statuses])
        case Speaks(any=languages):
            return say("speaks %(languages)s", languages=either(languages))
        case HomeStore(any=stores):
            return say("home store %(stores)s", stores=either(stores))
        case Reachable(by=by, verified=verified):
            addresses = either([say(ADDRESSES[each]) for each in by])
            if verified:
                return say("has %(addresses)s, verified", addresses=addresses)
            return say("has %(addresses)s", addresses=addresses)
        case Tagged(any=any_, all=all_, none=none):
            return write_tags(Tags(any=any_, all=all_, none=none))
        case InSegment(any=names):
            return say("in the segment %(names)s", names=either(names))
        case MayContact(purpose=purpose, channel=channel):
            return say(
                "may be written to about %(purpose)s by %(channel)s",
                purpose=words.purpose(purpose),
                channel=say(CHANNELS.get(channel, channel)),
            )
        case HasCard(types=types):
            return say("has a card of the type %(types)s", types=either(types)) if types else say("has a card")
        case _:
            return _measured(leaf, words)


def _measured(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case Age(at_least=low, at_most=high):
            said = _between(low, high, lambda years: say_many("%(n)s year", "%(n)s years", n=years))
            return say("%(years)s old", years=said)
        case Birthday(months=months, within_days=within):
            when = [say("in %(months)s", months=either([say(MONTHS[month - 1]) for month in months]))] if months else []
            if within is not None:
                when.append(say("today") if within == 0 else say("in the next %(days)s", days=days(within)))
            return say("birthday %(when)s", when=either(when))
        case Joined(since=None, until=None, at_least_days=low, at_most_days=high):
            return say("joined %(when)s", when=_ago(low, high))
        case Joined(since=since, until=until):
            if since and until:
                return say("joined from %(since)s to %(until)s", since=write_day(since), until=write_day(until))
            if since:
                return say("joined from %(since)s", since=write_day(since))
            return say("joined to %(until)s", until=write_day(until)) if until else say("joined")
        case LastBought(at_least_days=low, at_most_days=high):
            return say("last bought %(when)s", when=_ago(low, high))
        case Attribute(code=code, any=values, at_least=low_text, at_most=high_text):
            return _attribute(code, values, low_text, high_text, words)
        case _:
            return _of_the_program(leaf, words)


def _of_the_program(leaf: Condition, words: Lexicon) -> str:
    match leaf:
        case OnLevel(tier_set=code, any=()):
            return say("without a level of %(tiers)s", tiers=words.tier_set(code))
        case OnLevel(tier_set=code, any=levels):
            names = either([words.level(code, level) for level in levels])
            return say("%(levels)s of %(tiers)s", levels=names, tiers=words.tier_set(code))
        case Balance(unit=code, of=of, at_least=low, at_most=high):
            said = _between(low, high, lambda amount: count(amount, words.unit(code)))
            return say("has %(amount)s", amount=said) if of == "balance" else say(LIFETIME[of], amount=said)
        case Expiring(unit=code, within_days=within, at_least=low):
            amount = count(low, words.unit(code))
            return say("at least %(amount)s expire within %(days)s", amount=amount, days=days(within))
        case HasReward(any=codes):
            if not codes:
                return say("has a reward to use")
            return say("has %(rewards)s to use", rewards=either([words.reward(code) for code in codes]))
        case Bought():
            return _bought(leaf, words)
        case _:
            raise AssertionError(f"nobody says {leaf}")


def _bought(leaf: Bought, words: Lexicon) -> str:
    if leaf.count == "sales":
        times = _between(leaf.at_least, leaf.at_most, lambda number: say_many("%(n)s time", "%(n)s times", n=number))
        said = say("bought %(times)s", times=times)
    else:
        amount = _between(leaf.at_least, leaf.at_most, lambda minor: write_money(minor, words.currency))
        said = say("spent %(amount)s", amount=amount)
    items = [say("category %(name)s", name=each) for each in leaf.categories]
    items += [say("brand %(name)s", name=each) for each in leaf.brands]
    items += [say("SKU %(name)s", name=each) for each in leaf.skus]
    if items:
        said = say("%(bought)s on %(items)s", bought=said, items=either(items))
    if leaf.stores:
        stores = either([say("store %(code)s", code=code) for code in leaf.stores])
        said = say("%(bought)s in %(stores)s", bought=said, stores=stores)
    if leaf.within_days is None:
        return said
    return say("%(bought)s in the last %(days)s", bought=said, days=days(leaf.within_days))


def _attribute(code: str, values: tuple[str, ...], low: str | None, high: str | None, words: Lexicon) -> str:
    name = words.attribute(code)
    if values:
        return say("%(field)s is %(values)s", field=name, values=either([words.value(code, value) for value in values]))
    if low is None and high is None:
        return say("%(field)s is known", field=name)
    if low and high:
        return say("%(field)s from %(low)s and to %(high)s", field=name, low=low, high=high)
    if low:
        return say("%(field)s from %(low)s", field=name, low=low)
    return say("%(field)s to %(high)s", field=name, high=high)


def _ago(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return say("%(low)s to %(days)s ago", low=low, days=days(high))
    if low is not None:
        return say("at least %(days)s ago", days=days(low))
    return say("at most %(days)s ago", days=days(high or 0))


def _between(low: int | None, high: int | None, write: Callable[[int], str]) -> str:
    if low is not None and low == high:
        return say("exactly %(amount)s", amount=write(low))
    if low is not None and high is not None:
        return say("at least %(low)s and at most %(high)s", low=write(low), high=write(high))
    if low is not None:
        return say("at least %(amount)s", amount=write(low))
    return say("at most %(amount)s", amount=write(high)) if high is not None else ""
