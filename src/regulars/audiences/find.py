"""Members who are meant by a condition: a page of them, how many there are, or all of them in batches.

Candidates come newest first from one index and are asked in growing batches, no larger than there is time for. A page
or a count that has looked for so long says how far it came: no condition, however rare what it asks, holds anybody up.
"""

from collections.abc import Callable, Iterator, Sequence
from math import gcd
from time import monotonic
from typing import Any

import msgspec
from django.db import transaction

from regulars.audiences.compile import THERE, Asking, compile_condition
from regulars.audiences.drivers import EVERYBODY, Driver, find_driver
from regulars.core.audience import Condition
from regulars.platform.rows import LARGEST_ID, fetch, run

FIRST_CHUNK = 200
SMALLEST_CHUNK = 50
LARGEST_CHUNK = 10_000
SECONDS = 0.15
"""How long a page or a count looks at most."""

BLOCK = 2_000
"""So many ids in a row are looked at together when a part has to stand for the whole."""

BATCH = 1_000

# The newest candidates of a list, and who of them is meant.
LOOK = """
WITH candidate AS MATERIALIZED ({driver} ORDER BY id DESC LIMIT %(chunk)s)
SELECT (SELECT min(id) FROM candidate), (SELECT count(*) FROM candidate),
       ARRAY(SELECT m.id FROM candidate JOIN members_member AS m ON m.id = candidate.id
             WHERE {there} AND {condition} ORDER BY m.id DESC LIMIT %(limit)s)
"""

COUNT = """
SELECT count(*) FROM members_member AS m
WHERE m.id >= %(low)s AND m.id < %(high)s AND {there} AND {condition}
"""

OF_THESE = """
SELECT m.id FROM members_member AS m WHERE m.id = ANY(%(members)s::bigint[]) AND {there} AND {condition}
"""


type Pace = Callable[[Iterator[list[int]]], Iterator[list[int]]]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Ids, newest first. `next_before` is where the next page begins, None after the last. A page that is not `full`
    and has a next one stopped looking there; there may be more, or none.
    """

    ids: list[int]
    next_before: int | None
    is_full: bool


class Size(msgspec.Struct, frozen=True):
    """How many members; where it is not exact, about as many."""

    members: int
    is_exact: bool


def find_page(
    condition: Condition, asking: Asking, *, before: int | None, limit: int, seconds: float = SECONDS
) -> Found:
    """Return up to `limit` members who are meant, with ids below `before`, newest first."""
    ids: list[int] = []
    began = monotonic()
    last: int | None = before
    for looked in _look(condition, asking, before=before, limit=limit + 1, seconds=seconds):
        ids += looked.ids
        last = looked.last
        if len(ids) > limit:
            return Found(ids=ids[:limit], next_before=ids[limit - 1], is_full=True)
        if looked.is_over:
            return Found(ids=ids, next_before=None, is_full=False)
        if monotonic() - began > seconds:
            break
    return Found(ids=ids, next_before=last, is_full=False)


def count_members(condition: Condition, asking: Asking, *, seconds: float = SECONDS) -> Size:
    """Count who is meant: exactly where that is done in time, else by blocks of members from all over the list."""
    began, counted = monotonic(), 0
    driver = find_driver(condition)
    if driver.sql != EVERYBODY:
        for looked in _look(condition, asking, before=None, limit=LARGEST_CHUNK, driver=driver, seconds=seconds / 2):
            counted += len(looked.ids)
            if looked.is_over:
                return Size(counted, is_exact=True)
            if monotonic() - began > seconds / 2:
                break
    return _count_blocks(condition, asking, seconds=seconds - (monotonic() - began))


def count_exactly(condition: Condition, asking: Asking, *, pace: Pace = iter) -> int:
    """Count everybody who is meant, however long it takes: for jobs, which rest between batches by `pace`."""
    return sum(len(batch) for batch in pace(each_batch(condition, asking)))


def each_batch(condition: Condition, asking: Asking, *, before: int | None = None) -> Iterator[list[int]]:
    """Yield all who are meant, newest first, in batches; each batch is a statement of its own."""
    for looked in _look(condition, asking, before=before, limit=LARGEST_CHUNK, largest=BATCH):
        if looked.ids:
            yield looked.ids


def who_of(condition: Condition, asking: Asking, members: Sequence[int]) -> set[int]:
    """Return who of these members is meant, with one statement."""
    question = compile_condition(condition, asking)
    sql = OF_THESE.format(there=THERE, condition=question.sql)
    return {row[0] for row in fetch(sql, {**question.params, "members": list(members)})}


class _Looked(msgspec.Struct, frozen=True):
    ids: list[int]
    last: int | None
    is_over: bool


def _look(
    condition: Condition,
    asking: Asking,
    *,
    before: int | None,
    limit: int,
    largest: int = LARGEST_CHUNK,
    driver: Driver | None = None,
    seconds: float | None = None,
) -> Iterator[_Looked]:
    """Look at the candidates from the top, in growing batches, until there are none; none of them is larger than the
    last one tells that the rest of the `seconds` allows.
    """
    question, driver = compile_condition(condition, asking), driver or find_driver(condition)
    sql = LOOK.format(driver=driver.sql, there=THERE, condition=question.sql)
    chunk, last = min(FIRST_CHUNK, largest), LARGEST_ID if before is None else before
    began = monotonic()
    while True:
        params = {**question.params, **driver.params, "before": last, "chunk": chunk, "limit": limit}
        asked_at = monotonic()
        [(lowest, candidates, ids)] = _ask(sql, params)
        is_over = candidates < chunk
        last = last if lowest is None else lowest
        yield _Looked(ids, last, is_over)
        if is_over:
            return
        allowed = largest
        if seconds is not None:
            now = monotonic()
            allowed = max(int(chunk * (began + seconds - now) / max(now - asked_at, 1e-6)), SMALLEST_CHUNK)
        chunk = min(4 * chunk, largest, allowed)


def _count_blocks(condition: Condition, asking: Asking, *, seconds: float) -> Size:
    question = compile_condition(condition, asking)
    sql = COUNT.format(there=THERE, condition=question.sql)
    [(low, high)] = fetch("SELECT min(id), max(id) FROM members_member", {})
    if low is None:
        return Size(0, is_exact=True)
    blocks = (high - low) // BLOCK + 1
    began, counted, asked = monotonic(), 0, 0
    for block in _scattered(blocks):
        start = low + block * BLOCK
        [(found,)] = _ask(sql, {**question.params, "low": start, "high": start + BLOCK})
        counted, asked = counted + found, asked + 1
        if monotonic() - began > seconds:
            break
    if asked == blocks:
        return Size(counted, is_exact=True)
    return Size(_rounded(counted * blocks // asked), is_exact=False)


def _scattered(blocks: int) -> Iterator[int]:
    """Yield 0 to blocks - 1, each once, from all over: steps of the golden section miss no stretch for long."""
    step = max(int(blocks * 0.618), 1)
    while gcd(step, blocks) > 1:
        step += 1
    place = blocks - 1  # the newest members are always among them
    for _ in range(blocks):
        yield place
        place = (place + step) % blocks


def _rounded(number: int) -> int:
    """An estimate says two digits and no more."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return (number + step // 2) // step * step


def _ask(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Ask through the indexes by member, also while the planner takes young tables for empty ones."""
    with transaction.atomic():
        run("SET LOCAL enable_seqscan = off", {})
        return fetch(sql, params)
