"""Caps on spending: what a payment may still be, by what was spent in the period and did not come back."""

from datetime import date

import pytest

from regulars.core.program.caps import Cap
from regulars.core.spending import counted_since, tightest

ON = date(2026, 3, 11)  # a Wednesday
SPENT = {date(2026, 3, 11): 30, date(2026, 3, 9): 20, date(2026, 3, 1): 40, date(2026, 2, 28): 50, date(2025, 3, 1): 7}


@pytest.mark.parametrize(
    ("cap", "room", "since"),
    [
        (Cap(limit=100, period="transaction"), 100, None),
        (Cap(limit=100, period="day"), 70, date(2026, 3, 11)),
        (Cap(limit=100, period="week"), 50, date(2026, 3, 9)),  # from Monday
        (Cap(limit=100, period="month"), 10, date(2026, 3, 1)),
        (Cap(limit=100, period="quarter"), 0, date(2026, 1, 1)),
        (Cap(limit=150, period="year"), 10, date(2026, 1, 1)),
        (Cap(limit=150, period="lifetime"), 3, date.min),
        (Cap(limit=100, period="rolling", days=3), 50, date(2026, 3, 9)),
        (Cap(limit=100, period="rolling", days=2), 70, date(2026, 3, 10)),
    ],
)
def test_a_cap_leaves_what_its_period_has_not_used(cap, room, since):
    bound = tightest([cap], SPENT, on=ON)
    assert (bound.room, counted_since([cap], on=ON)) == (room, since)


def test_the_tightest_cap_bounds_and_without_caps_nothing_does():
    day, month = Cap(limit=100, period="day"), Cap(limit=100, period="month")
    assert tightest([day, month], SPENT, on=ON).cap is month
    assert tightest([], SPENT, on=ON) is None
    assert counted_since([day, month], on=ON) == date(2026, 3, 1)


def test_a_late_payment_is_judged_by_its_own_day():
    assert tightest([Cap(limit=100, period="day")], SPENT, on=date(2026, 3, 9)).room == 80
