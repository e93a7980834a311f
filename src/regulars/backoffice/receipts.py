"""A sale as a page shows it: each line with the points it made, what came back, and every entry with its why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from regulars.backoffice.entries import Told, tell_entries
from regulars.backoffice.office import Office
from regulars.core.amounts import share
from regulars.core.earning import line_weights
from regulars.ledger.models import Kind
from regulars.sales.models import Refund, Sale
from regulars.sales.sold import SaleEntry, Sold, load_sold


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    sku: str
    category: str
    brand: str
    quantity_milli: int
    amount_minor: int
    returned_minor: int
    points: int


class ShownRefund(msgspec.Struct, frozen=True, kw_only=True):
    refund: Refund
    entries: Sequence[Told]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    sale: Sale
    lines: Sequence[ShownLine]
    entries: Sequence[Told]
    refunds: Sequence[ShownRefund]

    @property
    def at(self) -> datetime:
        return self.sale.occurred_at

    @property
    def left_minor(self) -> int:
        return self.sale.total_minor - self.sale.refunded_minor


def show_receipts(sales: Sequence[Sale], office: Office) -> dict[int, Receipt]:
    """Everything about these sales, by id; three statements for any number of them."""
    if not sales:
        return {}
    ids = [sale.pk for sale in sales]
    sold = load_sold(ids)
    told = tell_entries([entry.id for each in sold.values() for entry in each.entries], office)
    refunds: dict[int, list[Refund]] = {}
    for refund in Refund.objects.filter(sale__in=ids).order_by("id"):
        refunds.setdefault(refund.sale_id, []).append(refund)
    return {
        sale.pk: Receipt(
            sale=sale,
            lines=_lines(sold[sale.pk], office),
            entries=_of(sold[sale.pk].entries, told, prefix=f"sale/{sale.pk}/", nested=False),
            refunds=[
                ShownRefund(
                    refund=refund,
                    entries=_of(sold[sale.pk].entries, told, prefix=f"sale/{sale.pk}/refund/{refund.pk}/", nested=True),
                )
                for refund in refunds.get(sale.pk, [])
            ],
        )
        for sale in sales
    }


def _of(entries: Collection[SaleEntry], told: Mapping[int, Told], *, prefix: str, nested: bool) -> list[Told]:
    """The entries under this key; a sale's own are those that no refund made."""
    return [
        told[entry.id] for entry in entries if entry.key.startswith(prefix) and (nested or "/refund/" not in entry.key)
    ]


def _lines(sold: Sold, office: Office) -> list[ShownLine]:
    points = _points_by_line(sold, office)
    returned = [0] * len(sold.lines)
    for back in sold.returned_lines:
        returned[back.position - 1] += back.amount_minor
    return [
        ShownLine(
            position=place + 1,
            sku=line.sku,
            category=line.category,
            brand=line.brand,
            quantity_milli=line.quantity_milli,
            amount_minor=line.amount_minor,
            returned_minor=returned[place],
            points=points[place],
        )
        for place, line in enumerate(sold.lines)
    ]


def _points_by_line(sold: Sold, office: Office) -> list[int]:
    """Each award is shared among the lines it counted, so that the lines add up to it."""
    points = [0] * len(sold.lines)
    for entry in sold.entries:
        if entry.kind != Kind.EARN or office.book is None or not sold.lines:
            continue
        rule_id = int(entry.key.rpartition("/")[2])
        rule = next((rule for rule in map(office.book.version, sold.rule_versions) if rule.rule_id == rule_id), None)
        if rule is not None:
            for place, part in enumerate(share(entry.amount, line_weights(rule.terms, sold.lines))):
                points[place] += part
    return points
