"""What makes a sale acceptable, told from the sale alone: its sums, its money, its time."""

from datetime import datetime, timedelta

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale, Tender
from regulars.core.terms import Terms, worth_minor

# A till's clock may run ahead by this much before its sales are refused.
CLOCK_SKEW = timedelta(minutes=10)


class LinesDoNotAddUp(Refusal):
    """The lines' amounts sum to something else than the total."""

    code = "lines_do_not_add_up"

    def __init__(self, *, lines_minor: int, total_minor: int) -> None:
        self.lines_minor = lines_minor
        self.total_minor = total_minor


class TendersExceedTotal(Refusal):
    """More was paid than the sale costs; change given back is not a tender."""

    code = "tenders_exceed_total"

    def __init__(self, *, tenders_minor: int, total_minor: int) -> None:
        self.tenders_minor = tenders_minor
        self.total_minor = total_minor


class InvalidAmount(Refusal):
    """An amount or quantity is negative or beyond what can be counted."""

    code = "invalid_amount"

    def __init__(self, *, field: str) -> None:
        self.field = field


class InvalidTender(Refusal):
    """A points tender counts points, every other money; and points are named once."""

    code = "invalid_tender"

    def __init__(self, *, tender: str) -> None:
        self.tender = tender


class WrongCurrency(Refusal):
    code = "wrong_currency"

    def __init__(self, *, expected: str, got: str) -> None:
        self.expected = expected
        self.got = got


class FutureSale(Refusal):
    """The till's clock is more than ten minutes ahead."""

    code = "future_sale"

    def __init__(self, *, occurred_at: datetime, latest: datetime) -> None:
        self.occurred_at = occurred_at
        self.latest = latest


class SaleTooOld(Refusal):
    """Older than the program accepts (`max_backdate_days`)."""

    code = "sale_too_old"

    def __init__(self, *, occurred_at: datetime, earliest: datetime) -> None:
        self.occurred_at = occurred_at
        self.earliest = earliest


class BelowMinimum(Refusal):
    """Fewer points than the program lets pay at once, or too few to be worth anything."""

    code = "below_minimum"

    def __init__(self, *, wanted: int, minimum: int) -> None:
        self.wanted = wanted
        self.minimum = minimum


class MemberNeeded(Refusal):
    """Points can only be paid by a member."""

    code = "member_needed"


def check_sale(sale: NewSale, *, currency: str, terms: Terms) -> Tender | None:
    """Return the points tender of an acceptable sale, if it has one.

    Refuses InvalidAmount, LinesDoNotAddUp, WrongCurrency, InvalidTender, BelowMinimum, MemberNeeded,
    TendersExceedTotal.
    """
    _check_amounts(sale)
    if sale.lines:
        lines_minor = sum([line.amount_minor for line in sale.lines])
        if lines_minor != sale.total_minor:
            raise LinesDoNotAddUp(lines_minor=lines_minor, total_minor=sale.total_minor)
    if sale.currency is not None and sale.currency != currency:
        raise WrongCurrency(expected=currency, got=sale.currency)
    return _check_tenders(sale, terms) if sale.tenders else None


def check_time(occurred_at: datetime, *, at: datetime, terms: Terms) -> None:
    """Refuse FutureSale and SaleTooOld."""
    if occurred_at > at + CLOCK_SKEW:
        raise FutureSale(occurred_at=occurred_at, latest=at + CLOCK_SKEW)
    earliest = at - timedelta(days=terms.max_backdate_days)
    if occurred_at < earliest:
        raise SaleTooOld(occurred_at=occurred_at, earliest=earliest)


def _check_amounts(sale: NewSale) -> None:
    if not 0 <= sale.total_minor <= LARGEST_AMOUNT:
        raise InvalidAmount(field="total_minor")
    for line in sale.lines:
        if not 0 <= line.amount_minor <= LARGEST_AMOUNT:
            raise InvalidAmount(field="lines.amount_minor")
        if not 0 <= line.quantity_milli <= LARGEST_AMOUNT:
            raise InvalidAmount(field="lines.quantity")


def _check_tenders(sale: NewSale, terms: Terms) -> Tender | None:
    points: Tender | None = None
    paid_minor = 0
    for tender in sale.tenders:
        if tender.type == "points":
            if points is not None or tender.points is None or tender.amount_minor is not None:
                raise InvalidTender(tender=tender.type)
            points = tender
            paid_minor += _check_points(tender.points, sale, terms)
        else:
            if tender.amount_minor is None or tender.points is not None:
                raise InvalidTender(tender=tender.type)
            if not 0 <= tender.amount_minor <= LARGEST_AMOUNT:
                raise InvalidAmount(field="tenders.amount_minor")
            paid_minor += tender.amount_minor
    if paid_minor > sale.total_minor:
        raise TendersExceedTotal(tenders_minor=paid_minor, total_minor=sale.total_minor)
    return points


def _check_points(points: int, sale: NewSale, terms: Terms) -> int:
    if not 0 < points <= LARGEST_AMOUNT:
        raise InvalidAmount(field="tenders.points")
    worth = worth_minor(points, terms)
    if points < terms.min_points or worth == 0:
        smallest = -(-terms.points_per // terms.minor_per)
        raise BelowMinimum(wanted=points, minimum=max(terms.min_points, smallest))
    if sale.member is None:
        raise MemberNeeded()
    return worth
