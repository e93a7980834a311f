"""Tiers: reached by what is counted, kept for a term, judged by review, bent by staff."""

from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.core.program.tier_sets import Kept, Metric, TierSet, Window
from regulars.core.tiers import (
    count_towards,
    fall_on_refund,
    start_to_count,
)
from tests.core.tier_card import LEVELS, Card, gold_that_gave_back_a_hundred, on

# --- the example of the rules, with its numbers --------------------------------------------------------


def test_gold_is_reached_at_once_and_kept_to_the_end_of_the_next_year():
    ann = Card()
    ann.earns(1_050, on(2026, 8, 10, 12))
    assert ann.moves == [(None, "gold", "reached")]
    assert ann.standing.entered_at == on(2026, 8, 10, 12)
    assert ann.standing.kept_until == on(2028, 1, 1)
    assert not ann.progress(on(2026, 8, 10, 12)).is_at_risk


def test_a_refund_shows_the_level_at_risk_and_leaves_it_to_the_review():
    ann = gold_that_gave_back_a_hundred()
    shown = ann.progress(on(2026, 8, 20, 12))
    assert (shown.metric, shown.level, shown.is_at_risk) == (950, "gold", True)


def test_a_year_with_400_ends_one_step_down_after_the_grace():
    ann = gold_that_gave_back_a_hundred()
    ann.earns(400, on(2027, 5, 1, 12))
    assert ann.level(on(2028, 1, 30, 23)) == "gold"
    assert ann.level(on(2028, 1, 31)) == "silver"
    assert ann.moves == [(None, "gold", "reached"), ("gold", "silver", "review")]
    assert ann.standing.entered_at == on(2028, 1, 31)
    assert ann.standing.kept_until == on(2029, 1, 1)


def test_a_floor_by_staff_keeps_gold_till_its_day_and_then_the_review_counts():
    ann = gold_that_gave_back_a_hundred()
    ann.earns(400, on(2027, 5, 1, 12))
    ann.is_given("gold", on(2028, 1, 10), "floor", until=on(2028, 6, 1))
    assert ann.level(on(2028, 2, 1)) == "gold"
    assert ann.level(on(2028, 5, 31, 23)) == "gold"
    assert ann.level(on(2028, 6, 1)) == "silver"
    assert ann.moves[1:] == [("gold", "gold", "manual"), ("gold", "silver", "override_ended")]


# --- reaching and keeping --------------------------------------------------------------------------------


def test_one_purchase_moves_as_far_and_gives_as_much_as_two():
    once, twice = Card(), Card()
    once.earns(1_050, on(2026, 8, 10))
    twice.earns(600, on(2026, 8, 10))
    twice.earns(450, on(2026, 8, 10))
    assert set(once.rewards) == set(twice.rewards)
    assert once.rewards == [("coffee", date(2026, 1, 1)), ("dinner", date(2026, 1, 1))]
    assert (once.standing.level, once.standing.kept_until) == (twice.standing.level, twice.standing.kept_until)


def test_reaching_it_again_keeps_it_for_another_year():
    ann = Card()
    ann.earns(1_000, on(2026, 8, 10))
    ann.earns(999, on(2027, 3, 1))
    assert ann.standing.kept_until == on(2028, 1, 1)
    ann.earns(1, on(2027, 3, 2))
    assert ann.standing.kept_until == on(2029, 1, 1)
    ann.earns(1, on(2027, 3, 3))
    assert ann.moves == [(None, "gold", "reached"), ("gold", "gold", "requalified")]


def test_a_late_sale_counts_in_its_own_year():
    ann = Card()
    ann.earns(400, on(2026, 12, 1))
    ann.earns(50, on(2027, 1, 2))
    ann.earns(100, on(2026, 12, 31, 23))
    assert ann.moves == [(None, "silver", "reached")]
    assert ann.standing.kept_until == on(2028, 1, 1)
    assert (ann.metric(on(2026, 12, 31)), ann.metric(on(2027, 1, 2))) == (500, 50)


@pytest.mark.parametrize(
    ("window", "months", "joined_at", "kept", "ends_at"),
    [
        ("calendar_year", None, None, "end_of_next_period", on(2028, 1, 1)),
        ("calendar_quarter", None, None, "end_of_next_period", on(2027, 1, 1)),
        ("rolling", 12, None, "end_of_next_period", on(2027, 8, 11)),
        ("membership_year", None, on(2024, 2, 29), "end_of_next_period", on(2028, 2, 29)),
        ("membership_year", None, on(2025, 8, 10), "end_of_next_period", on(2028, 8, 10)),
        ("membership_year", None, None, "end_of_next_period", on(2028, 1, 1)),
        ("since_entry", None, None, "end_of_next_period", on(2027, 8, 11)),
        ("lifetime", None, None, "end_of_next_period", on(2028, 1, 1)),
        ("calendar_year", None, None, "forever", None),
        ("calendar_year", None, None, 6, on(2027, 2, 11)),
    ],
)
def test_a_level_reached_on_10_august_2026_is_kept(window, months, joined_at, kept, ends_at):
    ends = Kept(until="months", months=kept) if isinstance(kept, int) else Kept(until=kept)
    ann = Card(
        TierSet(code="vip", name="Club", levels=LEVELS, window=Window(over=window, months=months), kept=ends),
        joined_at=joined_at,
    )
    ann.earns(1_000, on(2026, 8, 10, 9))
    assert ann.standing.level == "gold"
    assert ann.standing.kept_until == ends_at


def test_a_set_that_never_takes_a_level_has_no_terms():
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, review="keep"))
    ann.earns(1_000, on(2026, 8, 10))
    assert ann.standing.kept_until is None
    assert ann.level(on(2040, 1, 1)) == "gold"


def test_where_upgrades_wait_the_next_period_brings_them():
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, upgrade="next_period"))
    ann.earns(1_050, on(2026, 8, 10))
    assert ann.level(on(2026, 12, 31, 23)) is None
    assert ann.standing.review_at == on(2027, 1, 1)
    assert ann.level(on(2027, 1, 1)) == "gold"
    assert ann.standing.kept_until == on(2028, 1, 1)


def test_a_refund_before_the_next_period_leaves_nothing_to_wait_for():
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, upgrade="next_period"))
    ann.earns(1_050, on(2026, 8, 10))
    ann.returns(600, on(2026, 8, 10), on(2026, 9, 1))
    assert ann.standing.review_at is None
    assert ann.level(on(2027, 1, 1)) is None


# --- windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "counted"),
    [
        (Window(over="calendar_year"), 11),
        (Window(over="calendar_quarter"), 1),
        (Window(over="rolling", months=12), 111),
        (Window(over="membership_year"), 11),
        (Window(over="lifetime"), 1_111),
    ],
)
def test_what_counts_on_15_may_2026(window, counted):
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, window=window), joined_at=on(2025, 1, 2))
    for amount, at in (
        (1_000, on(2025, 5, 15, 23)),
        (100, on(2025, 5, 16)),
        (10, on(2026, 2, 1)),
        (1, on(2026, 5, 15)),
    ):
        ann.earns(amount, at)
    assert ann.metric(on(2026, 5, 15, 23)) == counted


def test_a_window_that_begins_with_the_level_uses_up_what_led_to_it():
    tier_set = TierSet(code="vip", name="Club", levels=LEVELS, window=Window(over="since_entry"), review="replace")
    ann = Card(tier_set)
    ann.earns(300, on(2026, 3, 1, 9))
    ann.earns(200, on(2026, 3, 1, 10))
    assert (ann.standing.level, ann.metric(on(2026, 3, 1, 11))) == ("silver", 0)
    ann.earns(50, on(2026, 3, 1, 11))
    ann.earns(450, on(2026, 6, 1))
    assert (ann.standing.level, ann.metric(on(2026, 6, 2))) == ("silver", 500)
    assert ann.level(on(2027, 3, 2)) == "silver"  # a year with 500 keeps it, and another begins with nothing
    assert ann.metric(on(2027, 3, 2)) == 0
    assert ann.level(on(2028, 3, 2)) is None


def test_a_rolling_year_is_judged_by_the_months_before_the_review():
    tier_set = TierSet(
        code="vip",
        name="Club",
        levels=LEVELS,
        window=Window(over="rolling", months=12),
        review="replace",
        grace_days=10,
    )
    ann = Card(tier_set)
    ann.earns(1_000, on(2026, 8, 10))
    ann.earns(400, on(2027, 1, 1))
    assert ann.level(on(2027, 8, 20, 23)) == "gold"
    ann.earns(100, on(2027, 8, 20, 23))  # in the grace
    assert ann.level(on(2027, 8, 21)) == "silver"


def test_pending_units_count_from_the_day_they_are_active():
    ann = Card()
    ann.earns(1_000, on(2026, 5, 1, 9), available_at=on(2026, 5, 15))
    assert (ann.metric(on(2026, 5, 14, 23)), ann.metric(on(2026, 5, 15))) == (0, 1_000)
    assert ann.level(on(2026, 5, 14, 23)) is None
    assert ann.level(on(2026, 5, 15)) == "gold"
    assert ann.standing.entered_at == on(2026, 5, 15)


def test_pending_units_may_count_at_once():
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, metric=Metric(count_pending=True)))
    ann.earns(1_000, on(2026, 5, 1, 9), available_at=on(2026, 5, 15))
    assert ann.standing.level == "gold"


def test_half_of_what_is_pending_is_refunded():
    ann = Card()
    ann.earns(60, on(2026, 5, 1), available_at=on(2026, 5, 15))
    count_towards(ann.ladder, ann.standing, -30, at=on(2026, 5, 1), available_at=on(2026, 5, 15))
    assert (ann.metric(on(2026, 5, 5)), ann.metric(on(2026, 5, 15))) == (0, 30)


NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("waits", [on(2026, 5, 15), NEVER])
def test_what_is_released_early_counts_from_then_on_and_a_refund_takes_it(waits):
    ann = Card()
    ann.earns(60, on(2026, 5, 1), available_at=waits)
    start_to_count(ann.ladder, ann.standing, 60, waited_until=waits, starts_at=on(2026, 5, 5), at=on(2026, 5, 5))
    assert ann.metric(on(2026, 5, 5)) == 60
    count_towards(ann.ladder, ann.standing, -30, at=on(2026, 5, 1), available_at=waits)
    assert ann.metric(on(2026, 5, 15)) == 30


def test_a_refund_finds_what_has_joined_its_period():
    ann = Card()
    ann.earns(60, on(2026, 12, 20), available_at=on(2027, 1, 3))
    ann.earns(10, on(2027, 1, 20))
    count_towards(ann.ladder, ann.standing, -60, at=on(2026, 12, 20), available_at=on(2027, 1, 3))
    assert ann.ladder.counts == {date(2027, 1, 1).toordinal(): 10}


def test_what_is_active_at_once_counts_at_once():
    ann = Card()
    ann.earns(1_000, on(2026, 5, 1, 9), available_at=on(2026, 5, 1, 9))
    assert ann.standing.level == "gold"


def test_what_waits_for_an_event_does_not_count():
    ann = Card()
    ann.earns(1_000, on(2026, 5, 1), available_at=datetime(9999, 12, 31, tzinfo=UTC))
    assert ann.metric(on(2026, 12, 31)) == 0
    assert ann.standing.review_at is None


def test_a_balance_is_looked_at_as_it_is():
    tier_set = TierSet(code="vip", name="Club", levels=LEVELS, metric=Metric(of="balance"), review="replace")
    ann = Card(tier_set)
    ann.ladder.balance = 1_200
    ann.earns(1_200, on(2026, 5, 1))
    assert (ann.standing.level, ann.ladder.counts) == ("gold", {})
    ann.ladder.balance = 700
    assert ann.level(on(2027, 12, 31)) == "gold"
    assert ann.level(on(2028, 1, 1)) == "silver"


@pytest.mark.parametrize(
    ("window", "most"),
    [
        (Window(over="calendar_year"), 4),  # two periods, and the two days to come
        (Window(over="calendar_quarter"), 4),
        (Window(over="rolling", months=3), 95),
        (Window(over="lifetime"), 3),
    ],
)
def test_counts_do_not_grow_for_ever(window, most):
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, window=window, review="keep"))
    for day in range(3_000):
        at = datetime.fromordinal(date(2020, 1, 1).toordinal() + day).replace(tzinfo=UTC)
        ann.earns(1, at, available_at=at + timedelta(days=1, hours=1))
    assert len(ann.ladder.counts) <= most


# --- reviews -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "counted", "then"),
    [
        ("one_step", 0, "gold"),
        ("one_step", 5_000, "platinum"),
        ("replace", 0, None),
        ("replace", 500, "silver"),
        ("replace", 4_999, "gold"),
        ("replace", 5_000, "platinum"),
    ],
)
def test_after_a_platinum_year_and_one_with(policy, counted, then):
    ann = Card(TierSet(code="vip", name="Club", levels=LEVELS, review=policy))
    ann.earns(5_000, on(2026, 6, 1))
    ann.earns(counted, on(2027, 6, 1))
    assert ann.level(on(2028, 1, 1)) == then


def test_without_purchases_the_steps_follow_year_by_year_however_late_the_review():
    ann = Card()
    ann.earns(5_000, on(2026, 6, 1))
    ann.reviewed(on(2035, 1, 1))
    assert ann.moves[1:] == [
        ("platinum", "gold", "review"),
        ("gold", "silver", "review"),
        ("silver", None, "review"),
    ]
    assert ann.standing.entered_at == on(2030, 1, 31)
    assert ann.standing.review_at is None


def test_a_purchase_in_the_grace_keeps_the_level():
    ann = gold_that_gave_back_a_hundred()
    ann.earns(1_000, on(2028, 1, 20))
    assert ann.standing.kept_until == on(2030, 1, 1)
    assert ann.level(on(2028, 2, 1)) == "gold"


def test_a_level_the_program_has_no_more_is_kept_to_the_end_of_its_term():
    ann = Card()
    ann.earns(5_000, on(2026, 6, 1))
    ann.ladder.tier_set = TierSet(code="vip", name="Club", levels=LEVELS[:2], grace_days=30)
    ann.earns(1_000, on(2027, 6, 1))
    assert ann.level(on(2028, 1, 30)) == "platinum"
    assert ann.level(on(2028, 1, 31)) == "gold"


# --- refunds that count at once ----------------------------------------------------------------------------

AT_ONCE = TierSet(code="vip", name="Club", levels=LEVELS, on_refund="now", grace_days=30)


def test_a_refund_drops_to_what_is_left():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 8, 10))
    ann.returns(100, on(2026, 8, 10), on(2026, 8, 20))
    assert ann.moves[1:] == [("gold", "silver", "refund")]
    assert ann.standing.kept_until == on(2028, 1, 1)
    ann.returns(950, on(2026, 8, 10), on(2026, 8, 21))
    assert (ann.standing.level, ann.standing.kept_until, ann.standing.review_at) == (None, None, None)


def test_a_refund_of_a_year_that_did_not_make_the_level_takes_nothing():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 8, 10))
    ann.earns(600, on(2027, 2, 1))
    ann.returns(200, on(2027, 2, 1), on(2027, 2, 2))
    assert ann.standing.level == "gold"


def test_a_refund_takes_the_second_year_and_leaves_what_the_first_one_made():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 8, 10))
    ann.earns(1_000, on(2027, 2, 1))
    ann.returns(200, on(2027, 2, 1), on(2027, 2, 2))
    assert (ann.standing.level, ann.standing.kept_until) == ("gold", on(2028, 1, 1))


def test_a_refund_of_last_years_sale_takes_the_level_it_made():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 12, 30))
    ann.returns(1_050, on(2026, 12, 30), on(2027, 1, 5))
    assert ann.standing.level is None


def test_a_refund_does_not_take_what_staff_gave():
    ann = Card(AT_ONCE)
    ann.is_given("silver", on(2026, 1, 5))
    ann.earns(1_050, on(2026, 8, 10))
    ann.returns(1_050, on(2026, 8, 10), on(2026, 8, 20))
    assert (ann.standing.level, ann.standing.kept_until) == ("silver", on(2028, 1, 1))


def test_undoing_the_refund_brings_the_level_back():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 8, 10))
    ann.returns(100, on(2026, 8, 10), on(2026, 8, 20))
    ann.earns(100, on(2026, 8, 10))
    assert (ann.standing.level, ann.standing.kept_until) == ("gold", on(2028, 1, 1))


def test_a_refund_says_which_rewards_its_sale_had_brought():
    ann = Card(AT_ONCE)
    ann.earns(1_050, on(2026, 12, 30))
    count_towards(ann.ladder, ann.standing, -100, at=on(2026, 12, 30))
    _, move = fall_on_refund(ann.ladder, ann.standing, taken=100, sold_at=on(2026, 12, 30), at=on(2027, 1, 5))
    assert (move.after, move.rewards, move.lost, move.period) == ("silver", (), ("dinner",), date(2026, 1, 1))
