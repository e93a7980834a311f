"""Rewards are given in the transaction of what brings them: a sale, a level, a claim. Once for each reason.

Nothing here begins a transaction of its own, and each call is one statement for any number of rewards.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, tzinfo

import msgspec

from regulars.audit.origin import origin_now
from regulars.core.actor import Actor
from regulars.core.claiming import usable_until
from regulars.core.program.rewards import Reward
from regulars.platform.rows import Asked, encode_rows, together
from regulars.rewards.issued import COLUMNS, Issued, read_issued
from regulars.rewards.models import Cause, Fulfilment, Status

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 letters and digits that nobody confuses when they are read out: without I, O, 0 and 1."""

LENGTH_OF_CODE = 12

# In the order of their unique index: two batches with the same reasons wait for each other, and cannot deadlock.
INSERT = f"""
WITH issued AS (
    INSERT INTO rewards_issuedreward (member_id, reward, version, name, key, cause, price_unit, price_amount, status,
                                      fulfilment, code, issued_at, usable_until, ended_at, actor)
    SELECT member_id, reward, version, name, key, cause, price_unit, price_amount, status, fulfilment, code, %(at)s,
           usable_until, CASE WHEN status = 'used' THEN %(at)s::timestamptz END, actor
    FROM json_to_recordset(%(rows)s::json) AS r(
        member_id bigint, reward text, version bigint, name text, key text, cause text, price_unit text,
        price_amount bigint, status text, fulfilment text, code text, usable_until timestamptz, actor text)
    ORDER BY key COLLATE "C"
    ON CONFLICT (key) WHERE NOT (status = 'withdrawn') DO NOTHING
    RETURNING *
), event AS (
    INSERT INTO audit_event (recorded_at, actor, action, about, about_id, member_id, origin, facts)
    SELECT %(at)s, actor, 'reward.issued', 'reward', id, member_id, %(origin)s,
           jsonb_strip_nulls(jsonb_build_object('reward', reward, 'cause', cause,
                                                'approver', %(approvers)s::jsonb ->> key))
    FROM issued ORDER BY id
)
SELECT {COLUMNS} FROM issued ORDER BY issued.id
"""  # noqa: S608 our own columns

CHANGED = """, step AS (
    INSERT INTO rewards_step (issued_id, name, at, actor, store, note)
    SELECT id, %(step)s, %(at)s, %(actor)s, '', '' FROM changed
), event AS (
    INSERT INTO audit_event (recorded_at, actor, action, about, about_id, member_id, origin, facts)
    SELECT %(at)s, %(actor)s, %(action)s, 'reward', id, member_id, %(origin)s,
           jsonb_strip_nulls(jsonb_build_object('reward', reward, 'approver', %(approver)s::text))
    FROM changed ORDER BY id
)
SELECT key FROM changed
"""

WITHDRAW = f"""
WITH changed AS (
    UPDATE rewards_issuedreward SET status = 'withdrawn', ended_at = %(at)s
    WHERE key = ANY(%(keys)s::text[]) AND status = 'outstanding'
    RETURNING id, member_id, reward, key
){CHANGED}"""  # noqa: S608 our own text

# Of several that were withdrawn for one reason, the last one was the one in the member's hand.
RESTORE = f"""
WITH changed AS (
    UPDATE rewards_issuedreward AS issued SET status = 'outstanding', ended_at = NULL
    WHERE id IN (SELECT max(id) FROM rewards_issuedreward
                 WHERE key = ANY(%(keys)s::text[]) AND status = 'withdrawn' GROUP BY key)
      AND NOT EXISTS (SELECT FROM rewards_issuedreward AS live
                      WHERE live.key = issued.key AND NOT (live.status = 'withdrawn'))
    RETURNING id, member_id, reward, key
){CHANGED}"""  # noqa: S608 our own text


class NewReward(msgspec.Struct, frozen=True, kw_only=True):
    """What to give to whom: `reward` as the program's version `version` has it, `key` what brings it.

    `is_paid`: its worth was credited to the member at once, so there is nothing left to use.
    """

    member_id: int
    reward: Reward
    version: int
    key: str
    cause: Cause
    by: Actor
    price_unit: str = ""
    price_amount: int = 0
    is_paid: bool = False


def card_key(member_id: int, card: str, *, number: int, stamp: int) -> str:
    """What brings the reward of a stamp: the member's card `number` of this kind, and its stamp `stamp`."""
    return f"card/{member_id}/{card}/{number}/{stamp}"


def issue_rewards(batch: Sequence[NewReward], *, at: datetime, zone: tzinfo) -> list[Issued]:
    """Give these rewards in the caller's transaction; return the new ones. Who has one for the reason gets no other.

    `zone` is the program's, for ends that are days.
    """
    with together():
        asked = ask_issue(batch, at=at, zone=zone)
    return asked()


def ask_issue(batch: Sequence[NewReward], *, at: datetime, zone: tzinfo) -> Callable[[], list[Issued]]:
    """Send `issue_rewards` inside a `together` block; the answer is read after it."""
    if not batch:
        return list
    rows = encode_rows([_row(each, at=at, zone=zone) for each in batch])
    approvers = msgspec.json.encode({each.key: each.by.approver for each in batch if each.by.approver}).decode()
    asked = Asked(INSERT, {"rows": rows, "approvers": approvers, "origin": origin_now(), "at": at})
    return lambda: read_issued(asked.rows())


def withdraw_issued(keys: Collection[str], *, at: datetime, by: Actor) -> set[str]:
    """Take back the unused rewards that these reasons brought, because the reasons are undone; return whose it were.

    The same reasons may bring them again. What is used stays used.
    """
    return _change(WITHDRAW, keys, step="withdrawn", action="reward.withdrawn", at=at, by=by)


def restore_withdrawn(keys: Collection[str], *, at: datetime, by: Actor) -> set[str]:
    """Give back what was withdrawn, with its code and its end, because what had undone the reasons is undone."""
    return _change(RESTORE, keys, step="restored", action="reward.restored", at=at, by=by)


def _change(sql: str, keys: Collection[str], *, step: str, action: str, at: datetime, by: Actor) -> set[str]:
    if not keys:
        return set()
    with together():
        facts = {"keys": list(keys), "at": at, "actor": by.tag, "step": step, "action": action}
        asked = Asked(sql, facts | {"approver": by.approver, "origin": origin_now()})
    return {key for (key,) in asked.rows()}


def _row(new: NewReward, *, at: datetime, zone: tzinfo) -> dict[str, object]:
    return {
        "member_id": new.member_id,
        "reward": new.reward.code,
        "version": new.version,
        "name": new.reward.name,
        "key": new.key,
        "cause": new.cause.value,
        "price_unit": new.price_unit,
        "price_amount": new.price_amount,
        "status": (Status.USED if new.is_paid else Status.OUTSTANDING).value,
        "fulfilment": (Fulfilment.ORDERED if new.reward.is_sent else Fulfilment.NONE).value,
        "code": "".join(secrets.choice(ALPHABET) for _ in range(LENGTH_OF_CODE)),
        "usable_until": usable_until(new.reward, issued_at=at, zone=zone),
        "actor": new.by.tag,
    }
