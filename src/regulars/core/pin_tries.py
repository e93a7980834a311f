"""A short secret can be guessed, so guessing is stopped: five wrong tries lock it, each time for twice as long."""

import itertools
from datetime import timedelta

MOST_WRONG = 5
FIRST_LOCK = timedelta(minutes=15)
MOST_DOUBLED = 12
"""After twelve doublings, about six weeks, a lock does not grow any more."""


def lock_for(lockouts: int) -> timedelta:
    """How long it is locked after `lockouts` earlier times."""
    doubled: int = 2 ** min(lockouts, MOST_DOUBLED)
    return FIRST_LOCK * doubled


def is_guessable(pin: str) -> bool:
    """Tell whether somebody would try this among the first: one digit over and over, or digits in a row."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return steps in ({0}, {1}, {9})
