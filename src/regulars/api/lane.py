"""A lane gives concurrent requests one commit: what waits goes into the next flush together.

One queue per merchant, bounded. A flush starts when the last one ended (no timers), takes at most `size` items, and
runs in a plain thread. Several threads serve the merchants in turn. Where a lane allows it, a second flush of the same
merchant runs beside the first once enough items wait: while one waits for the disk, the other decides.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from regulars.api.metrics import FLUSH_SECONDS, FLUSH_SIZE, LANE_DEPTH
from regulars.core.refusals import Refusal

SIZE = 200
PATIENCE = 2.0
ENOUGH = 16
"""So many must wait before another flush starts beside one that runs: small ones cost more than they save."""
logger = logging.getLogger(__name__)


class LaneFull(Refusal):
    """More requests wait than ten flushes can take."""

    code = "too_busy"

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds


class TooLate(Refusal):
    """The request waited so long that the till has given up; nothing was done."""

    code = "too_late"

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds


class _Waiting[Item, Answer]:
    __slots__ = ("answer", "deadline", "item", "loop")

    def __init__(self, item: Item, deadline: float, loop: asyncio.AbstractEventLoop) -> None:
        self.item = item
        self.deadline = deadline
        self.loop = loop
        self.answer: asyncio.Future[Answer] = loop.create_future()


class _Lane[Item, Answer]:
    __slots__ = ("flushes", "merchant", "waiting")

    def __init__(self, merchant: str) -> None:
        self.merchant = merchant
        self.waiting: deque[_Waiting[Item, Answer]] = deque()
        self.flushes = 0


class Lanes[Item, Answer]:
    """The lanes of one kind of request. `flush(merchant, items)` returns an answer per item, in order.

    Its threads start with the first request and end with the process.
    """

    def __init__(
        self,
        name: str,
        flush: Callable[[str, Sequence[Item]], Sequence[Answer]],
        *,
        threads: int = 2,
        at_once: int = 1,
        size: int = SIZE,
        patience: float = PATIENCE,
    ) -> None:
        self.name = name
        self.size = size
        self.depth = 10 * size
        self.patience = patience
        self._flush = flush
        self._threads = threads
        self._at_once = at_once
        self._started = 0
        self._lanes: dict[str, _Lane[Item, Answer]] = {}
        self._ready: queue.SimpleQueue[_Lane[Item, Answer]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._flush_size = FLUSH_SIZE.labels(name)
        self._flush_seconds = FLUSH_SECONDS.labels(name)
        self._waiting = LANE_DEPTH.labels(name)

    def submit(self, merchant: str, item: Item) -> asyncio.Future[Answer]:
        """Put an item into its merchant's lane, and return the answer to wait for.

        The answer comes after the flush's COMMIT; who stops waiting for it does not stop the flush.
        Refuses: LaneFull at once; TooLate as the answer of an item that waited too long.
        """
        lane = self._lanes.get(merchant)
        if lane is None:
            lane = self._lanes.setdefault(merchant, _Lane(merchant))
        if len(lane.waiting) >= self.depth:
            raise LaneFull(retry_after_seconds=1)
        waiting = _Waiting[Item, Answer](item, time.monotonic() + self.patience, asyncio.get_running_loop())
        lane.waiting.append(waiting)
        with self._lock:
            if self._may_start(lane):
                lane.flushes += 1
                self._ready.put(lane)
                if self._started < self._threads:
                    self._start_thread()
        return waiting.answer

    def _may_start(self, lane: _Lane[Item, Answer]) -> bool:
        is_enough = len(lane.waiting) >= ENOUGH * lane.flushes
        return lane.flushes == 0 or (lane.flushes < self._at_once and is_enough)

    def count_waiting(self) -> int:
        """How many items wait, in all lanes of this kind."""
        return sum(len(lane.waiting) for lane in list(self._lanes.values()))

    def _start_thread(self) -> None:
        self._started += 1
        threading.Thread(target=self._serve, name=f"lane-{self.name}-{self._started}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            lane = self._ready.get()
            with self._lock:
                taken = [lane.waiting.popleft() for _ in range(min(self.size, len(lane.waiting)))]
            self._flush_once(lane, taken)
            with self._lock:
                lane.flushes -= 1
                # To the end of the queue: a merchant with a long lane does not keep the others waiting.
                if lane.waiting and self._may_start(lane):
                    lane.flushes += 1
                    self._ready.put(lane)

    def _flush_once(self, lane: _Lane[Item, Answer], taken: list[_Waiting[Item, Answer]]) -> None:
        started = time.monotonic()
        in_time = [waiting for waiting in taken if waiting.deadline > started]
        answers: list[tuple[_Waiting[Item, Answer], Answer | Exception]] = [
            (waiting, TooLate(retry_after_seconds=1)) for waiting in taken if waiting.deadline <= started
        ]
        if in_time:
            try:
                flushed = self._flush(lane.merchant, [waiting.item for waiting in in_time])
                answers += zip(in_time, flushed, strict=True)
            except Exception as fault:  # a thread that dies would leave its callers without an answer
                logger.exception("A flush failed", extra={"merchant": lane.merchant})
                answers += [(waiting, fault) for waiting in in_time]
            self._waiting.set(self.count_waiting())
            self._flush_size.observe(len(in_time))
            self._flush_seconds.observe(time.monotonic() - started)
        _deliver(answers)


def _deliver[Item, Answer](answers: list[tuple[_Waiting[Item, Answer], Answer | Exception]]) -> None:
    """Wake each event loop once for all of its answers (a process has one loop; tests have more)."""
    for loop in {waiting.loop for waiting, _ in answers}:
        mine = [(waiting.answer, answer) for waiting, answer in answers if waiting.loop is loop]
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_answer_all, mine)


def _answer_all[Answer](answers: list[tuple[asyncio.Future[Answer], Answer | Exception]]) -> None:
    for future, answer in answers:
        if future.done():  # its client went away
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
