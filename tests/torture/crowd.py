"""Many at once: threads that work in one merchant's schema, each on a connection of its own, from one starting shot."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connection

from regulars.sales.verify import verify


class Crowd:
    """So many threads with a connection each, for as many rounds as a test takes."""

    def __init__(self, schema: str, size: int) -> None:
        self._schema = schema
        self._size = size
        self._threads = ThreadPoolExecutor(size)

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self.at_once([hang_up] * self._size)
        self._threads.shutdown()

    def at_once[Answer](self, works: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """Run each in a thread of its own; return what each answered, in order. A fault in any of them is raised."""
        assert len(works) == self._size, "one for each thread: they wait for each other"
        shot = threading.Barrier(self._size)

        def run(work: Callable[[], Answer]) -> Answer:
            connection.set_schema(self._schema)  # type: ignore[attr-defined]
            connection.ensure_connection()
            shot.wait(30)
            return work()

        return list(self._threads.map(run, works))


def hang_up() -> None:
    connection.close()  # this thread's own


class Clock:
    """A time that moves on with every look, for all threads together."""

    def __init__(self, start: datetime, step: timedelta) -> None:
        self._now = start
        self._step = step
        self._lock = threading.Lock()

    def tick(self) -> datetime:
        with self._lock:
            self._now += self._step
            return self._now


def broken_invariants() -> list[str]:
    return [f"{result.name}: {result.breaches}" for result in verify() if result.breaches]


def count_deadlocks() -> int:
    """Read the server's own count; connections that have closed are in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        [count] = cursor.fetchone()
    return int(count)
