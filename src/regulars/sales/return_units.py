"""What a refund gives back of the units that had paid: to the lots they came from, with their dates."""

from collections.abc import Sequence

from regulars.core.amounts import portion
from regulars.core.checkout import worth_minor
from regulars.core.lots import Lot, is_lapsed
from regulars.core.refunding import points_to_return
from regulars.core.why import Returned
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.sales.answers import Given
from regulars.sales.case import Case
from regulars.sales.sold import SaleEntry, draws_to_return


def return_units(case: Case) -> list[Given]:
    """Give back, of each unit that paid, the part that belongs to what came back of the sale."""
    found = [_return(case, unit, entry, returned) for unit, entry, returned in case.sold.units_paid()]
    return [given for given in found if given is not None]


def units_coming(case: Case, unit: str) -> int:
    """Return how much of a unit this refund is about to give back."""
    return sum(_due(case, entry) - returned for code, entry, returned in case.sold.units_paid() if code == unit)


def _due(case: Case, entry: SaleEntry) -> int:
    return points_to_return(entry.amount, refunded_minor=case.refunded_minor, total_minor=case.sold.total_minor)


def _return(case: Case, unit: str, entry: SaleEntry, returned: int) -> Given | None:
    """Give the units that paid for what came back to the lots they came from, newest draw first.

    A lot that has ended meanwhile lives on for the program's grace, or expires at once where there is none. What counts
    is when the units are back, and not when a late till took the goods: until now nobody could have spent them.
    """
    amount = _due(case, entry) - returned
    if amount <= 0:
        return None
    wallet = case.wallet(unit)
    draws = draws_to_return(entry, case.lots, returned=returned, amount=amount)
    ended = [draw.lot for draw in draws if draw.lot.expires_at is not None and draw.lot.expires_at <= case.journal.at]
    # What nobody spent in time stays expired; only what comes back may live on.
    case.expire(wallet, [lot for lot in ended if is_lapsed(lot, at=case.journal.at)])
    graced_until = case.grace() if ended else None
    if graced_until is not None:
        for lot in ended:
            case.journal.extend(lot, expires_at=graced_until)
    _adopt(wallet, [draw.lot for draw in draws])
    part = f"paid/{unit}"
    why = Returned(
        points=entry.amount,
        refunded_minor=case.refunded_minor,
        total_minor=case.sold.total_minor,
        before=returned,
        graced_until=graced_until,
    )
    note = case.note(part, why)
    number = case.journal.give_back(wallet, debit=entry.id, draws=draws, note=note)
    case.sold.entries.append(SaleEntry(number, note.key, Kind.REVERSE, amount))
    expired = 0
    if graced_until is None:
        expired = sum(lot.remaining for lot in ended)
        case.expire(wallet, ended, after=case.key(part))
    return Given(unit=unit, amount=amount, value_minor=_value(case, unit, entry), expired=expired)


def _value(case: Case, unit: str, entry: SaleEntry) -> int:
    """Return the part of the money this refund gives back as units, of what they had paid."""
    paid = worth_minor(entry.amount, case.paying_unit(unit))
    before = portion(paid, part=case.sold.refunded_minor, whole=case.sold.total_minor)
    return portion(paid, part=case.refunded_minor, whole=case.sold.total_minor) - before


def _adopt(wallet: Wallet, lots: Sequence[Lot]) -> None:
    """Let a wallet know lots that were empty when it was opened."""
    known = {lot.id for lot in wallet.open_lots}
    wallet.open_lots.extend(lot for lot in {lot.id: lot for lot in lots}.values() if lot.id not in known)
