"""A reward in a member's hand, as everybody reads it: by what brought it, by its code, by its member."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.platform.rows import LARGEST_ID, Asked, fetch, together

COLUMNS = """
issued.id, issued.member_id, issued.reward, issued.version, issued.name, issued.key, issued.cause, issued.price_unit,
issued.price_amount, issued.status, issued.fulfilment, issued.code, issued.issued_at, issued.usable_until,
issued.ended_at, issued.actor
"""

# The columns are our own text.
BY_KEY = f"""
SELECT {COLUMNS} FROM rewards_issuedreward AS issued
WHERE issued.key = ANY(%(keys)s::text[]) AND NOT (issued.status = 'withdrawn')
ORDER BY issued.id
"""  # noqa: S608

BY_ID = f"SELECT {COLUMNS} FROM rewards_issuedreward AS issued WHERE issued.id = %(id)s"  # noqa: S608
BY_CODE = f"SELECT {COLUMNS} FROM rewards_issuedreward AS issued WHERE issued.code = %(code)s"  # noqa: S608

OF_MEMBER = f"""
SELECT {COLUMNS} FROM rewards_issuedreward AS issued
WHERE issued.member_id = %(member)s AND issued.id < %(before)s
  AND (NOT %(is_open)s OR (issued.status = 'outstanding' AND (issued.usable_until IS NULL
                                                              OR issued.usable_until > %(at)s)))
ORDER BY issued.member_id, issued.id DESC
LIMIT %(limit)s
"""  # noqa: S608

TO_SEND = f"""
SELECT {COLUMNS} FROM rewards_issuedreward AS issued
WHERE issued.fulfilment = %(fulfilment)s AND issued.id > %(after)s AND issued.status IN ('outstanding', 'used')
ORDER BY issued.id
LIMIT %(limit)s
"""  # noqa: S608

STEPS = """
SELECT name, at, actor, store, note FROM rewards_step WHERE issued_id = %(id)s ORDER BY id
"""

LOCKED = " FOR NO KEY UPDATE OF issued"


GIVEN = "SELECT DISTINCT key FROM rewards_issuedreward WHERE key = ANY(%(keys)s::text[])"


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """One issued reward; `code` is what a till reads. Usable in [issued_at, usable_until)."""

    id: int
    member_id: int
    reward: str
    version: int
    name: str
    key: str
    cause: str
    price_unit: str
    price_amount: int
    status: str
    fulfilment: str
    code: str
    issued_at: datetime
    usable_until: datetime | None
    ended_at: datetime | None
    actor: str

    def state_at(self, at: datetime) -> str:
        """Return outstanding, used, withdrawn, removed, or expired: time alone ends what nobody used."""
        is_over = self.usable_until is not None and self.usable_until <= at
        return "expired" if self.status == "outstanding" and is_over else self.status


class StepTaken(msgspec.Struct, frozen=True):
    """What happened to a reward after it was issued: `name` is a status or how far it was sent."""

    name: str
    at: datetime
    actor: str
    store: str
    note: str


def ask_issued(keys: Collection[str]) -> Callable[[], dict[str, Issued]]:
    """Ask inside a `together` block which of these reasons have brought a reward that was not withdrawn."""
    asked = Asked(BY_KEY, {"keys": list(keys)}) if keys else None
    return lambda: {each.key: each for each in read_issued(asked.rows() if asked else ())}


def find_issued(keys: Collection[str]) -> dict[str, Issued]:
    """Return the rewards these reasons have brought, by key, with one statement."""
    if not keys:
        return {}
    with together():
        asked = ask_issued(keys)
    return asked()


def read_one(issued_id: int, *, lock: bool = False) -> Issued | None:
    """Return one issued reward by its id, locked until the transaction ends if asked."""
    return next(iter(read_issued(fetch(BY_ID + (LOCKED if lock else ""), {"id": issued_id}))), None)


def find_by_code(code: str, *, lock: bool = False) -> Issued | None:
    """Return one issued reward by what a till read: small letters, spaces and dashes do not matter."""
    cleaned = "".join(code.split()).replace("-", "").upper()
    return next(iter(read_issued(fetch(BY_CODE + (LOCKED if lock else ""), {"code": cleaned}))), None)


def list_issued(
    member_id: int, *, at: datetime, is_open: bool = False, before: int | None = None, limit: int = 50
) -> list[Issued]:
    """Return a page of a member's rewards, newest first; only what can still be used, if `is_open`."""
    params = {
        "member": member_id,
        "at": at,
        "is_open": is_open,
        "before": LARGEST_ID if before is None else before,
        "limit": limit,
    }
    return read_issued(fetch(OF_MEMBER, params))


def list_to_send(*, fulfilment: str, after: int = 0, limit: int = 50) -> list[Issued]:
    """Return a page of the rewards that the team has `ordered` or `sent`, oldest first."""
    return read_issued(fetch(TO_SEND, {"fulfilment": fulfilment, "after": after, "limit": limit}))


def steps_of(issued_id: int) -> list[StepTaken]:
    """Return what happened to an issued reward, oldest first."""
    return [StepTaken(*row) for row in fetch(STEPS, {"id": issued_id})]


def read_issued(rows: Sequence[tuple[Any, ...]]) -> list[Issued]:
    names = Issued.__struct_fields__
    return [Issued(**dict(zip(names, row, strict=True))) for row in rows]


def find_given(keys: Collection[str]) -> set[str]:
    """Return for which of these reasons a reward was ever given, whatever became of it."""
    return {key for (key,) in fetch(GIVEN, {"keys": list(keys)})}
