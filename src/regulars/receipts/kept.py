"""The rows of receipts as they are keyed: a draft, one that waits with its promise, or one that counts at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import lapses_at
from regulars.core.sale import SaleLine, Tender
from regulars.files.models import KeptFile
from regulars.ledger.lock import lock_wallets
from regulars.programs.book import Book
from regulars.receipts.models import Proof, Receipt, State
from regulars.receipts.promise import Promises, promise, worth_promising
from regulars.receipts.told import tell_receipt
from regulars.sales.answers import Recorded


class NewReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed on a receipt, and whose it is. `key` makes it one of a kind; `corrects` is the sale it replaces.

    A draft may lack `number` and `total_minor`. `only_store`: the store that the caller's key is bound to, if any.
    """

    key: str
    kind: Literal["entry", "claim", "correction", "open"]
    store: str
    occurred_at: datetime
    member: MemberHandle
    number: str = ""
    total_minor: int | None = None
    lines: tuple[SaleLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    note: str = ""
    corrects: int | None = None
    only_store: str | None = None


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """`recorded` is what the sale brought, where the receipt counted at once; `replayed`: it was keyed before."""

    receipt_id: int
    state: str
    promised: Promises = []
    recorded: Recorded | None = None
    lapses_at: datetime | None = None
    replayed: bool = False


def row_of(new: NewReceipt, *, store_id: int, member_id: int, at: datetime, by: Actor) -> dict[str, Any]:
    """Return the columns that say what was keyed."""
    return {
        "key": new.key,
        "kind": new.kind,
        "store_id": store_id,
        "number": new.number,
        "occurred_at": new.occurred_at,
        "total_minor": new.total_minor,
        "lines": msgspec.to_builtins(new.lines),
        "tenders": msgspec.to_builtins(new.tenders),
        "member_id": member_id,
        "note": new.note,
        "corrects_id": new.corrects,
        "keyed_at": at,
        "keyed_by": by.tag,
    }


def keep_draft(row: dict[str, Any], *, proofs: Sequence[KeptFile], at: datetime, by: Actor) -> Entered:
    """Keep what is known so far; it promises nothing."""
    receipt = _keep(row, proofs, state=State.DRAFT)
    _tell(receipt, "receipt.drafted", at=at, by=by)
    return as_entered(receipt)


def keep_waiting(
    row: dict[str, Any],
    quote: Recorded | None,
    *,
    proofs: Sequence[KeptFile],
    book: Book,
    until: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Entered:
    """Keep a receipt that waits, `until` then or as long as the policy says.

    A correction promises nothing: the old sale still counts.
    """
    program, member_id = book.compiled_at(row["occurred_at"]), row["member_id"]
    promised = worth_promising(quote.earned, program) if quote and row["corrects_id"] is None else []
    wallets = lock_wallets([member_id], units=book.units, at=at)
    promised = [(unit, amount) for unit, amount in promised if (member_id, unit) in wallets]
    ends_at = until or lapses_at(at, book.compiled_at(at).policies)
    receipt = _keep(row, proofs, state=State.AWAITING, promised=promised, lapses_at=ends_at)
    promise(
        promised,
        receipt_id=receipt.pk,
        member_id=member_id,
        total_minor=row["total_minor"],
        wallets=wallets,
        book=book,
        at=at,
        by=by,
    )
    _tell(receipt, "receipt.entered", at=at, by=by)
    return as_entered(receipt)


def keep_confirmed(
    row: dict[str, Any], recorded: Recorded, *, way: str, proofs: Sequence[KeptFile], at: datetime, by: Actor
) -> Entered:
    """Keep a receipt whose sale is recorded: `way` says why nobody else has to look."""
    decided = {"way": way, "decided_at": at, "decided_by": SYSTEM.tag, "sale_id": recorded.id}
    receipt = _keep(row, proofs, state=State.CONFIRMED, **decided)
    _tell(receipt, "receipt.entered", at=at, by=by)
    return msgspec.structs.replace(as_entered(receipt), recorded=recorded)


def as_entered(receipt: Receipt, *, replayed: bool = False) -> Entered:
    """Return a receipt as whoever keyed it is told."""
    return Entered(
        receipt_id=receipt.pk,
        state=receipt.state,
        promised=[(unit, amount) for unit, amount in receipt.promised],
        lapses_at=receipt.lapses_at,
        replayed=replayed,
    )


def _keep(row: dict[str, Any], proofs: Sequence[KeptFile], **decided: Any) -> Receipt:
    """Write the receipt, over its draft where there is one."""
    receipt = Receipt(**row, **decided)
    receipt.save(force_update="id" in row, force_insert="id" not in row)
    Proof.objects.bulk_create([Proof(receipt=receipt, file=kept) for kept in proofs])
    return receipt


def _tell(receipt: Receipt, action: str, *, at: datetime, by: Actor) -> None:
    facts = {"state": receipt.state, "kind": receipt.kind, "occurred_at": receipt.occurred_at}
    if receipt.total_minor is not None:
        facts["total_minor"] = receipt.total_minor
    tell_receipt(action, receipt, facts, at=at, by=by)
