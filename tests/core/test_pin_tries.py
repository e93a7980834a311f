"""Five wrong tries lock a PIN, each time for twice as long; a PIN that anybody would guess is none."""

from datetime import timedelta

import pytest

from regulars.core.pin_tries import is_guessable, lock_for


@pytest.mark.parametrize(("lockouts", "minutes"), [(0, 15), (1, 30), (2, 60), (5, 480), (12, 61_440), (13, 61_440)])
def test_each_lock_lasts_twice_as_long_up_to_six_weeks(lockouts, minutes):
    assert lock_for(lockouts) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("pin", "guessable"),
    [
        ("0000", True),
        ("1234", True),
        ("9012", True),
        ("4321", True),
        ("87654321", True),
        ("1357", False),
        ("1235", False),
    ],
)
def test_a_pin_that_anybody_would_try_first_is_guessable(pin, guessable):
    assert is_guessable(pin) is guessable
