"""What must hold of tiers whatever a shop sets up and whatever members do."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.core.program.tier_sets import Kept, Metric, TierSet, Window
from regulars.core.tiers import NOWHERE, Override, count_towards, level_of, place, progress, rank_of, review, rise
from tests.core.tier_card import LEVELS, Card, on

START = on(2026, 1, 1)
windows = st.one_of(
    st.sampled_from(["calendar_year", "calendar_quarter", "membership_year", "since_entry", "lifetime"]).map(
        lambda over: Window(over=over)
    ),
    st.integers(1, 24).map(lambda months: Window(over="rolling", months=months)),
)
terms = st.one_of(
    st.sampled_from(["end_of_next_period", "forever"]).map(lambda until: Kept(until=until)),
    st.integers(1, 18).map(lambda months: Kept(until="months", months=months)),
)
tier_sets = st.builds(
    lambda window, kept, upgrade, review, grace, refund: TierSet(
        code="vip",
        name="Club",
        levels=LEVELS,
        metric=Metric(of="spend"),
        window=window,
        kept=kept,
        upgrade=upgrade,
        review=review,
        grace_days=grace,
        on_refund=refund,
    ),
    windows,
    terms,
    st.sampled_from(["now", "next_period"]),
    st.sampled_from(["keep", "one_step", "replace"]),
    st.integers(0, 60),
    st.sampled_from(["now", "review"]),
)
moments = st.integers(0, 3 * 365 * 24).map(lambda hours: START + timedelta(hours=hours))
deeds = st.lists(st.tuples(moments, st.integers(1, 2_500), st.integers(0, 40)), max_size=12)
joined = st.none() | st.integers(0, 800).map(lambda days: START - timedelta(days=days))


def live(tier_set: TierSet, joined_at: datetime | None, done: list[tuple[datetime, int, int]]) -> Card:
    """Let a member buy in the order of time; what is bought may wait some days to count."""
    ann = Card(tier_set, joined_at)
    for at, amount, waits in sorted(done):
        ann.earns(amount, at, available_at=at + timedelta(days=waits))
    return ann


@given(tier_set=tier_sets, joined_at=joined, done=deeds, stops=st.lists(moments, max_size=6))
def test_reviews_may_come_as_often_and_as_late_as_they_like(tier_set, joined_at, done, stops):
    last = max([at for at, _, _ in done], default=START)
    end = START + timedelta(days=8 * 365)
    once, often = live(tier_set, joined_at, done), live(tier_set, joined_at, done)
    once.reviewed(end)
    for stop in sorted(at for at in stops if at > last):
        often.reviewed(stop)
        often.reviewed(stop)
    often.reviewed(end)
    assert (once.standing, once.moves, once.ladder.counts) == (often.standing, often.moves, often.ladder.counts)


@given(tier_set=tier_sets, joined_at=joined, done=deeds, later=moments)
def test_nothing_changes_by_itself_before_its_review(tier_set, joined_at, done, later):
    ann = live(tier_set, joined_at, done)
    now = max([at for at, _, _ in done], default=START)
    ann.reviewed(now)
    if later <= now or (ann.standing.review_at is not None and ann.standing.review_at <= later):
        return
    before = ann.standing
    ann._take(rise(ann.ladder, ann.standing, at=later) if tier_set.window.over != "rolling" else (before, None))
    assert (ann.standing.level, ann.standing.reached) == (before.level, before.reached)


@given(tier_set=tier_sets, joined_at=joined, done=deeds)
def test_each_move_begins_where_the_last_one_ended_and_the_standing_ends_there(tier_set, joined_at, done):
    ann = live(tier_set, joined_at, done)
    ann.reviewed(START + timedelta(days=5 * 365))
    level = None
    for before, after, _ in ann.moves:
        assert before == level
        level = after
    assert ann.standing.level == level


@example(  # a review has taken the member a step down from what the year before still backs
    tier_set=TierSet(
        code="vip", name="Club", levels=LEVELS, kept=Kept(until="months", months=1), review="one_step", on_refund="now"
    ),
    joined_at=None,
    done=[(datetime(2026, 1, 1, 5, tzinfo=UTC), 1_000, 0), (datetime(2027, 1, 2, 5, tzinfo=UTC), 1, 0)],
    taken=500,
    days=0,
)
@given(tier_set=tier_sets, joined_at=joined, done=deeds, taken=st.integers(1, 5_000), days=st.integers(0, 90))
def test_a_refund_never_lifts_and_what_it_leaves_is_counted_again(tier_set, joined_at, done, taken, days):
    ann = live(tier_set, joined_at, done)
    if not done:
        return
    sold_at = max(at for at, _, _ in done)
    at = sold_at + timedelta(days=days)
    ann.reviewed(at)
    rank = rank_of(tier_set, ann.standing.level)
    ann.returns(taken, sold_at, at)
    assert rank_of(tier_set, ann.standing.level) <= rank
    assert ann.metric(at) >= 0


@given(tier_set=tier_sets, joined_at=joined, done=deeds, level=st.sampled_from(["silver", "gold", "platinum"]))
def test_a_floor_is_never_gone_below(tier_set, joined_at, done, level):
    ann = Card(tier_set, joined_at)
    ann.standing, _ = place(ann.ladder, NOWHERE, level=level, override=Override(kind="floor", level=level), at=START)
    for at, amount, waits in sorted(done):
        ann.earns(amount, at, available_at=at + timedelta(days=waits))
        assert rank_of(tier_set, ann.standing.level) >= rank_of(tier_set, level)
    assert rank_of(tier_set, ann.level(START + timedelta(days=6 * 365))) >= rank_of(tier_set, level)


@given(tier_set=tier_sets, joined_at=joined, done=deeds)
def test_progress_says_what_a_review_does(tier_set, joined_at, done):
    ann = live(tier_set, joined_at, done)
    at = max([at for at, _, _ in done], default=START)
    ann.reviewed(at)
    shown = progress(ann.ladder, ann.standing, at=at)
    if shown.review_at is None:
        return
    later, _ = review(ann.ladder, ann.standing, at=shown.review_at)
    assert level_of(tier_set, later, at=shown.review_at) == shown.projected


@given(tier_set=tier_sets, joined_at=joined, done=deeds, amount=st.integers(1, 900))
def test_counting_and_taking_off_again_leaves_no_trace(tier_set, joined_at, done, amount):
    ann = live(tier_set, joined_at, done)
    at = max([at for at, _, _ in done], default=START)
    before = {bucket: counted for bucket, counted in ann.ladder.counts.items() if counted}
    copy = msgspec.structs.replace(ann.ladder, counts=dict(ann.ladder.counts))
    count_towards(copy, ann.standing, amount, at=at)
    count_towards(copy, ann.standing, -amount, at=at)
    metric = Card(tier_set, joined_at)
    metric.ladder, metric.standing = copy, ann.standing
    assert metric.metric(at) == ann.metric(at)
    assert sum(copy.counts.values()) <= sum(before.values())
