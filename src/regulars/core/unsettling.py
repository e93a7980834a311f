"""What a refund changes of what a purchase brought: the same rules are asked again, with the same facts, about what is
left. Caps get their room back, carries, visits and levels follow.

Tills, previews of refunds and back-tests all come through here; nothing is read or written.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self

import msgspec

from regulars.core.climbing import counted_for
from regulars.core.compiled import Compiled, CompiledRule
from regulars.core.counting import Counting
from regulars.core.earning import Award, evaluate, rooms_again
from regulars.core.facts import Facts
from regulars.core.program.caps import CapScope
from regulars.core.settling import MemberState, climber
from regulars.core.tallies import Tally
from regulars.core.tiers import Counted, Move, climb, descend
from regulars.core.when import Purchase


class Reconsidered(msgspec.Struct, kw_only=True):
    """What the sale's rules gave for it before this refund, and give for what is left: the same rules, the same facts,
    so that any series of refunds equals one of their sum. Awards are by rule; `most` is what each entry had at first:
    what caps held back then, or another rule silenced, is not given by a refund.
    """

    program: Compiled
    before: dict[int, Award]
    after: dict[int, Award]
    most: Mapping[str, int]
    left: Purchase
    earlier: Purchase

    @property
    def parts(self) -> dict[str, list[int]]:
        """Return the places of the rules, by the entry they share."""
        parts: dict[str, list[int]] = {}
        for place in self.places:
            parts.setdefault(self.program.rule_at[place].part, []).append(place)
        return parts

    @property
    def places(self) -> list[int]:
        """Return the rules that gave something, before or now."""
        return sorted(self.before.keys() | self.after.keys())

    @property
    def visits(self) -> int:
        """Return by how much purchases are counted differently: one less where the last that earns came back."""
        return (self.left.money_minor > 0) - (self.earlier.money_minor > 0)

    @property
    def units(self) -> list[tuple[CompiledRule, int]]:
        """Return by how much each rule gives more now; negative is less."""
        given = [(place, *self.awarded(place)) for place in self.places]
        return [(self.program.rule_at[place], after - before) for place, before, after in given]

    def undone(self) -> Self:
        """Return the way back, from what is left to what was left before."""
        return msgspec.structs.replace(self, before=self.after, after=self.before, left=self.earlier, earlier=self.left)

    def counted(self, place: int) -> int:
        """Return how much less a rule counts now."""
        before, after = self.before.get(place), self.after.get(place)
        return (before.counted if before else 0) - (after.counted if after else 0)

    def awarded(self, place: int) -> tuple[int, int]:
        """Return what a rule gave before, and gives now."""
        return self._awarded(self.before, place), self._awarded(self.after, place)

    def owed_by_carry(self, place: int, tally: Tally) -> int:
        """Return what a rule that carries has given too much: what all purchases counted, less what comes back, fills
        so many steps fewer. So two refunded purchases take back the stamp that they made together, in either order.
        """
        rule = self.program.rule_at[place]
        left = tally.carry.get(rule.code, 0) - self.counted(place)
        return max(-(left // rule.per), 0) * self.points(place)

    def points(self, place: int) -> int:
        """Return what a step of a rule gave the sale."""
        award = self.before.get(place) or self.after.get(place)
        return award.points if award else self.program.rule_at[place].points

    def _awarded(self, awards: dict[int, Award], place: int) -> int:
        """Return what a rule gives of what its entry had at most, after the rules before it."""
        if place not in awards:
            return 0
        part = self.program.rule_at[place].part
        earlier = sum([each.awarded for each in awards.values() if each.rule.part == part and each.rule.place < place])
        return max(min(awards[place].awarded, self.most.get(part, 0) - earlier), 0)


def most_of(awards: Iterable[Award]) -> dict[str, int]:
    """Return what each entry of a sale has at first: the awards of the rules that share it."""
    most: dict[str, int] = {}
    for award in awards:
        most[award.rule.part] = most.get(award.rule.part, 0) + award.awarded
    return most


def reconsider(
    program: Compiled, facts: Facts, *, most: Mapping[str, int], earlier: Purchase, left: Purchase
) -> Reconsidered:
    """Ask the rules of a sale's own version again: for what was left of it before a refund (`earlier`), and for what
    is `left` after it. `most` is what each of its entries had at first.
    """
    rooms = rooms_again(facts)
    before = evaluate(program, earlier, facts, rooms=rooms)
    after = evaluate(program, left, facts, rooms=rooms)
    return Reconsidered(
        program=program,
        before={award.rule.place: award for award in before},
        after={award.rule.place: award for award in after},
        most=most,
        left=left,
        earlier=earlier,
    )


def count_again(again: Reconsidered, member: MemberState, *, shared: Mapping[CapScope, Tally]) -> None:
    """Count in caps, in the sale's own period, by how much its rules give less (or, undone, more) than before; the
    visits follow.
    """
    program, tally = again.program, member.tally
    on = again.left.occurred_at.astimezone(program.zone).date()
    counting = Counting(tally, shared, on, keep_days=program.keep_days)
    changed: dict[str, int] = {}
    for place in again.places:
        rule, (before, after) = program.rule_at[place], again.awarded(place)
        if before != after:
            if rule.counters is not None:
                counting.count(rule.counters, after - before, was=before)
            changed[rule.unit] = changed.get(rule.unit, 0) + after - before
    for unit in program.sale_units:
        amount = changed.get(unit.unit.code)
        if amount and unit.counters is not None:
            counting.count(unit.counters, amount)
    tally.visits = max(tally.visits + again.visits, 0)


def carry_back(again: Reconsidered, tally: Tally) -> None:
    """Take off what the sale had added to the carry of its rules; whole steps come back as units."""
    for place in again.places:
        rule = again.program.rule_at[place]
        if rule.carries:
            _set_carry(tally, rule.code, (tally.carry.get(rule.code, 0) - again.counted(place)) % rule.per)


def carry_again(again: Reconsidered, tally: Tally, *, taken: Mapping[str, int]) -> None:
    """Undo `carry_back`, where the refund had `taken` so many units of each entry."""
    for place in again.places:
        rule = again.program.rule_at[place]
        if rule.carries:
            steps = taken.get(rule.part, 0) // again.points(place)
            left = tally.carry.get(rule.code, 0) - again.counted(place)
            _set_carry(tally, rule.code, left - steps * rule.per)


def counted_again(again: Reconsidered) -> Mapping[str, list[Counted]]:
    """Return by tier set what the sale counts less (or, undone, more) than before."""
    return counted_for(
        again.program,
        again.units,
        sold_at=again.left.occurred_at,
        money_minor=again.left.money_minor - again.earlier.money_minor,
        visits=again.visits,
    )


def fall_back(again: Reconsidered, member: MemberState, *, at: datetime) -> list[Move]:
    """Take off the tier sets' counts what the sale counts no more; return the levels that fell at once."""
    program, sold_at = again.program, again.left.occurred_at
    if not program.tier_sets:
        return []
    return descend(program.tier_sets, climber(program, member), counted_again(again), sold_at=sold_at, at=at)


def climb_back(again: Reconsidered, member: MemberState) -> list[Move]:
    """Count towards the tier sets again what an undone refund had taken off; return the levels that are back."""
    program, sold_at = again.program, again.left.occurred_at
    if not program.tier_sets:
        return []
    return climb(program.tier_sets, climber(program, member), counted_again(again), at=sold_at)


def _set_carry(tally: Tally, code: str, carry: int) -> None:
    if carry:
        tally.carry[code] = carry
    else:
        tally.carry.pop(code, None)
