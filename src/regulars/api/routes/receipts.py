"""A sale as it is now: its lines, what came back of it, and every movement of points that it made."""

from datetime import datetime
from typing import Any

import msgspec
from litestar.params import FromPath

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routes.statements import EntryOut, entry_out
from regulars.api.routing import reads
from regulars.api.shapes import MemberRef, read_id
from regulars.api.writes import do_read
from regulars.ledger.statement import entries_about
from regulars.programs.book import load_book
from regulars.sales.models import Line, Refund, Sale
from regulars.sales.refusals import SaleNotFound
from regulars.staff.models import Scope


class LineOut(msgspec.Struct, frozen=True):
    position: int
    sku: str
    quantity: float
    amount_minor: int
    category: str
    brand: str
    labels: list[str]
    kind: str
    tax_minor: int


class RefundMade(msgspec.Struct, frozen=True):
    id: str
    external_id: str
    occurred_at: datetime
    amount_minor: int


class ReceiptOut(msgspec.Struct, frozen=True, kw_only=True):
    """`points_minor` of the total was paid with points; `refunded_minor` has come back so far."""

    id: str
    external_id: str
    store: str
    till: str
    member: MemberRef | None
    occurred_at: datetime
    recorded_at: datetime
    total_minor: int
    points_minor: int
    refunded_minor: int
    tenders: list[dict[str, Any]]
    lines: list[LineOut]
    refunds: list[RefundMade]
    entries: list[EntryOut]


@reads("/sales/{sale_id:str}", scope=Scope.SALES_READ, summary="Read a sale")
async def get_sale(request: ApiRequest, sale_id: FromPath[str]) -> Reply[ReceiptOut]:
    """One sale with its lines, refunds and entries, each entry with its why. A store's key reads its own sales only."""
    number = read_id(sale_id, otherwise=lambda: SaleNotFound(sale_id=sale_id))
    return await do_read(request, lambda _: _read(number, request.auth.only_store))


def _read(sale_id: int, only_store: str | None) -> ReceiptOut:
    sale = Sale.objects.select_related("store").filter(pk=sale_id).first()
    if sale is None or only_store not in (None, sale.store.code):
        raise SaleNotFound(sale_id=str(sale_id))
    lines = Line.objects.filter(sale_id=sale_id).order_by("position")
    refunds = Refund.objects.filter(sale_id=sale_id).order_by("id")
    book = load_book()
    return ReceiptOut(
        id=str(sale.pk),
        external_id=sale.external_id,
        store=sale.store.code,
        till=sale.till,
        member=None if sale.member_id is None else MemberRef(str(sale.member_id)),
        occurred_at=sale.occurred_at,
        recorded_at=sale.recorded_at,
        total_minor=sale.total_minor,
        points_minor=sale.points_minor,
        refunded_minor=sale.refunded_minor,
        tenders=sale.tenders,
        lines=[_line(line) for line in lines],
        refunds=[RefundMade(str(r.pk), r.external_id, r.occurred_at, r.amount_minor) for r in refunds],
        entries=[entry_out(view, book) for view in entries_about(f"sale/{sale_id}/")],
    )


def _line(line: Line) -> LineOut:
    return LineOut(
        line.position,
        line.sku,
        line.quantity_milli / 1000,
        line.amount_minor,
        line.category,
        line.brand,
        line.labels,
        line.kind,
        line.tax_minor,
    )
