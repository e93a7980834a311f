"""Sales as a file: a row each, newest first, of the stores and days that were asked for."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from django.db.models import Q, QuerySet

from regulars.core.money import minor_digits
from regulars.platform.sheets import Cell
from regulars.programs.book import Book, load_book
from regulars.reports.exports.source import MOST_COUNTED, Asked, Batch, Source, count_meant, register
from regulars.sales.models import Sale

AT_ONCE = 1_000
"""So many rows are read with one statement."""

COLUMNS = ("receipt", "sold_at", "store", "till", "cashier", "channel", "member", "total", "with_points", "refunded")


class Sold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which sales: of a store, with or without a member, in [since, until), within a reach (`stores` None: all)."""

    store: int | None = None
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None
    stores: tuple[int, ...] | None = None


def sales_of(sold: Sold) -> QuerySet[Sale]:
    """Return the sales, in no order; those of stores out of reach are left out."""
    return _of_days(sold).filter(_meant(sold))


def _of_days(sold: Sold) -> QuerySet[Sale]:
    rows = Sale.objects.all()
    if sold.since is not None:
        rows = rows.filter(occurred_at__gte=sold.since)
    return rows if sold.until is None else rows.filter(occurred_at__lt=sold.until)


def _meant(sold: Sold) -> Q:
    meant = Q()
    if sold.stores is not None:
        meant &= Q(store__in=sold.stores)
    if sold.store is not None:
        meant &= Q(store=sold.store)
    if sold.who in ("member", "anonymous"):
        meant &= Q(member__isnull=sold.who == "anonymous")
    return meant


def _count(asked: Asked, at: datetime) -> int:
    sold = msgspec.convert(asked, Sold, strict=False)
    rows, meant = _of_days(sold), _meant(sold)
    if meant:
        return count_meant(rows.order_by("-occurred_at", "-pk"), meant)
    return rows[:MOST_COUNTED].count()


def _read(asked: Asked, columns: Sequence[str], at: datetime) -> Iterator[Batch]:
    rows, book = sales_of(msgspec.convert(asked, Sold, strict=False)).select_related("store"), load_book()
    after = rows
    while batch := list(after.order_by("-occurred_at", "-pk")[:AT_ONCE]):
        last = batch[-1]
        after = rows.filter(
            Q(occurred_at__lte=last.occurred_at) & (Q(occurred_at__lt=last.occurred_at) | Q(pk__lt=last.pk))
        )
        yield [[_cells(sale, book)[column] for column in columns] for sale in batch]


def _cells(sale: Sale, book: Book) -> dict[str, Cell]:
    def money(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-minor_digits(book.program.currency))

    return {
        "receipt": sale.external_id,
        "sold_at": sale.occurred_at.astimezone(book.zone),
        "store": sale.store.code,
        "till": sale.till,
        "cashier": sale.cashier,
        "channel": sale.channel,
        "member": "" if sale.member_id is None else str(sale.member_id),
        "total": money(sale.total_minor),
        "with_points": money(sale.points_minor),
        "refunded": money(sale.refunded_minor),
    }


SALES = register(Source(name="sales", count=_count, read=_read))
