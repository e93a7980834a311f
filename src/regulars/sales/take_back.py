"""What one refund does to what a sale earned: units go back, caps get their room back, stamps and levels follow."""

from collections.abc import Sequence

import msgspec

from regulars.core.checkout import worth_minor
from regulars.core.lots import claw, is_lapsed
from regulars.core.tiers import Move
from regulars.core.unsettling import Reconsidered, carry_back, count_again, fall_back
from regulars.core.why import TakenBack, WrittenOff
from regulars.ledger.models import Kind
from regulars.sales.answers import Taken
from regulars.sales.case import Case, reconsider
from regulars.sales.refusals import PointsSpentAlready
from regulars.sales.return_units import units_coming
from regulars.sales.sold import SaleEntry
from regulars.sales.unstamp import take_stamps_off


class Owed(msgspec.Struct, kw_only=True):
    """What one entry of a sale has to give back, and why."""

    part: str
    unit: str
    entry: SaleEntry | None
    amount: int
    why: TakenBack


def find_owed(case: Case, again: Reconsidered) -> list[Owed]:
    """Return what each entry of the sale holds beyond what its rules give for what is left."""
    return [owed for part, places in again.parts.items() if (owed := _owed(case, again, part, places)).amount > 0]


def take_back(case: Case) -> tuple[list[Taken], list[Move]]:
    """Take back what the rules no longer give for what is left of the sale: from the sale's own lots first.

    What was spent already follows the unit's shortfall policy. Refuses PointsSpentAlready, before anything moves.
    """
    if case.program is None or case.sold.member_id is None:
        return [], []
    again = reconsider(case.sold, case.program, refunded_minor=case.refunded_minor, returned=case.back.lines)
    taken = [_claw(case, owed) for owed in find_owed(case, again)]
    _give_room_back(case, again)
    return taken, fall_back(again, case.state, at=case.journal.at)


def check_shortfall(case: Case) -> None:
    """Refuse PointsSpentAlready where a unit wants all of what it gave back: before anything moves."""
    if case.program is None or case.sold.member_id is None:
        return
    again = reconsider(case.sold, case.program, refunded_minor=case.refunded_minor, returned=case.back.lines)
    wanted: dict[str, int] = {}
    for owed in find_owed(case, again):
        wanted[owed.unit] = wanted.get(owed.unit, 0) + owed.amount
    for unit, amount in wanted.items():
        if case.unit(unit).shortfall != "refuse":
            continue
        live = sum(lot.remaining for lot in case.wallet(unit).open_lots if not is_lapsed(lot, at=case.journal.at))
        short = amount - live - units_coming(case, unit)
        if short > 0:
            raise PointsSpentAlready(short=short, unit=unit)


def _owed(case: Case, again: Reconsidered, part: str, places: Sequence[int]) -> Owed:
    entry, held, lapsed = case.held_for(part)
    target = sum([again.awarded(place)[1] for place in places])
    rule = again.program.rule_at[places[0]]
    amount = again.owed_by_carry(places[0], case.state.tally) if rule.carries else max(held - target, 0)
    why = TakenBack(
        version=again.program.version_id,
        remaining_minor=again.left.money_minor,
        held=held,
        target=held - amount if rule.carries else target,
        parts=tuple(
            (again.program.rule_at[place].code, *again.awarded(place))
            for place in places
            if again.awarded(place)[0] != again.awarded(place)[1]
        ),
        expired=lapsed,
    )
    return Owed(part=part, unit=rule.unit, entry=entry, amount=amount, why=why)


def _claw(case: Case, owed: Owed) -> Taken:
    wallet = case.wallet(owed.unit)
    if case.program is not None and owed.unit in case.program.cards:
        take_stamps_off(case, owed.unit, owed.amount)
    own = [] if owed.entry is None else [owed.entry.id]
    draws = claw(wallet.open_lots, own=own, wanted=owed.amount, at=case.journal.at)
    short = owed.amount - sum(draw.amount for draw in draws)
    part = f"part/{owed.part}"
    note = case.note(part, msgspec.structs.replace(owed.why, short=short))
    number = case.journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=owed.amount, note=note)
    case.sold.entries.append(SaleEntry(number, note.key, Kind.CLAWBACK, owed.amount))
    unit, withheld = case.unit(owed.unit), 0
    if short and unit.shortfall != "debt":
        if unit.shortfall == "withhold":
            withheld = worth_minor(short, unit)
        why = WrittenOff(short, withheld)
        case.journal.credit(wallet, kind=Kind.WRITE_OFF, amount=short, note=case.note(part, why))
    return Taken(unit=owed.unit, amount=owed.amount, short=short, withheld_minor=withheld, part=owed.part)


def _give_room_back(case: Case, again: Reconsidered) -> None:
    program, sold = again.program, case.sold
    if not program.needs.tallies and not program.needs.shared:
        return
    assert sold.member_id is not None, "somebody's sale"
    count_again(again, case.state, shared=case.states.shared(program, sold.scopes))
    carry_back(again, case.state.tally)
    case.states.note(program, sold.member_id, sold.scopes)
