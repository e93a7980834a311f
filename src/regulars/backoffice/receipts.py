"""A sale as a page shows it: each line with what it made, what came back, and every entry with its why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from regulars.backoffice.awards import Award, show_awards
from regulars.backoffice.entries import Told, tell_entries
from regulars.backoffice.office import Office
from regulars.core.program.units import Unit
from regulars.core.why import Earned
from regulars.ledger.models import Kind
from regulars.sales.models import Refund, Sale
from regulars.sales.sold import SaleEntry, Sold, load_sold


class LinePart(msgspec.Struct, frozen=True):
    """What a line made of one unit."""

    amount: int
    unit: Unit


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    sku: str
    category: str
    brand: str
    quantity_milli: int
    amount_minor: int
    returned_minor: int
    made: Sequence[LinePart]


class ShownRefund(msgspec.Struct, frozen=True, kw_only=True):
    """`can_be_undone`: it is the sale's newest that counts, and was made today."""

    refund: Refund
    entries: Sequence[Told]
    can_be_undone: bool


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """`awards` are what the rules gave, each with its caps; those without lines are about the sale as a whole."""

    sale: Sale
    lines: Sequence[ShownLine]
    entries: Sequence[Told]
    awards: Sequence[Award]
    refunds: Sequence[ShownRefund]

    @property
    def at(self) -> datetime:
        return self.sale.occurred_at

    @property
    def left_minor(self) -> int:
        return self.sale.total_minor - self.sale.refunded_minor

    @property
    def earned(self) -> list[LinePart]:
        """What it made in all, by unit."""
        return _add_up(LinePart(award.awarded, award.unit) for award in self.awards)

    @property
    def whole(self) -> list[LinePart]:
        """What rules gave that are about no line in particular."""
        return _add_up(LinePart(award.awarded, award.unit) for award in self.awards if not award.by_line)


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
    awards = {sale.pk: _awards(sold[sale.pk], told, office) for sale in sales}
    return {
        sale.pk: Receipt(
            sale=sale,
            lines=_lines(sold[sale.pk], awards[sale.pk]),
            entries=_of(sold[sale.pk].entries, told, prefix=f"sale/{sale.pk}/", nested=False),
            awards=awards[sale.pk],
            refunds=_refunds(refunds.get(sale.pk, []), sold[sale.pk], told, office),
        )
        for sale in sales
    }


def _refunds(refunds: Sequence[Refund], sold: Sold, told: Mapping[int, Told], office: Office) -> list[ShownRefund]:
    newest = max((refund.pk for refund in refunds if refund.undone_at is None), default=None)
    today = office.now.astimezone(office.zone).date()
    return [
        ShownRefund(
            refund=refund,
            entries=_of(sold.entries, told, prefix=f"sale/{sold.id}/refund/{refund.pk}/", nested=True),
            can_be_undone=refund.pk == newest and refund.recorded_at.astimezone(office.zone).date() == today,
        )
        for refund in refunds
    ]


def _of(entries: Collection[SaleEntry], told: Mapping[int, Told], *, prefix: str, nested: bool) -> list[Told]:
    """The entries under this key; a sale's own are those that no refund made."""
    return [
        told[entry.id] for entry in entries if entry.key.startswith(prefix) and (nested or "/refund/" not in entry.key)
    ]


def _awards(sold: Sold, told: Mapping[int, Told], office: Office) -> list[Award]:
    """What every rule gave when the sale was recorded, in the order of the entries."""
    return [
        award
        for entry in sold.entries
        if entry.kind == Kind.EARN and entry.id in told and isinstance(basis := told[entry.id].basis, Earned)
        for award in show_awards(basis, told[entry.id].unit, sold.lines, office)
    ]


def _lines(sold: Sold, awards: Sequence[Award]) -> list[ShownLine]:
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
            made=_add_up(LinePart(award.by_line[place], award.unit) for award in awards if award.by_line),
        )
        for place, line in enumerate(sold.lines)
    ]


def _add_up(parts: Iterable[LinePart]) -> list[LinePart]:
    """One part for each unit, without those that come to nothing."""
    sums: dict[str, LinePart] = {}
    for part in parts:
        before = sums.get(part.unit.code)
        sums[part.unit.code] = LinePart(part.amount + (before.amount if before else 0), part.unit)
    return [part for part in sums.values() if part.amount]
