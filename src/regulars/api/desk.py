"""Work that is not a till's: a few threads, each with its own connection, and a bounded queue in front of them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from regulars.api.lane import LaneFull


class Desk:
    """`threads` work at once and at most `waiting` requests wait; whoever comes then is asked to come again."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._limit = threads + waiting
        self._taken = 0
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"desk-{name}")

    def submit[Answer](self, work: Callable[[], Answer]) -> asyncio.Future[Answer]:
        """Run `work` in a thread; who stops waiting for it does not stop it. Refuses: LaneFull."""
        if self._taken >= self._limit:
            raise LaneFull(retry_after_seconds=1)
        self._taken += 1
        done = asyncio.get_running_loop().run_in_executor(self._pool, work)
        done.add_done_callback(self._put_back)
        return done

    def _put_back(self, _done: object) -> None:
        self._taken -= 1


CHECKS = Desk("keys", threads=1, waiting=200)
READS = Desk("reads", threads=3, waiting=200)
WRITES = Desk("writes", threads=3, waiting=200)
UPLOADS = Desk("uploads", threads=1, waiting=16)
"""One upload at a time, so that tills keep their pace."""
