"""What makes a sale acceptable, told from the sale alone: its sums, its money, its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.program.policies import Policies
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale, Tender

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
    """A points tender counts units that pay, every other money; and a unit is named once."""

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
    """Fewer units than the program lets pay at once, or too few to be worth anything."""

    code = "below_minimum"

    def __init__(self, *, wanted: int, minimum: int) -> None:
        self.wanted = wanted
        self.minimum = minimum


class MemberNeeded(Refusal):
    """Units can only be paid by a member."""

    code = "member_needed"


def check_sale(sale: NewSale, *, currency: str, units: Mapping[str, Unit]) -> tuple[Tender, ...]:
    """Return the tenders of an acceptable sale that are paid in units.

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
    return _check_tenders(sale, units) if sale.tenders else ()


def worth_minor(units: int, unit: Unit) -> int:
    """Return what units pay, in minor units of money, rounded down; nothing where the unit does not pay."""
    return units * unit.pays.minor // unit.pays.units if unit.pays else 0


def check_time(occurred_at: datetime, *, at: datetime, policies: Policies) -> None:
    """Refuse FutureSale and SaleTooOld."""
    if occurred_at > at + CLOCK_SKEW:
        raise FutureSale(occurred_at=occurred_at, latest=at + CLOCK_SKEW)
    earliest = at - timedelta(days=policies.max_backdate_days)
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
        if not 0 <= line.tax_minor <= line.amount_minor:
            raise InvalidAmount(field="lines.tax_minor")


def _check_tenders(sale: NewSale, units: Mapping[str, Unit]) -> tuple[Tender, ...]:
    paying: dict[str, Tender] = {}
    paid_minor = 0
    for tender in sale.tenders:
        if tender.type == "points":
            unit = units.get(tender.unit)
            if unit is None or unit.pays is None or unit.code in paying:
                raise InvalidTender(tender=tender.type)
            if tender.points is None or tender.amount_minor is not None:
                raise InvalidTender(tender=tender.type)
            paying[unit.code] = tender
            paid_minor += _check_units(tender.points, unit, sale)
        else:
            if tender.amount_minor is None or tender.points is not None or tender.hold is not None:
                raise InvalidTender(tender=tender.type)
            if not 0 <= tender.amount_minor <= LARGEST_AMOUNT:
                raise InvalidAmount(field="tenders.amount_minor")
            paid_minor += tender.amount_minor
    if paid_minor > sale.total_minor:
        raise TendersExceedTotal(tenders_minor=paid_minor, total_minor=sale.total_minor)
    return tuple(paying.values())


def _check_units(wanted: int, unit: Unit, sale: NewSale) -> int:
    if not 0 < wanted <= LARGEST_AMOUNT:
        raise InvalidAmount(field="tenders.points")
    assert unit.pays is not None, "only units that pay are tenders"
    worth = worth_minor(wanted, unit)
    if wanted < unit.pays.least or worth == 0:
        smallest = -(-unit.pays.units // unit.pays.minor)
        raise BelowMinimum(wanted=wanted, minimum=max(unit.pays.least, smallest))
    if sale.member is None:
        raise MemberNeeded()
    return worth
