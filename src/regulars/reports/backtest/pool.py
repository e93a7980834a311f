"""A back-test's processes: each takes the next part as soon as it is done with one, until all parts are done.

Members are independent where no rule bounds several of them together: then they are spread over all cores. Where one
does, such a side is replayed in the order of time by one process, beside the other side.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from zoneinfo import ZoneInfo

import msgspec

from regulars.core.compiled import compile_program
from regulars.reports.backtest.counts import PartCounts
from regulars.reports.backtest.order import Order, Part
from regulars.reports.backtest.recorded import reading, split
from regulars.reports.backtest.worker import VERSION, Done, Far

WORKER = "regulars.reports.backtest.worker"

LOOK_EVERY = 0.5
"""Seconds between two looks at whether somebody wants it to stop."""


class Stopped(Exception):
    """Somebody stopped the back-test."""


class WorkerDied(Exception):
    """A process ended in the middle of its work; its last words are the message."""


class Watcher(msgspec.Struct):
    """Who looks on: told how many of all sales went by, and asked every now and then whether to stop."""

    tell: Callable[[int, int], None]
    is_stopped: Callable[[], bool]


def run_parts(
    order: Order, *, take: Callable[[PartCounts], None], watcher: Watcher, workers: int | None = None
) -> None:
    """Replay an order, handing over each part's counts as they come. Raises Stopped, WorkerDied."""
    parts = plan(order)
    total = sum(part.sales for part in parts)
    waiting = list(reversed(parts))
    count = min(workers or os.cpu_count() or 1, len(parts))
    crew = Crew(order, waiting)
    crew.start(count)
    done, left = 0, len(parts)
    looked_at = monotonic()
    watcher.tell(0, total)
    try:
        if watcher.is_stopped():
            raise Stopped()
        while left:
            message = crew.hear(LOOK_EVERY)
            match message:
                case Far(sales=sales):
                    done += sales
                    watcher.tell(done, total)
                case Done(counts=counts):
                    left -= 1
                    take(counts)
            if monotonic() - looked_at >= LOOK_EVERY:
                looked_at = monotonic()
                if watcher.is_stopped():
                    raise Stopped()
    finally:
        crew.end()


def plan(order: Order) -> list[Part]:
    """Return the parts of the work: the sides that need the order of time over everybody, then the members."""
    alone = tuple(number for number in range(len(order.sides)) if needs_order_of_time(order, number))
    apart = tuple(number for number in range(len(order.sides)) if number not in alone)
    with reading(order.schema) as connection:
        by_member = split(connection, order)
    sales = sum(part.sales for part in by_member)
    if not sales:
        return []
    if alone and apart:
        # The other side takes one process too, and both read everything once.
        return [Part(sides=(number,), sales=sales) for number in (*alone, *apart)]
    if alone:
        return [Part(sides=(number,), sales=sales) for number in alone]
    return by_member


def needs_order_of_time(order: Order, side: int) -> bool:
    """Tell whether a rule of this side bounds several members together."""
    program = compile_program(
        order.sides[side].document, version_id=VERSION, zone=ZoneInfo(order.time_zone), currency=order.currency
    )
    return bool(program.needs.shared)


class Crew:
    """The processes, each with a thread that gives it parts and listens."""

    def __init__(self, order: Order, waiting: list[Part]) -> None:
        self._order = msgspec.json.encode(order) + b"\n"
        self._waiting = waiting
        self._lock = Lock()
        self._heard: SimpleQueue[Far | Done | WorkerDied] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[Thread] = []

    def start(self, count: int) -> None:
        for _ in range(count):
            process = subprocess.Popen(
                [sys.executable, "-m", WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self._processes.append(process)
            thread = Thread(target=self._serve, args=(process,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def hear(self, seconds: float) -> Far | Done | None:
        """Return the next message, or None where there was none for a while. Raises WorkerDied."""
        try:
            message = self._heard.get(timeout=seconds)
        except Empty:
            return None
        if isinstance(message, WorkerDied):
            raise message
        return message

    def end(self) -> None:
        """End every process: those that are done, and those that are not."""
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()

    def _serve(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout and process.stderr
        decode = msgspec.json.Decoder(Far | Done).decode
        try:
            process.stdin.write(self._order)
            while (part := self._next()) is not None:
                process.stdin.write(msgspec.json.encode(part) + b"\n")
                process.stdin.flush()
                is_done = False
                while not is_done:
                    line = process.stdout.readline()
                    if not line:
                        raise BrokenPipeError
                    message = decode(line)
                    self._heard.put(message)
                    is_done = isinstance(message, Done)
        except OSError:
            last_words = process.stderr.read().decode(errors="replace").strip()
            self._heard.put(WorkerDied(last_words[-2000:] or "it was killed"))

    def _next(self) -> Part | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None
