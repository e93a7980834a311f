"""Can one sale meet two conditions? Only what is certain to exclude each other does not."""

from functools import lru_cache

from regulars.core.program.conditions import WEEKDAYS, Conditions, Hours, Nth, Tags
from regulars.core.program.document import ProgramDocument

DAY = 24 * 60
WEEK = 7 * DAY


def may_meet(one: Conditions, other: Conditions, document: ProgramDocument) -> bool:
    """Tell whether a sale, and the member who buys, can satisfy both."""
    return not (
        _dates_apart(one, other)
        or _hours_apart(one, other)
        or _places_apart(one, other)
        or _apart(one.channels, other.channels)
        or _levels_apart(one.audience.tiers, other.audience.tiers, document)
        or _tags_apart(one.audience.tags, other.audience.tags)
        or _purchases_apart(one.purchase, other.purchase)
    )


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(one and other) and set(one).isdisjoint(other)


def _dates_apart(one: Conditions, other: Conditions) -> bool:
    return bool(
        (one.ends_at and other.starts_at and one.ends_at <= other.starts_at)
        or (other.ends_at and one.starts_at and other.ends_at <= one.starts_at)
    )


def _hours_apart(one: Conditions, other: Conditions) -> bool:
    return bool(one.hours and other.hours) and not _minutes(one.hours) & _minutes(other.hours)


@lru_cache(maxsize=1024)
def _minutes(hours: tuple[Hours, ...]) -> int:
    """The minutes of the week as bits; what runs past midnight belongs to the day it begins on."""
    minutes = 0
    for each in hours:
        since, until = _minute(each.since), _minute(each.until)
        length = (until - since) % DAY or DAY
        for day in each.days:
            minutes |= ((1 << length) - 1) << (WEEKDAYS.index(day) * DAY + since)
    return (minutes | minutes >> WEEK) & ((1 << WEEK) - 1)


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _places_apart(one: Conditions, other: Conditions) -> bool:
    if one.store_tags == other.store_tags == Tags():
        return _apart(one.stores, other.stores)
    # A store named in either may carry any tag, so only tags that exclude each other are certain.
    return not one.stores and not other.stores and _tags_apart(one.store_tags, other.store_tags)


def _tags_apart(one: Tags, other: Tags) -> bool:
    return _excludes(one, other) or _excludes(other, one)


def _excludes(one: Tags, other: Tags) -> bool:
    wanted = set(one.any)
    return not set(one.all).isdisjoint(other.none) or (bool(wanted) and wanted <= set(other.none))


def _levels_apart(one: tuple[str, ...], other: tuple[str, ...], document: ProgramDocument) -> bool:
    """A member has one level of a tier set; of several sets, one of each."""
    if not _apart(one, other):
        return False
    named = {*one, *other}
    return any(named <= {level.code for level in tier_set.levels} for tier_set in document.tier_sets)


def _purchases_apart(one: Nth | None, other: Nth | None) -> bool:
    if one is None or other is None or (one.every and other.every):
        return False
    if one.every or other.every:
        step, single = (one, other) if one.every else (other, one)
        return single.number % step.number != 0
    return one.number != other.number
