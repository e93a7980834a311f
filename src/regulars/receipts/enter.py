"""Somebody keys a receipt: it counts at once where the policy allows, or waits for a second step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.receipts import Printed, differences, needs_second_step
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.files.models import KeptFile
from regulars.members.find import find_member
from regulars.platform.again import looks_again
from regulars.programs.book import Book, load_book
from regulars.receipts.counter import find_receipt
from regulars.receipts.kept import (
    Entered,
    NewReceipt,
    as_entered,
    keep_confirmed,
    keep_draft,
    keep_waiting,
    row_of,
)
from regulars.receipts.models import LIVE, Kind, Receipt, State
from regulars.receipts.refusals import (
    AlreadyTheirs,
    NotYours,
    PaymentNeedsTill,
    ReceiptClaimed,
    ReceiptIncomplete,
    ReceiptKeyReused,
)
from regulars.sales.answers import Recorded
from regulars.sales.attach import attach_sale
from regulars.sales.models import Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refusals import AttachedAlready, AttachTooLate, StoreNotFound, WrongStore
from regulars.sales.till_batch import check_member
from regulars.stores.find import find_stores


@looks_again
def enter_receipt(
    new: NewReceipt,
    *,
    at: datetime,
    by: Actor,
    proofs: Sequence[KeptFile] = (),
    as_draft: bool = False,
    waits_until: datetime | None = None,
) -> Entered:
    """Keep a receipt, and let it count, wait or stay a draft. With `waits_until` it waits whatever the policy says, and
    so long: the sale is not finished.

    Where the till has recorded the same sale without a member, it is given to the member: that is the second step.
    A claim comes within `attach_days`, as one of a till's sale does.
    Refuses MemberNotFound, MemberBlocked, CardInactive, StoreNotFound, WrongStore, ReceiptIncomplete, ReceiptClaimed,
    AlreadyTheirs, AttachedAlready, AttachTooLate, PaymentNeedsTill, ReceiptKeyReused, and what `quote_sales` refuses.
    """
    return _enter(new, proofs=proofs, as_draft=as_draft, waits_until=waits_until, at=at, by=by)


@looks_again
def finish_draft(
    receipt_id: int,
    new: NewReceipt,
    *,
    at: datetime,
    by: Actor,
    may_finish_all: bool,
    proofs: Sequence[KeptFile] = (),
) -> Entered:
    """Complete a draft: it becomes what `enter_receipt` makes of it. Its proofs stay, `proofs` are added.

    Refuses ReceiptNotFound, NotYours, NotAwaiting, and what `enter_receipt` refuses.
    """
    draft = find_receipt(receipt_id)
    if draft.keyed_by != by.tag and not may_finish_all:
        raise NotYours()
    draft = Receipt.objects.select_for_update().get(pk=draft.pk)
    if draft.state != State.DRAFT:
        return as_entered(draft, replayed=True)
    return _key(msgspec.structs.replace(new, key=draft.key), draft=draft, proofs=proofs, at=at, by=by)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """`quote` is what the sale would bring. `till_has`: the till recorded it, the `same` or an `other` sale."""

    waits: bool
    quote: Recorded | None = None
    till_has: Literal["same", "other"] | None = None


def preview_receipt(new: NewReceipt, *, at: datetime, has_proof: bool) -> Preview:
    """Return what keying this would do; nothing is written. Refuses what `enter_receipt` refuses."""
    book = load_book()
    sale, store_id, member_id = _check(new, book=book, at=at, by=SYSTEM)
    recorded = _find_sale(new, store_id=store_id)
    if recorded is not None:
        is_same = _is_same(recorded, sale, store_id=store_id, member_id=member_id)
        return Preview(waits=not is_same, till_has="same" if is_same else "other")
    [quote] = quote_sales([sale], at=at, is_history=new.kind == Kind.OPEN)
    if isinstance(quote, Refusal):
        raise quote
    return Preview(waits=_waits(new, book=book, at=at, has_proof=has_proof), quote=quote)


def _enter(
    new: NewReceipt,
    *,
    proofs: Sequence[KeptFile],
    as_draft: bool,
    waits_until: datetime | None,
    at: datetime,
    by: Actor,
) -> Entered:
    earlier = Receipt.objects.filter(key=new.key).first()
    if earlier is not None:
        return _replay(earlier, new)
    if as_draft:
        store_id, member_id = _place(new, book=load_book(), at=at)
        return keep_draft(
            row_of(new, store_id=store_id, member_id=member_id, at=at, by=by), proofs=proofs, at=at, by=by
        )
    return _key(new, draft=None, proofs=proofs, waits_until=waits_until, at=at, by=by)


def _key(
    new: NewReceipt,
    *,
    draft: Receipt | None,
    proofs: Sequence[KeptFile],
    waits_until: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Entered:
    book = load_book()
    sale, store_id, member_id = _check(new, book=book, at=at, by=by)
    claimed = Receipt.objects.filter(store=store_id, number=new.number, state__in=LIVE).first()
    if claimed is not None and claimed.key == new.key and draft is None:
        return _replay(claimed, new)  # the same form, committed since we looked for it
    if claimed is not None:
        raise ReceiptClaimed(receipt_id=str(claimed.pk))
    row = row_of(new, store_id=store_id, member_id=member_id, at=at, by=by)
    has_proof = bool(proofs)
    if draft is not None:
        row["id"] = draft.pk
        has_proof = has_proof or draft.proofs.exists()
    recorded = _find_sale(new, store_id=store_id)
    if recorded is not None:
        if not _is_same(recorded, sale, store_id=store_id, member_id=member_id):
            return keep_waiting(row, None, proofs=proofs, book=book, at=at, by=by)
        done = attach_sale(sale_id=recorded.pk, member=MemberHandle(id=str(member_id)), at=at, by=by)
        return keep_confirmed(row, done, way="till", proofs=proofs, at=at, by=by)
    [quote] = quote_sales([sale], at=at, is_history=new.kind == Kind.OPEN)
    if isinstance(quote, Refusal):
        raise quote
    if waits_until is not None or _waits(new, book=book, at=at, has_proof=has_proof):
        return keep_waiting(row, quote, proofs=proofs, book=book, until=waits_until, at=at, by=by)
    [outcome] = record_sales([sale], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return keep_confirmed(row, outcome, way="policy", proofs=proofs, at=at, by=by)


def _replay(earlier: Receipt, new: NewReceipt) -> Entered:
    if (earlier.kind, earlier.number, earlier.total_minor) != (new.kind, new.number, new.total_minor):
        raise ReceiptKeyReused()
    return as_entered(earlier, replayed=True)


def _check(new: NewReceipt, *, book: Book, at: datetime, by: Actor) -> tuple[NewSale, int, int]:
    """Return the sale that is meant, with its store and member by id."""
    if not new.number.strip():
        raise ReceiptIncomplete(field="number")
    if new.total_minor is None:
        raise ReceiptIncomplete(field="total")
    store_id, member_id = _place(new, book=book, at=at)
    policies = book.compiled_at(at).policies
    if new.kind == Kind.CLAIM and at >= (until := new.occurred_at + timedelta(days=policies.attach_days)):
        raise AttachTooLate(until=until)
    sale = NewSale(
        external_id=new.number,
        store=new.store,
        occurred_at=new.occurred_at,
        total_minor=new.total_minor,
        lines=new.lines,
        tenders=new.tenders,
        member=MemberHandle(id=str(member_id)),
        cashier=by.tag,
        by=by,
        only_store=new.only_store,
    )
    return sale, store_id, member_id


def _place(new: NewReceipt, *, book: Book, at: datetime) -> tuple[int, int]:
    if new.only_store is not None and new.store != new.only_store:
        raise WrongStore(allowed=new.only_store)
    store = find_stores([new.store]).get(new.store)
    if store is None:
        raise StoreNotFound(store=new.store)
    return store.id, check_member(find_member(new.member, country=book.program.country, at=at)).member_id


def _waits(new: NewReceipt, *, book: Book, at: datetime, has_proof: bool) -> bool:
    policies = book.compiled_at(at).policies
    waits = needs_second_step(
        policies, total_minor=new.total_minor or 0, is_claim=new.kind != Kind.ENTRY, has_proof=has_proof
    )
    if waits and any(tender.type == "points" for tender in new.tenders):
        raise PaymentNeedsTill()
    return waits


def _find_sale(new: NewReceipt, *, store_id: int) -> Sale | None:
    """The till's own record under this number; a correction is kept under a number of its own."""
    return Sale.objects.filter(store=store_id, external_id=new.number).first() if new.corrects is None else None


def _is_same(recorded: Sale, sale: NewSale, *, store_id: int, member_id: int) -> bool:
    """Tell whether the till's sale is the one that is keyed: then it needs nobody else to say so.

    Refuses AlreadyTheirs, AttachedAlready.
    """
    if recorded.member_id == member_id:
        raise AlreadyTheirs(sale_id=str(recorded.pk))
    keyed = Printed(
        store_id=store_id, number=sale.external_id, total_minor=sale.total_minor, occurred_at=sale.occurred_at
    )
    if differences(keyed, printed_on(recorded)):
        return False
    if recorded.member_id is not None:
        raise AttachedAlready(member_id=str(recorded.member_id))
    return True


def printed_on(sale: Sale) -> Printed:
    """Return what a recorded sale's receipt says."""
    return Printed(
        store_id=sale.store_id, number=sale.external_id, total_minor=sale.total_minor, occurred_at=sale.occurred_at
    )
