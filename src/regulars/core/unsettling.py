"""What a refund changes of what a purchase brought: the same rules are asked again, with the same facts, about what is
left. Caps get their room back, carries, visits and levels follow.

Tills, previews of refunds and back-tests all come through here; nothing is read or written.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from regulars.core.climbing import counted_for
from regulars.core.compiled import Compiled
from regulars.core.earning import Award, evaluate, rooms_again
from regulars.core.facts import Facts
from regulars.core.program.caps import CapScope
from regulars.core.settling import MemberState, climber, count_award
from regulars.core.tallies import Tally
from regulars.core.tiers import Move, descend
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
    def is_gone(self) -> bool:
        """Tell whether this refund takes the last of the sale that earns."""
        return self.left.money_minor <= 0 < self.earlier.money_minor

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
        rule, before = self.program.rule_at[place], self.before.get(place)
        left = tally.carry.get(rule.code, 0) - self.counted(place)
        steps_short = -(left // rule.per)
        points = before.points if before else rule.points
        return max(steps_short, 0) * points

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


def give_room_back(again: Reconsidered, member: MemberState, *, shared: Mapping[CapScope, Tally]) -> None:
    """Give caps back, in the sale's own period, what its rules give no more; the carry and the visits follow."""
    program, tally = again.program, member.tally
    on = again.left.occurred_at.astimezone(program.zone).date()
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
            _carry_back(again, place, tally)
    for unit in program.sale_units:
        if amount := less.get(unit.unit.code):
            count_award(unit.counters, amount, member=tally, shared=shared, on=on, keep_days=program.keep_days)
    if again.is_gone:
        tally.visits = max(tally.visits - 1, 0)


def fall_back(again: Reconsidered, member: MemberState, *, at: datetime) -> list[Move]:
    """Take off the tier sets' counts what the sale counts no more; return the levels that fell at once."""
    program, sold_at = again.program, again.left.occurred_at
    if not program.tier_sets:
        return []
    given = [(program.rule_at[place], again.awarded(place)[1] - again.awarded(place)[0]) for place in again.places]
    counted = counted_for(
        program,
        given,
        sold_at=sold_at,
        money_minor=again.left.money_minor - again.earlier.money_minor,
        visits=-1 if again.is_gone else 0,
    )
    return descend(program.tier_sets, climber(program, member), counted, sold_at=sold_at, at=at)


def _carry_back(again: Reconsidered, place: int, tally: Tally) -> None:
    rule, carry = again.program.rule_at[place], tally.carry
    left = carry.get(rule.code, 0) - again.counted(place)
    carry[rule.code] = left % rule.per
    if not carry[rule.code]:
        del carry[rule.code]
