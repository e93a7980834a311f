"""One member on one tier set, told what happens; and the tier set of the rules' example."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.tiers import (
    NOWHERE,
    Ladder,
    Override,
    Standing,
    count_towards,
    fall_on_refund,
    level_of,
    metric_of,
    place,
    progress,
    release,
    review,
    rise,
    take_back,
)

NEW_YORK = ZoneInfo("America/New_York")
LEVELS = (
    Level(code="silver", name="Silver", threshold=500, rewards=("coffee",)),
    Level(code="gold", name="Gold", threshold=1_000, rewards=("dinner", "coffee")),
    Level(code="platinum", name="Platinum", threshold=5_000),
)
BY_YEAR = TierSet(code="vip", name="Club", levels=LEVELS, grace_days=30)
"""The example of the rules: gold at 1,000 a calendar year, to the end of the next, one step, 30 days of grace."""


def on(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


class Card:
    """One member on one tier set, told what happens."""

    def __init__(self, tier_set: TierSet = BY_YEAR, joined_at: datetime | None = None) -> None:
        self.ladder = Ladder(tier_set=tier_set, counts={}, zone=NEW_YORK, joined_at=joined_at)
        self.standing: Standing = NOWHERE
        self.moves: list[tuple[str | None, str | None, str]] = []
        self.rewards: list[tuple[str, date]] = []

    def earns(self, amount: int, at: datetime, available_at: datetime | None = None) -> None:
        self.reviewed(at)
        count_towards(self.ladder, self.standing, amount, at=at, available_at=available_at)
        self._take(rise(self.ladder, self.standing, at=at))

    def returns(self, amount: int, sold_at: datetime, at: datetime) -> None:
        self.reviewed(at)
        count_towards(self.ladder, self.standing, -amount, at=sold_at)
        self._take(fall_on_refund(self.ladder, self.standing, taken=amount, sold_at=sold_at, at=at))

    def is_given(self, level: str | None, at: datetime, kind: str | None = None, until: datetime | None = None) -> None:
        override = None if kind is None else Override(kind=kind, level=level, until=until)
        self._take(place(self.ladder, self.standing, level=level, override=override, at=at))

    def is_undone(self, was: Standing, at: datetime, *, is_override: bool) -> None:
        self._take(take_back(self.ladder, self.standing, was, is_override=is_override, at=at))

    def is_released(self, at: datetime) -> None:
        self._take(release(self.ladder, self.standing, at=at))

    def reviewed(self, at: datetime) -> None:
        self.standing, moves = review(self.ladder, self.standing, at=at)
        for move in moves:
            self._note(move)

    def _take(self, result) -> None:
        self.standing, move = result
        self._note(move)

    def _note(self, move) -> None:
        if move is not None:
            self.moves.append((move.before, move.after, move.cause))
            self.rewards += [(reward, move.period) for reward in move.rewards]

    def level(self, at: datetime) -> str | None:
        self.reviewed(at)
        assert self.standing.level == level_of(self.ladder.tier_set, self.standing, at=at)
        return self.standing.level

    def metric(self, at: datetime) -> int:
        return metric_of(self.ladder, self.standing, at=at)

    def progress(self, at: datetime):
        return progress(self.ladder, self.standing, at=at)


def gold_that_gave_back_a_hundred() -> Card:
    ann = Card()
    ann.earns(1_050, on(2026, 8, 10, 12))
    ann.returns(100, on(2026, 8, 10, 12), on(2026, 8, 20, 12))
    return ann
