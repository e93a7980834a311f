"""Receipts in the domain's words: a clerk who keys, a second person, a member with addresses."""

import io
from datetime import datetime
from itertools import count

from regulars.core.actor import Actor
from regulars.core.identifiers import MemberHandle
from regulars.files.keep import keep_file
from regulars.files.models import KeptFile, Purpose
from regulars.receipts.enter import enter_receipt
from regulars.receipts.kept import Entered, NewReceipt
from tests.shop import NOON

CLERK = Actor(kind="staff", id=71, name="Kim")
SECOND = Actor(kind="staff", id=72, name="Lee")
PHOTO = b"\xff\xd8\xff\xe0" + b"receipt" * 100

_numbers = count(1)


def a_receipt(
    total_minor: int | None = 8_000, *, member: int, at: datetime = NOON, number: str | None = None, **given: object
) -> NewReceipt:
    nth = next(_numbers)
    usual = {"key": f"form-{nth}", "kind": "entry", "store": "330", "occurred_at": at}
    usual |= {"number": f"P-{nth}" if number is None else number, "total_minor": total_minor}
    return NewReceipt(**(usual | {"member": MemberHandle(id=str(member))} | given))  # type: ignore[arg-type]


def key_in(new: NewReceipt, *, at: datetime = NOON, by: Actor = CLERK, **given: object) -> Entered:
    return enter_receipt(new, at=at, by=by, **given)  # type: ignore[arg-type]


def a_photo(content: bytes = PHOTO, *, at: datetime = NOON, by: Actor = CLERK) -> KeptFile:
    return keep_file(io.BytesIO(content), name="receipt.jpg", purpose=Purpose.RECEIPT, at=at, by=by)
