"""What staff decides about levels, what members read about them, and all sets of a program together."""

from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.program.tier_sets import Level, Metric, TierSet, Window
from regulars.core.tiers import (
    NOWHERE,
    Climber,
    Counted,
    Override,
    Standing,
    bring_up,
    climb,
    count_towards,
    descend,
    held_levels,
    level_of,
    rise,
)
from tests.core.tier_card import BY_YEAR, LEVELS, NEW_YORK, Card, gold_that_gave_back_a_hundred, on

# --- what staff decides --------------------------------------------------------------------------------------


def test_a_floor_lets_rise_and_never_fall():
    ann = Card()
    ann.is_given("gold", on(2026, 2, 1), "floor")
    ann.earns(600, on(2026, 3, 1))
    assert ann.level(on(2026, 3, 1)) == "gold"
    ann.earns(4_400, on(2026, 4, 1))
    assert ann.level(on(2026, 4, 1)) == "platinum"
    assert ann.level(on(2030, 1, 1)) == "gold"
    assert ann.moves == [(None, "gold", "manual"), ("gold", "platinum", "reached"), ("platinum", "gold", "review")]


def test_a_pinned_level_does_not_move_until_it_is_released():
    ann = Card()
    ann.is_given("silver", on(2026, 2, 1), "pinned")
    ann.earns(1_000, on(2026, 3, 1))
    assert ann.level(on(2027, 1, 1)) == "silver"
    ann.is_released(on(2027, 2, 1))
    assert ann.level(on(2027, 2, 1)) == "gold"
    assert ann.moves == [(None, "silver", "manual"), ("silver", "gold", "manual")]


def test_a_level_until_a_day_neither_rises_nor_falls_before_it():
    ann = Card()
    ann.earns(1_000, on(2026, 2, 1))
    ann.is_given("silver", on(2026, 3, 1), "until", until=on(2026, 6, 1))
    ann.earns(5_000, on(2026, 4, 1))
    assert ann.level(on(2026, 5, 31, 23)) == "silver"
    assert ann.level(on(2026, 6, 1)) == "platinum"


def test_a_level_given_without_more_is_like_one_that_was_reached():
    ann = Card()
    ann.is_given("gold", on(2026, 2, 1))
    assert ann.standing.kept_until == on(2028, 1, 1)
    assert ann.level(on(2028, 1, 31)) == "silver"


def test_holding_the_level_that_a_member_has_is_a_decision_too():
    ann = Card()
    ann.earns(1_000, on(2026, 2, 1))
    ann.is_given("gold", on(2026, 3, 1), "pinned")
    assert ann.moves[1:] == [("gold", "gold", "manual")]


def test_undoing_an_override_leaves_what_was_counted_meanwhile():
    ann = Card()
    ann.is_given("gold", on(2026, 2, 1), "floor")
    ann.earns(600, on(2026, 3, 1))
    ann.is_undone(NOWHERE, on(2026, 4, 1), is_override=True)
    assert ann.moves == [(None, "gold", "manual"), ("gold", "silver", "undone")]


def test_undoing_a_level_that_was_given_brings_back_what_was_and_what_was_earned_since():
    ann = Card()
    ann.earns(600, on(2026, 2, 1))
    was = ann.standing
    ann.is_given("platinum", on(2026, 3, 1))
    ann.earns(400, on(2026, 4, 1))
    ann.is_undone(was, on(2026, 5, 1), is_override=False)
    assert ann.moves[1:] == [("silver", "platinum", "manual"), ("platinum", "gold", "undone")]
    assert ann.standing.kept_until == on(2028, 1, 1)


def test_undoing_late_lets_what_was_due_take_effect():
    ann = Card()
    ann.earns(600, on(2026, 2, 1))
    was = ann.standing
    ann.is_given("gold", on(2026, 3, 1))
    ann.is_undone(was, on(2028, 2, 1), is_override=False)
    assert ann.standing.level is None


def test_overrides_end_by_the_clock_even_if_no_review_ran():
    standing = Standing(override=Override(kind="until", level="gold", until=on(2026, 6, 1)))
    assert level_of(BY_YEAR, standing, at=on(2026, 5, 31, 23)) == "gold"
    assert level_of(BY_YEAR, standing, at=on(2026, 6, 1)) is None


# --- progress --------------------------------------------------------------------------------------------------


def test_progress_says_what_is_missing_for_the_next_level():
    ann = Card()
    ann.earns(640, on(2026, 8, 10))
    shown = ann.progress(on(2026, 9, 1))
    assert (shown.level, shown.next_level, shown.to_next, shown.next_by) == ("silver", "gold", 360, on(2027, 1, 1))


def test_progress_says_what_keeps_the_level_and_where_the_review_would_put_it():
    ann = gold_that_gave_back_a_hundred()
    ann.earns(400, on(2027, 5, 1))
    shown = ann.progress(on(2027, 6, 1))
    assert (shown.to_keep, shown.keep_from, shown.keep_by) == (600, on(2027, 1, 1), on(2028, 1, 1))
    assert (shown.projected, shown.review_at, shown.is_at_risk) == ("silver", on(2028, 1, 31), True)
    ann.earns(600, on(2027, 7, 1))
    later = ann.progress(on(2027, 7, 1))
    assert (later.kept_until, later.to_keep, later.keep_from) == (on(2029, 1, 1), 1_000, on(2028, 1, 1))


def test_progress_at_the_top_has_nothing_next():
    ann = Card()
    ann.earns(5_000, on(2026, 8, 10))
    shown = ann.progress(on(2026, 8, 10))
    assert (shown.next_level, shown.to_next) == (None, None)


def test_progress_changes_nothing():
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, window=Window(over="since_entry")))
    ann.earns(500, on(2026, 8, 10))
    ann.earns(100, on(2026, 9, 10))
    before = (dict(ann.ladder.counts), ann.standing)
    ann.progress(on(2026, 9, 11))
    assert (ann.ladder.counts, ann.standing) == before


# --- all sets of a program together --------------------------------------------------------------------------

BY_QUARTER = TierSet(
    code="season", name="Season", levels=(Level(code="star", name="Star", threshold=300),),
    window=Window(over="calendar_quarter"), on_refund="now",
)  # fmt: skip


def a_climber() -> Climber:
    return Climber(used={}, standings={}, zone=NEW_YORK, joined_at=None)


def test_a_sale_counts_towards_every_set_and_a_refund_comes_off_each():
    ann, sets = a_climber(), (BY_YEAR, BY_QUARTER)
    at = on(2026, 8, 10, 12)
    moves = climb(sets, ann, {"vip": [Counted(600)], "season": [Counted(300)]}, at=at)
    assert [(move.tier_set, move.after) for move in moves] == [("vip", "silver"), ("season", "star")]
    assert held_levels(sets, ann.standings, at=at) == ("silver", "star")
    moves = descend(sets, ann, {"vip": [Counted(-600)], "season": [Counted(-300)]}, sold_at=at, at=on(2026, 8, 11))
    assert [(move.tier_set, move.after) for move in moves] == [("season", None)]
    assert held_levels(sets, ann.standings, at=on(2026, 8, 11)) == ("silver",)


def test_a_sale_finds_the_levels_of_its_own_moment_though_no_review_ran():
    ann, sets = a_climber(), (BY_YEAR, BY_QUARTER)
    climb(sets, ann, {"vip": [Counted(1_000)], "season": [Counted(300)]}, at=on(2026, 8, 10))
    moves = bring_up(sets, ann, at=on(2028, 2, 1))
    assert [(move.tier_set, move.before, move.after) for move in moves] == [
        ("vip", "gold", "silver"),
        ("season", "star", None),
    ]
    assert bring_up(sets, ann, at=on(2028, 2, 1)) == []


def test_who_reached_nothing_needs_no_standing():
    ann = a_climber()
    climb((BY_YEAR,), ann, {"vip": [Counted(5)]}, at=on(2026, 8, 10))
    assert ann.standings == {}
    assert ann.used == {"tier/vip/points": {date(2026, 1, 1).toordinal(): 5}}


amounts = st.lists(st.integers(1, 900), min_size=1, max_size=8)


@given(amounts=amounts, days=st.data(), policy=st.sampled_from(["now", "review"]))
def test_the_order_of_sales_does_not_matter(amounts, days, policy):
    tier_set = msgspec.structs.replace(BY_YEAR, on_refund=policy)
    sales = [(amount, on(2026, 1, 1) + timedelta(days=days.draw(st.integers(0, 700)), hours=5)) for amount in amounts]
    shuffled = days.draw(st.permutations(sales))
    ends = []
    for order in (sorted(sales, key=lambda sale: sale[1]), shuffled):
        ann = Card(tier_set)
        for amount, at in order:
            count_towards(ann.ladder, ann.standing, amount, at=at)
            ann._take(rise(ann.ladder, ann.standing, at=at))
        ends.append((ann.level(on(2027, 12, 31)), ann.standing.kept_until, ann.metric(on(2027, 12, 31))))
    assert ends[0] == ends[1]


@given(amounts=amounts, policy=st.sampled_from(["now", "review"]))
def test_refunding_everything_in_parts_counts_like_refunding_it_at_once(amounts, policy):
    tier_set = msgspec.structs.replace(BY_YEAR, on_refund=policy)
    at, later = on(2026, 3, 1), on(2026, 4, 1)
    ends = []
    for parts in (amounts, [sum(amounts)]):
        ann = Card(tier_set)
        ann.earns(sum(amounts), at)
        for part in parts:
            ann.returns(part, at, later)
        ends.append((ann.standing.level, ann.metric(later)))
    assert ends[0] == ends[1]


def test_a_set_that_counts_something_else_begins_anew_and_takes_nothing():
    ann = a_climber()
    climb((BY_YEAR,), ann, {"vip": [Counted(600)]}, at=on(2026, 8, 10))
    by_spend = msgspec.structs.replace(BY_YEAR, metric=Metric(of="spend"))
    climb((by_spend,), ann, {"vip": [Counted(450)]}, at=on(2026, 8, 11))
    assert held_levels((by_spend,), ann.standings, at=on(2026, 8, 11)) == ("silver",)
    assert ann.ladder(by_spend).counts == {date(2026, 1, 1).toordinal(): 450}
