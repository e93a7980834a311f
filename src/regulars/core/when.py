"""A rule's conditions as questions to a sale and its facts: only those that a rule names are asked."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from regulars.core.facts import Facts
from regulars.core.periods import within
from regulars.core.program.conditions import WEEKDAYS, Conditions, Hours, Nth, Tags
from regulars.core.sale import SaleLine

DAY = 24 * 60
WEEK = 7 * DAY


class Purchase(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sale, or what is left of it. Only what was paid with money and kept earns: `money_minor` of `total_minor`.

    The rest (paid with units, or given back as an amount) is spread over the lines in proportion.
    `lines` may be empty: then the total counts as one line without SKU, category or brand.
    `tenders` are the kinds of payment; `card`, `cashier` and `store` are whose caps may count.
    """

    occurred_at: datetime
    store: str
    lines: tuple[SaleLine, ...] | list[SaleLine]
    total_minor: int
    money_minor: int
    channel: str = ""
    tenders: tuple[str, ...] = ()
    card: str = ""
    cashier: str = ""


Question = Callable[[Purchase, Facts], bool]


def questions_of(when: Conditions) -> tuple[Question, ...]:
    """Return what must be asked, cheapest first; all answers must be yes."""
    return tuple(_questions(when))


def minute_of_week(local: datetime) -> int:
    """Return how many minutes after Monday 00:00 a local time is."""
    return local.weekday() * DAY + local.hour * 60 + local.minute


def _questions(when: Conditions) -> Iterator[Question]:
    if when.starts_at is not None or when.ends_at is not None:
        start, end = when.starts_at, when.ends_at
        yield lambda sale, facts: within(sale.occurred_at, start=start, end=end)
    if when.min_spend_minor:
        minimum = when.min_spend_minor
        yield lambda sale, facts: sale.money_minor >= minimum
    if when.stores:
        stores = frozenset(when.stores)
        if when.store_tags.any or when.store_tags.all or when.store_tags.none:
            tagged = _tags(when.store_tags)
            yield lambda sale, facts: sale.store in stores or tagged(facts.store_tags)
        else:
            yield lambda sale, facts: sale.store in stores
    elif when.store_tags != Tags():
        by_tag = _tags(when.store_tags)
        yield lambda sale, facts: by_tag(facts.store_tags)
    if when.channels:
        channels = frozenset(when.channels)
        yield lambda sale, facts: sale.channel in channels
    if when.tenders:
        tenders = frozenset(when.tenders)
        yield lambda sale, facts: not tenders.isdisjoint(sale.tenders)
    if when.hours:
        spans = tuple(span for hours in when.hours for span in _spans(hours))
        yield lambda sale, facts: any(start <= facts.minute < end for start, end in spans)
    if when.purchase is not None:
        yield _nth(when.purchase)
    yield from _audience(when)


def _audience(when: Conditions) -> Iterator[Question]:
    who = when.audience
    if who.tiers:
        tiers = frozenset(who.tiers)
        yield lambda sale, facts: not tiers.isdisjoint(facts.tiers)
    if who.tags != Tags():
        tagged = _tags(who.tags)
        yield lambda sale, facts: tagged(facts.tags)
    if who.segments:
        segments = frozenset(who.segments)
        yield lambda sale, facts: not segments.isdisjoint(facts.segments)


def _tags(tags: Tags) -> Callable[[tuple[str, ...]], bool]:
    some, every, none = frozenset(tags.any), frozenset(tags.all), frozenset(tags.none)

    def match(held: tuple[str, ...]) -> bool:
        return (not some or not some.isdisjoint(held)) and every.issubset(held) and none.isdisjoint(held)

    return match


def _nth(purchase: Nth) -> Question:
    number = purchase.number
    if purchase.every:
        return lambda sale, facts: facts.visit > 0 and facts.visit % number == 0
    return lambda sale, facts: facts.visit == number


def _spans(hours: Hours) -> Iterator[tuple[int, int]]:
    """Yield the half-open minutes of the week; what runs past Sunday's end begins the week again."""
    since, until = _minutes(hours.since), _minutes(hours.until)
    length = (until - since) % DAY or DAY
    for day in hours.days:
        start = WEEKDAYS.index(day) * DAY + since
        yield start, min(start + length, WEEK)
        if start + length > WEEK:
            yield 0, start + length - WEEK


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
