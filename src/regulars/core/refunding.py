"""What a refund takes back and gives back, so that any series of refunds equals one refund of their sum.

The stored rule version is evaluated again on what is left of the sale after all refunds so far.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from regulars.core.amounts import portion
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, SaleLine
from regulars.core.when import Purchase


class RefundExceedsSale(Refusal):
    """More would come back than is left of the sale, or of one line (`position`, from 1)."""

    code = "refund_exceeds_sale"

    def __init__(self, *, left_minor: int, wanted_minor: int, position: int | None = None) -> None:
        self.left_minor = left_minor
        self.wanted_minor = wanted_minor
        self.position = position


class LineNotFound(Refusal):
    """The sale has no line at this position (positions count from 1), or the refund names it twice."""

    code = "line_not_found"

    def __init__(self, *, position: int) -> None:
        self.position = position


class NothingToRefund(Refusal):
    """All of the sale has come back already."""

    code = "nothing_to_refund"


class LineShare(msgspec.Struct, frozen=True, array_like=True):
    """What comes back of one line."""

    position: int
    quantity_milli: int
    amount_minor: int


class Return(msgspec.Struct, frozen=True):
    """A refund worked out: its amount, and each line's part of it; no lines where only money comes back."""

    amount_minor: int
    lines: tuple[LineShare, ...]


def remaining_lines(lines: Sequence[SaleLine], returned: Sequence[LineShare]) -> list[SaleLine]:
    """Return the lines less what came back, in their order."""
    quantities = [line.quantity_milli for line in lines]
    amounts = [line.amount_minor for line in lines]
    for back in returned:
        quantities[back.position - 1] -= back.quantity_milli
        amounts[back.position - 1] -= back.amount_minor
    return [
        SaleLine(
            line.sku,
            quantity,
            amount,
            line.category,
            line.brand,
            line.labels,
            line.kind,
            portion(line.tax_minor, part=amount, whole=line.amount_minor) if line.tax_minor else 0,
        )
        for line, quantity, amount in zip(lines, quantities, amounts, strict=True)
    ]


def work_out_return(
    left: Sequence[SaleLine], *, left_minor: int, lines: Sequence[LineRefund], amount_minor: int | None
) -> Return:
    """Work out what comes back: the named lines, an amount, or everything that is left.

    `left`: the lines less what came back of them; `left_minor`: the money left, which is less where amounts came
    back before.
    An amount belongs to no line: it is spread over all of them wherever a rule asks.
    Refuses RefundExceedsSale, LineNotFound, NothingToRefund.
    """
    if lines:
        back = _by_line(left, lines, amount_minor)
    elif amount_minor is not None:
        back = Return(amount_minor, ())
    else:
        back = _everything(left, left_minor)
    if back.amount_minor > left_minor:
        raise RefundExceedsSale(left_minor=left_minor, wanted_minor=back.amount_minor)
    return back


def _everything(left: Sequence[SaleLine], left_minor: int) -> Return:
    on_lines_minor = sum(line.amount_minor for line in left)
    # Goods for nothing can come back; goods whose money came back as an amount are settled.
    if left_minor == 0 and (on_lines_minor or not any(line.quantity_milli for line in left)):
        raise NothingToRefund()
    if left_minor != on_lines_minor:
        return Return(left_minor, ())
    parts = [LineShare(i, line.quantity_milli, line.amount_minor) for i, line in enumerate(left, 1)]
    return Return(left_minor, tuple(part for part in parts if part.quantity_milli or part.amount_minor))


def _by_line(left: Sequence[SaleLine], wanted: Sequence[LineRefund], amount_minor: int | None) -> Return:
    parts: list[LineShare] = []
    seen: set[int] = set()
    for each in wanted:
        if not 1 <= each.position <= len(left) or each.position in seen:
            raise LineNotFound(position=each.position)
        seen.add(each.position)
        parts.append(_part_of_line(left[each.position - 1], each))
    total = sum(part.amount_minor for part in parts)
    if amount_minor is not None and amount_minor != total:
        raise RefundExceedsSale(left_minor=total, wanted_minor=amount_minor)
    if not any(part.quantity_milli or part.amount_minor for part in parts):
        raise NothingToRefund()
    return Return(total, tuple(parts))


def _part_of_line(line: SaleLine, wanted: LineRefund) -> LineShare:
    quantity, amount = wanted.quantity_milli, wanted.amount_minor
    if quantity is None and amount is None:
        quantity, amount = line.quantity_milli, line.amount_minor
    elif amount is None:
        assert quantity is not None
        amount = portion(line.amount_minor, part=quantity, whole=line.quantity_milli) if line.quantity_milli else 0
    elif quantity is None:
        quantity = portion(line.quantity_milli, part=amount, whole=line.amount_minor) if line.amount_minor else 0
    if amount > line.amount_minor or quantity > line.quantity_milli:
        raise RefundExceedsSale(left_minor=line.amount_minor, wanted_minor=amount, position=wanted.position)
    return LineShare(wanted.position, quantity, amount)


def purchase_left(
    sale: Purchase, *, returned: Sequence[LineShare], refunded_minor: int, unearning_minor: int
) -> Purchase:
    """Return what is left of a whole `sale` after `refunded_minor` came back, as earning rules look at it.

    It depends on the sums alone, never on the order or the size of the single refunds. What was refunded as an
    amount, and what units or vouchers paid of the rest (`unearning_minor` of the whole), earns nothing.
    """
    left = remaining_lines(sale.lines, returned)
    unearning_left = unearning_minor - portion(unearning_minor, part=refunded_minor, whole=sale.total_minor)
    return replace(
        sale,
        lines=left,
        total_minor=sum(line.amount_minor for line in left) if left else sale.total_minor,
        money_minor=sale.total_minor - refunded_minor - unearning_left,
    )


def points_to_return(points: int, *, refunded_minor: int, total_minor: int) -> int:
    """Return how many of the points that paid part of a sale belong to what was refunded so far, rounded down
    until all of it is.
    """
    return portion(points, part=refunded_minor, whole=total_minor)
