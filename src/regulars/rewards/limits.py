"""How often a reward was claimed: by one member, and by everybody. What was taken back or removed does not count."""

from collections.abc import Callable, Collection
from datetime import datetime

import msgspec

from regulars.platform.rows import Asked, encode_rows

# Whoever claims one of a limited number waits here for the one before: counted under the lock, the last is one.
MAKE = """
INSERT INTO rewards_stock (reward)
SELECT reward FROM unnest(%(rewards)s::text[]) AS reward ORDER BY reward COLLATE "C"
ON CONFLICT DO NOTHING
"""

LOCK = """
SELECT reward FROM rewards_stock WHERE reward = ANY(%(rewards)s::text[]) ORDER BY reward COLLATE "C" FOR UPDATE
"""

TAKEN = """
SELECT issued.reward, count(*)
FROM rewards_issuedreward AS issued
WHERE issued.reward = ANY(%(rewards)s::text[]) AND issued.cause = 'claim' AND issued.status IN ('outstanding', 'used')
GROUP BY issued.reward
"""

HAD = """
SELECT wanted.member_id, wanted.reward, (
    SELECT count(*) FROM rewards_issuedreward AS issued
    WHERE issued.reward = wanted.reward AND issued.member_id = wanted.member_id AND issued.cause = 'claim'
      AND issued.status IN ('outstanding', 'used') AND (wanted.since IS NULL OR issued.issued_at > wanted.since))
FROM json_to_recordset(%(wanted)s::json) AS wanted(member_id bigint, reward text, since timestamptz)
"""


class Wanted(msgspec.Struct, frozen=True):
    """How often has this member claimed this reward since then, or ever?"""

    member_id: int
    reward: str
    since: datetime | None


def ask_taken(rewards: Collection[str], *, lock: bool) -> Callable[[], dict[str, int]]:
    """Ask inside a `together` block how many of these limited rewards are claimed; nought is left out.

    With `lock`, nobody else claims one of them until the transaction ends. Members' accounts are locked before.
    """
    if not rewards:
        return dict
    params = {"rewards": sorted(rewards)}
    if lock:
        Asked(MAKE, params)
        Asked(LOCK, params)
    asked = Asked(TAKEN, params)
    return lambda: dict(asked.rows())


def ask_had(wanted: Collection[Wanted]) -> Callable[[], dict[tuple[int, str], int]]:
    """Ask inside a `together` block how often each of these members claimed the reward."""
    if not wanted:
        return dict
    asked = Asked(HAD, {"wanted": encode_rows(list(wanted))})
    return lambda: {(member, reward): count for member, reward, count in asked.rows()}
