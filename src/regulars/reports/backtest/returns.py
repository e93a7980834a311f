"""What came back of recorded sales takes back what a replayed program gave for it, when it came back.

Units that paid return first, then the rules are asked again about what is left, as for a till's refund.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush

import msgspec

from regulars.core.compiled import Compiled
from regulars.core.earning import evaluate, rooms_again
from regulars.core.facts import Facts
from regulars.core.lots import Draw
from regulars.core.paid import unearning_minor
from regulars.core.periods import end_of_day
from regulars.core.program.caps import CapScope
from regulars.core.refunding import LineShare, points_to_return, purchase_left
from regulars.core.settling import MemberState, card_of
from regulars.core.stamps import CardState, Unstamped, unstamp
from regulars.core.tallies import Tally
from regulars.core.tiers import Move
from regulars.core.unsettling import Reconsidered, carry_back, count_again, fall_back, most_of, reconsider
from regulars.core.when import Purchase
from regulars.reports.backtest.purse import Purse
from regulars.reports.backtest.recorded import Recorded, Returned


class Bought(msgspec.Struct, kw_only=True):
    """A replayed sale of which something comes back. `own`: by the rules' entries, the lot that each filled; `draws`:
    by unit, what paid for it.
    """

    sale: Recorded
    purchase: Purchase
    facts: Facts
    own: dict[str, int]
    draws: dict[str, list[Draw]]
    returned: list[LineShare] = msgspec.field(default_factory=list)
    refunded_minor: int = 0
    units_back: dict[str, int] = msgspec.field(default_factory=dict)


class Undone(msgspec.Struct, kw_only=True):
    """What a return changed: by unit, what came back of what was spent and what was taken back; cards and levels."""

    reversed: dict[str, int] = msgspec.field(default_factory=dict)
    taken: dict[str, int] = msgspec.field(default_factory=dict)
    by_rule: dict[str, int] = msgspec.field(default_factory=dict)
    unstamped: dict[str, Unstamped] = msgspec.field(default_factory=dict)
    moves: list[Move] = msgspec.field(default_factory=list)


class Returns:
    """What is still to come back, in the order of time."""

    def __init__(self) -> None:
        self._coming: list[tuple[datetime, int, int, Bought, Returned]] = []
        self._number = 0

    def note(self, bought: Bought) -> None:
        for returned in bought.sale.refunds:
            self._number += 1
            heappush(self._coming, (returned.occurred_at, self._number, bought.sale.member_id, bought, returned))

    def due(self, at: datetime) -> tuple[datetime, int, Bought, Returned] | None:
        """Return what came back next, by `at`: when, whose, of what."""
        if not self._coming or self._coming[0][0] > at:
            return None
        moment, _, member, bought, returned = heappop(self._coming)
        return moment, member, bought, returned

    def forget(self) -> None:
        self._coming.clear()


def undo(
    program: Compiled,
    bought: Bought,
    returned: Returned,
    *,
    member: MemberState,
    purses: dict[str, Purse],
    shared: Mapping[CapScope, Tally],
    at: datetime,
) -> Undone:
    """Let a return take effect on a member; it is counted by the caller."""
    sale = bought.sale
    unearning = unearning_minor(sale.tenders, sale.points_minor, program.policies)
    paid = msgspec.structs.replace(bought.purchase, money_minor=sale.total_minor)

    def left() -> Purchase:
        return purchase_left(
            paid, returned=bought.returned, refunded_minor=bought.refunded_minor, unearning_minor=unearning
        )

    earlier = left()
    bought.returned = [*bought.returned, *returned.lines]
    bought.refunded_minor += returned.amount_minor
    at_first = evaluate(program, bought.purchase, bought.facts, rooms=rooms_again(bought.facts))
    again = reconsider(program, bought.facts, most=most_of(at_first), earlier=earlier, left=left())
    undone = Undone()
    _give_units_back(program, bought, undone, member=member, purses=purses, at=at)
    for part, places in again.parts.items():
        _take_back(again, bought, part, places, undone, member=member, purses=purses, at=at)
    if program.needs.tallies or program.needs.shared:
        count_again(again, member, shared=shared)
        carry_back(again, member.tally)
    undone.moves = fall_back(again, member, at=at)
    return undone


def _give_units_back(
    program: Compiled,
    bought: Bought,
    undone: Undone,
    *,
    member: MemberState,
    purses: dict[str, Purse],
    at: datetime,
) -> None:
    grace_days = program.policies.reinstate_grace_days
    grace = end_of_day(at.astimezone(program.zone).date() + timedelta(days=grace_days), program.zone)
    for unit, draws in bought.draws.items():
        spent = sum(draw.amount for draw in draws)
        before = bought.units_back.get(unit, 0)
        due = points_to_return(spent, refunded_minor=bought.refunded_minor, total_minor=bought.sale.total_minor)
        if due > before:
            bought.units_back[unit] = due
            purses[unit].take_in(draws, before=before, amount=due - before, grace=grace if grace_days else None, at=at)
            undone.reversed[unit] = due - before
            member.balances[unit] = member.balances.get(unit, 0) + due - before


def _take_back(
    again: Reconsidered,
    bought: Bought,
    part: str,
    places: list[int],
    undone: Undone,
    *,
    member: MemberState,
    purses: dict[str, Purse],
    at: datetime,
) -> None:
    program, rule = again.program, again.program.rule_at[places[0]]
    if rule.carries:
        owed = again.owed_by_carry(places[0], member.tally)
    else:
        owed = max(sum(before - after for before, after in map(again.awarded, places)), 0)
    purse = purses.get(rule.unit)
    if owed == 0 or purse is None:
        return
    if rule.unit in program.cards:
        _unstamp(program, rule.unit, owed, undone, member=member, purse=purse, at=at)
    found = purse.claw(owed, own=bought.own.get(part), at=at)
    if program.units[rule.unit].shortfall == "debt":
        purse.debt += owed - found
        found = owed
    undone.taken[rule.unit] = undone.taken.get(rule.unit, 0) + found
    member.balances[rule.unit] = member.balances.get(rule.unit, 0) - found
    left = found
    for place in places:
        before, after = again.awarded(place)
        less = min(left, owed if rule.carries else max(before - after, 0))
        left -= less
        code = program.rule_at[place].code
        undone.by_rule[code] = undone.by_rule.get(code, 0) + less


def _unstamp(
    program: Compiled, card: str, owed: int, undone: Undone, *, member: MemberState, purse: Purse, at: datetime
) -> None:
    """Open the cards again that are full no more: their stamps are back, and the reward is not given."""
    taken = unstamp(
        card_of(program, card, lambda version: program),
        member.tally.cards.get(card, CardState()),
        held=member.balances.get(card, 0),
        taken=owed,
    )
    member.tally.cards[card] = taken.state
    undone.unstamped[card] = taken
    for full in taken.reopened:
        purse.reopen(full.size, at=at)
        member.balances[card] = member.balances.get(card, 0) + full.size
