"""Who a draft gives more and who less: each member's period by both sides, as the parts come in."""

from collections.abc import Iterable
from heapq import nlargest

from regulars.reports.backtest.counts import MemberCounts, PartCounts
from regulars.reports.backtest.result import Comparison, MemberChange

LISTED = 100
DRAFT, AGAINST = 0, 1


class Comparing:
    """Members are kept only while one of the two sides is missing, and while they are among those that moved most."""

    def __init__(self) -> None:
        self.members = 0
        self._up = self._down = self._same = 0
        self._half: dict[int, dict[int, MemberCounts]] = {DRAFT: {}, AGAINST: {}}
        self._winners: list[MemberChange] = []
        self._losers: list[MemberChange] = []

    def take(self, part: PartCounts, *, is_compared: bool) -> None:
        """Take the members of a part: of both sides at once, or of one."""
        if not is_compared:
            self.members += len(part.members.get(DRAFT, ()))
            return
        for side, members in part.members.items():
            self._half[side] |= {each.member_id: each for each in members}
        both = self._half[DRAFT].keys() & self._half[AGAINST].keys()
        changes = [self._change(member) for member in both]
        self.members += len(changes)
        self._winners = _most([*self._winners, *(each for each in changes if _gain(each) > (0, 0))], sign=1)
        self._losers = _most([*self._losers, *(each for each in changes if _gain(each) < (0, 0))], sign=-1)
        self._up += sum(_gain(each) > (0, 0) for each in changes)
        self._down += sum(_gain(each) < (0, 0) for each in changes)
        self._same += sum(_gain(each) == (0, 0) for each in changes)

    def result(self) -> Comparison:
        return Comparison(
            up=self._up, down=self._down, same=self._same, winners=tuple(self._winners), losers=tuple(self._losers)
        )

    def _change(self, member_id: int) -> MemberChange:
        draft, against = self._half[DRAFT].pop(member_id), self._half[AGAINST].pop(member_id)
        return MemberChange(
            member_id=member_id,
            against_minor=against.worth_minor,
            draft_minor=draft.worth_minor,
            against_units=against.units,
            draft_units=draft.units,
        )


def _gain(change: MemberChange) -> tuple[int, int]:
    """Worth counts first; units that are worth no money where that is the same."""
    return (change.draft_minor - change.against_minor, change.draft_units - change.against_units)


def _most(changes: Iterable[MemberChange], *, sign: int) -> list[MemberChange]:
    def key(change: MemberChange) -> tuple[int, int, int]:
        minor, units = _gain(change)
        return (sign * minor, sign * units, -change.member_id)

    return nlargest(LISTED, changes, key=key)
