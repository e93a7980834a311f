"""Night work leaves the machine to the tills: after each batch it rests for as long as the batch took."""

from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep

from regulars.platform.rows import fetch

LONGEST_REST = 1.0
"""Seconds: a batch that had to wait for something else does not hold up the night."""

OWN = 10
"""At most so many commits are a batch's own."""
FEW = 5
"""So many commits a second are no till at work, but somebody who looks at a page."""
REMEMBERED = 3.0
"""Seconds: PostgreSQL counts a connection's commits about once a second."""

COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


def gently[Batch](batches: Iterable[Batch], *, needs_rest: Callable[[], bool] = lambda: True) -> Iterator[Batch]:
    """Take one batch after the other, each of which is done when it is taken, and rest between them: so night work
    uses half of the time at most, and a till's sale comes in between. `needs_rest` may say that nobody else is there.
    """
    began = monotonic()
    for batch in batches:
        took = monotonic() - began
        yield batch
        if needs_rest():
            sleep(min(took, LONGEST_REST))
        began = monotonic()


class Company:
    """Whether others, of whatever merchant, write to the database meanwhile: asked after each batch. A file that comes
    in when the shops are closed need not wait for their tills.
    """

    def __init__(self) -> None:
        self._commits = self._count()
        self._asked_at = monotonic()
        self._seen_at = self._asked_at

    def __call__(self) -> bool:
        commits, now = self._count(), monotonic()
        if commits - self._commits - OWN > FEW * (now - self._asked_at):
            self._seen_at = now
        self._commits, self._asked_at = commits, now
        return now - self._seen_at < REMEMBERED

    def _count(self) -> int:
        [[commits]] = fetch(COMMITS, {})
        return int(commits)
