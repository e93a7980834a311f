"""Where to begin looking for the members of a condition: the shortest list, newest first, that an index keeps."""

from collections.abc import Iterator

import msgspec

from regulars.core.audience import AllOf, AnyOf, Attribute, Condition, InStatus, OnLevel, Standing, Tagged
from regulars.platform.rows import LARGEST_ID, fetch

EVERYBODY = "SELECT id FROM members_member WHERE id < %(before)s"
OF_TAG = """
SELECT member_id AS id FROM audiences_worn
WHERE tag_id = (SELECT id FROM audiences_tag WHERE name = %(driver)s) AND member_id < %(before)s"""
OF_LEVEL = """
SELECT member_id AS id FROM tiers_standing
WHERE tier_set = %(driver)s AND level = %(level)s AND member_id < %(before)s"""
OF_VALUE = """
SELECT member_id AS id FROM members_attributevalue
WHERE attribute_id = (SELECT id FROM members_attribute WHERE code = %(driver)s) AND key = %(value)s
  AND member_id < %(before)s"""
# Said twice, so that the index of members who are not active is seen to fit.
OF_STATUS = """
SELECT id FROM members_member WHERE status = %(driver)s AND NOT status = 'active' AND id < %(before)s"""
# Guests, and those who joined, stand in two indexes each: with a card, and without.
OF_QUARTERS = """
SELECT id FROM (
    (SELECT id FROM members_member WHERE {joined} AND has_card AND id < %(before)s ORDER BY id DESC LIMIT %(chunk)s)
    UNION ALL
    (SELECT id FROM members_member WHERE {joined} AND NOT has_card AND id < %(before)s ORDER BY id DESC LIMIT %(chunk)s)
) AS quarter"""
GUESTS = OF_QUARTERS.format(joined="joined_at IS NULL")
JOINED = OF_QUARTERS.format(joined="joined_at IS NOT NULL")


class Driver(msgspec.Struct, frozen=True):
    """SQL of candidates' ids below %(before)s; they are taken in the order of `id` from the top. Everybody that the
    condition means is among them.
    """

    sql: str
    params: dict[str, str]
    rank: int
    """How short it is, as far as one can tell: the lowest is begun with."""


PROBED = 2_000
"""Two lists that are both longer than this are as good as each other."""

PROBE = "SELECT count(*) FROM ({driver} LIMIT %(chunk)s) AS candidate"


def find_driver(condition: Condition) -> Driver:
    """Return the best list to begin with: one of a condition that must hold, and of several the shortest."""
    drivers = sorted(_drivers(condition), key=lambda driver: driver.rank)
    if len(drivers) < 2:
        return next(iter(drivers), Driver(EVERYBODY, {}, 9))
    return min(drivers, key=_length)


def _length(driver: Driver) -> int:
    params = {**driver.params, "before": LARGEST_ID, "chunk": PROBED}
    [(length,)] = fetch(PROBE.format(driver=driver.sql), params)
    return int(length)


def _drivers(condition: Condition) -> Iterator[Driver]:
    match condition:
        case AllOf(of=parts):
            for part in parts:
                yield from _drivers(part)
        case AnyOf(of=(part,)):
            yield from _drivers(part)
        case Tagged(all=names) if names:
            for name in names:
                yield Driver(OF_TAG, {"driver": name}, 2)
        case Tagged(any=(name,)):
            yield Driver(OF_TAG, {"driver": name}, 2)
        case OnLevel(tier_set=tier_set, any=(level,)):
            yield Driver(OF_LEVEL, {"driver": tier_set, "level": level}, 4)
        case Attribute(code=code, any=(value,)):
            yield Driver(OF_VALUE, {"driver": code, "value": value}, 3)
        case InStatus(any=(status,)) if status != "active":
            yield Driver(OF_STATUS, {"driver": status}, 1)
        case Standing(any=("guest",)):
            yield Driver(GUESTS, {}, 5)
        case Standing(any=("member",)):
            yield Driver(JOINED, {}, 8)
        case _:
            return
