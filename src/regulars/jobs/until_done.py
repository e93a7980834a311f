"""A verb that does one bounded batch is called again until nothing is left to do."""

from collections.abc import Callable
from itertools import islice

BATCHES_AT_ONCE = 100
"""What a job leaves over after so many, the next tick of the clock asks for again."""


def until_done(batch: Callable[[], int], *, most: int = BATCHES_AT_ONCE) -> int:
    """Call `batch`, which says how much it did, until it says 0 or was called `most` times; how much it did in all."""
    return sum(islice(iter(batch, 0), most))
