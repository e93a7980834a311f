"""How a member's level changes: it rises by what is counted, is judged when its term is over, and falls by refunds."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from regulars.core.periods import start_of_day
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers.counts import Ladder, days_to_come, forget_before, metric_on
from regulars.core.tiers.standing import (
    Cause,
    Move,
    Override,
    Standing,
    level_at,
    level_of,
    rank_for,
    rank_of,
    rewards_between,
)
from regulars.core.tiers.windows import DAY, has_periods, kept_to, period_of


def rise(ladder: Ladder, standing: Standing, *, at: datetime) -> tuple[Standing, Move | None]:
    """Let what was just counted take effect: a higher level, or the same one kept for longer.

    Where upgrades wait for the next period, only the moment of the review is noted.
    """
    after = standing
    if ladder.tier_set.upgrade == "now":
        day = ladder.day(at)
        after = _reach(ladder, standing, rank_for(ladder.tier_set, metric_on(ladder, standing, day)), day, at=at)
        if after is standing and not days_to_come(ladder, day):
            return standing, None  # as nearly always: nothing moved, and nothing more is known to come
    return _settled(ladder, standing, after, cause="reached", at=at)


def review(ladder: Ladder, standing: Standing, *, at: datetime) -> tuple[Standing, list[Move]]:
    """Bring a standing up to a moment: overrides that ended, upgrades whose day has come, terms that are over.

    Each takes effect at the moment it was due, however late this is asked; asking again changes nothing.
    """
    moves = []
    while standing.review_at is not None and standing.review_at <= at:
        standing, move = _review_once(ladder, standing, due=standing.review_at)
        if move is not None:
            moves.append(move)
    return standing, moves


def fall_on_refund(
    ladder: Ladder, standing: Standing, *, taken: int, sold_at: datetime, at: datetime
) -> tuple[Standing, Move | None]:
    """Where refunds count at once: drop a level that the sale's window no longer backs, now that `taken` is off it.

    What another period still backs, and what is owed to no count, stays; so does a level that the metric was below
    before this refund. Otherwise the next review will see it.
    """
    tier_set = ladder.tier_set
    after = standing
    if tier_set.on_refund == "now" and standing.reached is not None:
        rank = rank_of(tier_set, standing.reached)
        metric = metric_on(ladder, standing, ladder.day(sold_at if has_periods(tier_set) else at))
        if rank < len(tier_set.levels) and metric < tier_set.levels[rank].threshold <= metric + taken:
            after = _best_left(ladder, standing, sold_at=sold_at, at=at)
    after, move = _settled(ladder, standing, after, cause="refund", at=at)
    if move is None:
        return after, None
    period = period_of(tier_set, ladder.day(sold_at), joined_on=ladder.joined_on).first
    left = rewards_between(tier_set, None, move.after)
    lost = tuple(reward for reward in rewards_between(tier_set, move.after, move.before) if reward not in left)
    return after, replace(move, period=period, lost=lost)


def place(
    ladder: Ladder, standing: Standing, *, level: str | None, override: Override | None, at: datetime
) -> tuple[Standing, Move | None]:
    """Do what somebody of the team decided. Without an override the level is as if it had been reached now.

    A decision is always a move, also one that holds the level which the member has.
    """
    if override is not None:
        after = replace(standing, override=override)
    else:
        until = None if level is None else _end_of_term(ladder, ladder.day(at))
        after = Standing(reached=level, entered_at=at, since=at, kept_until=until, given=level, given_until=until)
        _begin_anew(ladder, at)
    return _settled(ladder, standing, after, cause="manual", at=at)


def release(ladder: Ladder, standing: Standing, *, at: datetime) -> tuple[Standing, Move | None]:
    """End an override: what was counted meanwhile shows again."""
    return _settled(ladder, standing, replace(standing, override=None), cause="manual", at=at)


def take_back(
    ladder: Ladder, standing: Standing, was: Standing, *, is_override: bool, at: datetime
) -> tuple[Standing, Move | None]:
    """Undo a decision: of an override only the override, otherwise all that `was`, with what was due and counted since.

    What a window that begins with the level had used up does not come back.
    """
    if is_override:
        after = replace(standing, override=was.override)
    else:
        after, _ = review(ladder, was, at=at)
    if ladder.tier_set.upgrade == "now":
        day = ladder.day(at)
        after = _reach(ladder, after, rank_for(ladder.tier_set, metric_on(ladder, after, day)), day, at=at)
    return _settled(ladder, standing, after, cause="undone", at=at)


def join(ladder: Ladder, standing: Standing, other: Standing, *, at: datetime) -> tuple[Standing, Move | None]:
    """Let a member whose counts were just added to another's have the higher level of both, until its next review.

    The rewards are those of levels above both: what either had reached brought its rewards then.
    """
    tier_set = ladder.tier_set
    after = max(standing, other, key=lambda each: _height(tier_set, each))  # of two equals, the member's own
    best = rank_of(tier_set, after.level)
    if tier_set.upgrade == "now":
        day = ladder.day(at)
        after = _reach(ladder, after, rank_for(tier_set, metric_on(ladder, after, day)), day, at=at)
    after, move = _settled(ladder, standing, after, cause="merged", at=at)
    if move is None:
        return after, None
    new = tier_set.levels[best + 1 : rank_of(tier_set, move.after) + 1]
    return after, replace(move, rewards=tuple(dict.fromkeys(reward for level in new for reward in level.rewards)))


def find_next_review(ladder: Ladder, standing: Standing, *, at: datetime) -> datetime | None:
    """Return the first moment after `at` at which time alone changes this standing, or asks for a judgement."""
    due = [term_over_at(ladder.tier_set, standing), _upgrade_due(ladder, standing, ladder.day(at))]
    if standing.override is not None:
        due.append(standing.override.until)
    return min((moment for moment in due if moment is not None), default=None)


def term_over_at(tier_set: TierSet, standing: Standing) -> datetime | None:
    """Return when the level is judged: the grace days after its term."""
    if standing.reached is None or standing.kept_until is None:
        return None
    return standing.kept_until + timedelta(days=tier_set.grace_days)


def judged_on(ladder: Ladder, standing: Standing) -> date | None:
    """Return the day whose metric the judgement will look at: the last of the term where a period ends with it,
    otherwise the last of the grace.
    """
    over_at = term_over_at(ladder.tier_set, standing)
    if over_at is None or standing.kept_until is None:
        return None
    return ladder.day(standing.kept_until if has_periods(ladder.tier_set) else over_at) - DAY


def _reach(ladder: Ladder, standing: Standing, rank: int, earned_on: date, *, at: datetime) -> Standing:
    """Rise to a rank, or keep the present one for longer where a new period has earned it."""
    tier_set = ladder.tier_set
    present = rank_of(tier_set, standing.reached)
    if rank > present:
        until = _end_of_term(ladder, earned_on)
        _begin_anew(ladder, at)
        return replace(standing, reached=level_at(tier_set, rank), entered_at=at, since=at, kept_until=until)
    if rank == present >= 0 and _terms_are_periods(tier_set):
        until = _end_of_term(ladder, earned_on)
        if _is_later(until, standing.kept_until):
            return replace(standing, since=at, kept_until=until)
    return standing


def _review_once(ladder: Ladder, standing: Standing, *, due: datetime) -> tuple[Standing, Move | None]:
    tier_set = ladder.tier_set
    after = standing
    cause: Cause = "reached"
    if standing.override is not None and standing.override.until is not None and standing.override.until <= due:
        after, cause = replace(after, override=None), "override_ended"
    over_at = term_over_at(tier_set, after)
    if over_at is not None and over_at <= due:
        after, cause = _judge(ladder, after, due=due), "review"
    day = ladder.day(due)
    if tier_set.upgrade == "now":
        after = _reach(ladder, after, rank_for(tier_set, metric_on(ladder, after, day)), day, at=due)
    elif period_of(tier_set, day, joined_on=ladder.joined_on).first == day:
        ended_on = day - DAY
        after = _reach(ladder, after, rank_for(tier_set, metric_on(ladder, after, ended_on)), ended_on, at=due)
    return _settled(ladder, standing, after, cause=cause, at=due)


def _judge(ladder: Ladder, standing: Standing, *, due: datetime) -> Standing:
    """Keep, lower or replace a level whose term is over; the next term joins the last one without a gap."""
    tier_set = ladder.tier_set
    day = judged_on(ladder, standing)
    assert day is not None and standing.kept_until is not None, "only what ends is judged"
    present = rank_of(tier_set, standing.reached)
    earned = rank_for(tier_set, metric_on(ladder, standing, day))
    rank = max(earned, present - 1) if tier_set.review == "one_step" else earned
    level = level_at(tier_set, rank)
    last_day = ladder.day(standing.kept_until) - DAY
    until = None if level is None else _end_of_term(ladder, last_day)
    is_owed = rank > earned
    _begin_anew(ladder, due)
    return Standing(
        reached=level,
        entered_at=standing.entered_at if level == standing.reached else due,
        since=due,
        kept_until=until,
        given=level if is_owed else None,
        given_until=until if is_owed else None,
        override=standing.override,
    )


def _best_left(ladder: Ladder, standing: Standing, *, sold_at: datetime, at: datetime) -> Standing:
    """Find the highest level that something still backs: this period, the one before, or what is owed to no count."""
    tier_set = ladder.tier_set
    today = ladder.day(at)
    days = {today}
    if has_periods(tier_set):
        days |= {ladder.day(sold_at), period_of(tier_set, today, joined_on=ladder.joined_on).first - DAY}
    left: list[tuple[str | None, datetime | None]] = [(None, None)]
    for day in sorted(days):
        until = _end_of_term(ladder, day) if _terms_are_periods(tier_set) else standing.kept_until
        # What a step down has left behind is not climbed again: a refund never lifts.
        rank = min(rank_for(tier_set, metric_on(ladder, standing, day)), rank_of(tier_set, standing.reached))
        left.append((level_at(tier_set, rank), until))
    if standing.given is not None:
        left.append((standing.given, standing.given_until))
    grace = timedelta(days=tier_set.grace_days)
    valid = [(level, until) for level, until in left if until is None or until + grace > at]
    level, until = max(valid, key=lambda found: (rank_of(tier_set, found[0]), found[1] is None, found[1] or at))
    if level == standing.reached:
        return replace(standing, kept_until=until)
    return replace(standing, reached=level, entered_at=at, since=at, kept_until=until)


def _height(tier_set: TierSet, standing: Standing) -> tuple[int, bool, float]:
    until = standing.kept_until
    return (rank_of(tier_set, standing.level), until is None, until.timestamp() if until else 0)


def _upgrade_due(ladder: Ladder, standing: Standing, today: date) -> datetime | None:
    """Find the first day to come on which a higher level begins, by what is known already."""
    tier_set = ladder.tier_set
    present = rank_of(tier_set, standing.reached)
    coming = days_to_come(ladder, today)
    if tier_set.upgrade == "now":
        first = next((day for day in coming if rank_for(tier_set, metric_on(ladder, standing, day)) > present), None)
    else:
        ends = sorted({period_of(tier_set, day, joined_on=ladder.joined_on).end for day in [today, *coming]})
        first = next(
            (end for end in ends if rank_for(tier_set, metric_on(ladder, standing, end - DAY)) > present), None
        )
    return _start(ladder, first)


def _begin_anew(ladder: Ladder, at: datetime) -> None:
    """Where the window begins with the level, what was counted for it is used up."""
    if ladder.tier_set.window.over == "since_entry":
        day = ladder.day(at)
        # A term that begins at midnight leaves its first day's counts; a sale in the middle of it used them.
        forget_before(ladder, day if start_of_day(day, ladder.zone) == at else day + DAY)


def _settled(
    ladder: Ladder, before: Standing, after: Standing, *, cause: Cause, at: datetime
) -> tuple[Standing, Move | None]:
    """Note the next review, and say what moved: the level that the member has, or how long it is kept."""
    tier_set = ladder.tier_set
    review_at = find_next_review(ladder, after, at=at)
    has = level_of(tier_set, after, at=at)
    if (after.review_at, after.level) != (review_at, has):
        after = replace(after, review_at=review_at, level=has)
    # Who is judged at the very end of an override had until then what it said.
    had = level_of(tier_set, before, at=at if cause != "override_ended" else at - timedelta(microseconds=1))
    if had == has and cause not in ("manual", "undone"):
        if not (before.reached == after.reached == has and _is_later(after.kept_until, before.kept_until)):
            return after, None
        cause = "requalified"
    override_until = after.override.until if after.override else None
    move = Move(
        tier_set=tier_set.code,
        before=had,
        after=has,
        cause=cause,
        at=at,
        kept_until=override_until or after.kept_until,
        period=period_of(tier_set, ladder.day(at), joined_on=ladder.joined_on).first,
        rewards=rewards_between(tier_set, had, has),
    )
    return after, move


def _terms_are_periods(tier_set: TierSet) -> bool:
    return has_periods(tier_set) and tier_set.kept.until == "end_of_next_period"


def _is_later(end: datetime | None, other: datetime | None) -> bool:
    return end is not None and other is not None and end > other


def _end_of_term(ladder: Ladder, earned_on: date) -> datetime | None:
    return _start(ladder, kept_to(ladder.tier_set, earned_on, joined_on=ladder.joined_on))


def _start(ladder: Ladder, day: date | None) -> datetime | None:
    return None if day is None else start_of_day(day, ladder.zone)
