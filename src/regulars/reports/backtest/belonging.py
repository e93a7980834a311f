"""Which tags members wear and which segments they belong to now: nobody knows the past's, so a replay goes by these."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from regulars.audiences.compile import Asking, compile_condition
from regulars.core.audience import read_condition
from regulars.core.compiled import Compiled
from regulars.reports.backtest.order import Order, Part

TAGS = """
SELECT worn.member_id, array_agg(tag.name ORDER BY tag.name)
FROM audiences_worn AS worn JOIN audiences_tag AS tag ON tag.id = worn.tag_id
WHERE %(first)s::bigint IS NULL OR worn.member_id BETWEEN %(first)s AND %(last)s
GROUP BY worn.member_id
"""
CONDITIONS = "SELECT name, condition FROM audiences_segment"
MEMBERS = """
SELECT m.id FROM members_member AS m
WHERE (%(first)s::bigint IS NULL OR m.id BETWEEN %(first)s AND %(last)s) AND {condition}
"""


class Membership(msgspec.Struct, gc=False):
    """What rules ask of one member."""

    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


def read_belonging(
    connection: psycopg.Connection, order: Order, part: Part, programs: Iterable[Compiled], *, at: datetime
) -> Mapping[int, Membership]:
    """Read, for the members of a part, what these programs ask about tags and segments; nothing where they ask nothing.

    One statement for the tags, and one for each segment that is named.
    """
    needs = [program.needs for program in programs]
    found: dict[int, Membership] = {}
    bounds = {"first": part.first, "last": part.last}
    if any(need.tags for need in needs):
        for member, tags in connection.execute(TAGS, bounds):
            found.setdefault(member, Membership()).tags = tuple(tags)
    names = sorted(name for need in needs for name in need.segments)
    if names:
        segments = {name: read_condition(given) for name, given in connection.execute(CONDITIONS)}
        asking = Asking(at=at, zone=ZoneInfo(order.time_zone), segments=segments)
        for name in dict.fromkeys(names):
            if name in segments:
                question = compile_condition(segments[name], asking)
                rows = connection.execute(MEMBERS.format(condition=question.sql), {**bounds, **question.params})
                for (member,) in rows:
                    membership = found.setdefault(member, Membership())
                    membership.segments = (*membership.segments, name)
    return found
