"""What one refund does to what a sale earned: units go back, caps get their room back, stamps and levels follow."""

from collections.abc import Sequence

import msgspec

from regulars.core.checkout import worth_minor
from regulars.core.climbing import counted_for
from regulars.core.lots import claw, is_lapsed
from regulars.core.settling import climber, count_award
from regulars.core.tiers import Move, descend
from regulars.core.why import TakenBack, WrittenOff
from regulars.ledger.models import Kind
from regulars.sales.answers import Taken
from regulars.sales.case import Case, Reconsidered, reconsider
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
    return taken, _descend(case, again)


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
    amount = _carried_owed(case, again, places[0]) if rule.carries else max(held - target, 0)
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


def _carried_owed(case: Case, again: Reconsidered, place: int) -> int:
    """Return what a rule that carries has given too much: what all purchases counted, less what comes back, fills so
    many steps fewer. So two refunded purchases take back the stamp that they made together, in either order.
    """
    rule, before = again.program.rule_at[place], again.before.get(place)
    left = case.state.tally.carry.get(rule.code, 0) - again.counted(place)
    steps_short = -(left // rule.per)
    points = before.points if before else rule.points
    return max(steps_short, 0) * points


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
    """Give caps back, in the sale's own period, what its rules give no more; the carry and the visits follow."""
    program, sold = again.program, case.sold
    if not program.needs.tallies and not program.needs.shared:
        return
    assert sold.member_id is not None, "somebody's sale"
    tally, shared = case.state.tally, case.states.shared(program, sold.scopes)
    on = sold.occurred_at.astimezone(program.zone).date()
    less: dict[str, int] = {}
    for place in again.places:
        rule = program.rule_at[place]
        before, after = again.awarded(place)
        if before != after:
            count_award(
                rule.counters,
                after - before,
                member=tally,
                shared=shared,
                on=on,
                keep_days=program.keep_days,
                was=before,
            )
            less[rule.unit] = less.get(rule.unit, 0) + after - before
        if rule.carries:
            _carry_back(case, again, place)
    for unit in program.sale_units:
        if amount := less.get(unit.unit.code):
            count_award(unit.counters, amount, member=tally, shared=shared, on=on, keep_days=program.keep_days)
    if again.is_gone:
        tally.visits = max(tally.visits - 1, 0)
    case.states.note(program, sold.member_id, sold.scopes)


def _carry_back(case: Case, again: Reconsidered, place: int) -> None:
    rule, carry = again.program.rule_at[place], case.state.tally.carry
    left = carry.get(rule.code, 0) - again.counted(place)
    carry[rule.code] = left % rule.per
    if not carry[rule.code]:
        del carry[rule.code]


def _descend(case: Case, again: Reconsidered) -> list[Move]:
    program, state, sold = again.program, case.state, case.sold
    if not program.tier_sets:
        return []
    given = [(program.rule_at[place], again.awarded(place)[1] - again.awarded(place)[0]) for place in again.places]
    counted = counted_for(
        program,
        given,
        sold_at=sold.occurred_at,
        money_minor=again.left.money_minor - again.earlier.money_minor,
        visits=-1 if again.is_gone else 0,
    )
    member = climber(program, state)
    return descend(program.tier_sets, member, counted, sold_at=sold.occurred_at, at=case.journal.at)
