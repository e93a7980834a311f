"""The same `Idempotency-Key` gets the first answer again: answers are kept with the effect they answer for."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.platform.rows import encode_rows, fetch, run

KEPT_FOR = timedelta(days=35)
"""Tills come back late: an answer is kept for 30 days at least, and the clean-up runs once a day."""

LOOK_UP = """
SELECT answer.caller, answer.key, answer.body_hash, answer.status, answer.body
FROM json_to_recordset(%(keys)s::json) AS wanted(caller text, key text)
JOIN LATERAL (
    SELECT * FROM audit_answer WHERE caller = wanted.caller AND key = wanted.key LIMIT 1
) AS answer ON true
"""

INSERT = """
INSERT INTO audit_answer (caller, key, body_hash, status, body, answered_at)
SELECT answer.caller, answer.key, decode(answer.body_hash, 'base64'), answer.status, decode(answer.body, 'base64'),
       %(at)s
FROM json_to_recordset(%(answers)s::json) AS answer(
    caller text, key text, body_hash text, status smallint, body text)
ORDER BY answer.caller, answer.key
"""

DELETE = """
DELETE FROM audit_answer WHERE id IN (
    SELECT id FROM audit_answer WHERE answered_at < %(before)s ORDER BY answered_at LIMIT %(limit)s)
"""


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: `caller` is who asked (`key:2`), `body_hash` the hash of what they sent."""

    caller: str
    key: str
    body_hash: bytes
    status: int
    body: bytes


def find_answers(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], StoredAnswer]:
    """The answers already given for these (caller, key) pairs, with one statement."""
    if not keys:
        return {}
    wanted = [{"caller": caller, "key": key} for caller, key in keys]
    return {
        (caller, key): StoredAnswer(caller=caller, key=key, body_hash=bytes(body_hash), status=status, body=bytes(body))
        for caller, key, body_hash, status, body in fetch(LOOK_UP, {"keys": encode_rows(wanted)})
    }


def store_answers(answers: Sequence[StoredAnswer], *, at: datetime) -> None:
    """Keep these answers in the caller's transaction, with one statement.

    In key order, so that two batches with the same keys wait for each other instead of deadlocking. A key that was
    answered meanwhile violates `one_answer_per_key`: the caller's transaction fails, and its retry finds the answer.
    """
    if not answers:
        return
    run(INSERT, {"answers": encode_rows(answers), "at": at})


def delete_old_answers(*, at: datetime, limit: int = 5_000) -> int:
    """Delete up to `limit` answers that are older than 35 days, oldest first; how many there were."""
    return run(DELETE, {"before": at - KEPT_FOR, "limit": limit})
