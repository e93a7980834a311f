"""Night work leaves the machine to the tills: after each batch it rests for as long as the batch took."""

from collections.abc import Iterable, Iterator
from time import monotonic, sleep

LONGEST_REST = 1.0
"""Seconds: a batch that had to wait for something else does not hold up the night."""


def gently[Batch](batches: Iterable[Batch]) -> Iterator[Batch]:
    """Take one batch after the other, each of which is done when it is taken, and rest between them: so night work
    uses half of the time at most, and a till's sale comes in between.
    """
    began = monotonic()
    for batch in batches:
        took = monotonic() - began
        yield batch
        sleep(min(took, LONGEST_REST))
        began = monotonic()
