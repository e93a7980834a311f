"""The lane's promises: one flush for all who wait, in turn, never too many or too late; nobody's leaving stops it."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from regulars.api.lane import LaneFull, Lanes, TooLate


class Counter:
    """A flush that remembers what it was given and can be held back."""

    def __init__(self) -> None:
        self.flushes: list[tuple[str, list[int]]] = []
        self.open = threading.Event()
        self.started = threading.Semaphore(0)
        self.at_work: dict[str, int] = {}
        self.most_at_work = 0
        self.lock = threading.Lock()

    def flush(self, merchant: str, items: Sequence[int]) -> list[int]:
        with self.lock:
            self.flushes.append((merchant, list(items)))
            self.at_work[merchant] = self.at_work.get(merchant, 0) + 1
            self.most_at_work = max(self.most_at_work, self.at_work[merchant])
        self.started.release()
        self.open.wait(5)
        with self.lock:
            self.at_work[merchant] -= 1
        if -1 in items:
            raise ValueError("a bug")
        return [item * 10 for item in items]


def a_lane(counter: Counter, **given) -> Lanes[int, int]:
    return Lanes(f"test-{id(counter)}", counter.flush, **given)


async def has_started(counter: Counter) -> None:
    assert await asyncio.to_thread(counter.started.acquire, timeout=5)


def test_who_waits_while_a_flush_runs_shares_the_next_one():
    counter = Counter()
    lanes = a_lane(counter)

    async def run() -> list[int]:
        first = lanes.submit("a", 1)
        await has_started(counter)
        others = [lanes.submit("a", item) for item in range(2, 52)]
        counter.open.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(run()) == [item * 10 for item in range(1, 52)]
    assert counter.flushes == [("a", [1]), ("a", list(range(2, 52)))]


def test_a_flush_takes_at_most_its_size_and_a_merchant_has_one_at_a_time():
    counter = Counter()
    lanes = a_lane(counter, size=3, threads=4)

    async def run() -> None:
        first = lanes.submit("a", 0)
        await has_started(counter)
        others = [lanes.submit("a", item) for item in range(1, 9)]
        counter.open.set()
        await asyncio.gather(first, *others)

    asyncio.run(run())
    assert [items for _, items in counter.flushes] == [[0], [1, 2, 3], [4, 5, 6], [7, 8]]
    assert counter.most_at_work == 1


def test_a_second_flush_runs_beside_the_first_once_enough_wait():
    counter = Counter()
    lanes = a_lane(counter, threads=4, at_once=2)

    async def run() -> None:
        waiting = [lanes.submit("a", 0)]
        await has_started(counter)
        waiting += [lanes.submit("a", item) for item in range(1, 16)]
        await asyncio.sleep(0.05)
        assert len(counter.flushes) == 1
        waiting.append(lanes.submit("a", 16))
        await has_started(counter)
        waiting += [lanes.submit("a", item) for item in range(17, 99)]
        await asyncio.sleep(0.05)
        assert [len(items) for _, items in counter.flushes] == [1, 16]
        counter.open.set()
        assert await asyncio.gather(*waiting) == [item * 10 for item in range(99)]

    asyncio.run(run())
    assert counter.most_at_work == 2


def test_a_full_lane_refuses_and_takes_again_when_it_has_drained():
    counter = Counter()
    lanes = a_lane(counter, size=2)

    async def run() -> None:
        waiting = [lanes.submit("a", 0)]
        await has_started(counter)
        waiting += [lanes.submit("a", item) for item in range(20)]
        with pytest.raises(LaneFull) as refused:
            lanes.submit("a", 99)
        assert refused.value.facts() == {"retry_after_seconds": 1}
        assert lanes.count_waiting() == 20
        counter.open.set()
        await asyncio.gather(*waiting)
        assert await lanes.submit("a", 5) == 50

    asyncio.run(run())
    assert 99 not in [item for _, items in counter.flushes for item in items]


def test_who_waited_too_long_is_answered_and_not_flushed():
    counter = Counter()
    lanes = a_lane(counter, patience=0.05)

    async def run() -> None:
        first = lanes.submit("a", 1)
        await has_started(counter)
        late = lanes.submit("a", 2)
        await asyncio.sleep(0.1)
        counter.open.set()
        assert await first == 10
        with pytest.raises(TooLate):
            await late

    asyncio.run(run())
    assert counter.flushes == [("a", [1])]


def test_a_merchant_with_a_long_lane_does_not_keep_another_waiting():
    counter = Counter()
    lanes = a_lane(counter, size=1, threads=1)

    async def run() -> None:
        waiting = [lanes.submit("big", 0)]
        await has_started(counter)
        waiting += [lanes.submit("big", item) for item in range(1, 6)]
        waiting.append(lanes.submit("small", 100))
        counter.open.set()
        await asyncio.gather(*waiting)

    asyncio.run(run())
    assert [merchant for merchant, _ in counter.flushes].index("small") == 1


def test_a_client_that_goes_away_does_not_stop_the_flush():
    counter = Counter()
    lanes = a_lane(counter)

    async def run() -> int:
        leaving = lanes.submit("a", 1)
        staying = lanes.submit("a", 2)
        await has_started(counter)
        leaving.cancel()
        counter.open.set()
        return await staying

    assert asyncio.run(run()) == 20
    assert sorted(item for _, items in counter.flushes for item in items) == [1, 2]


def test_a_client_that_leaves_before_its_flush_is_flushed_all_the_same():
    counter = Counter()
    lanes = a_lane(counter)

    async def run() -> None:
        first = lanes.submit("a", 1)
        await has_started(counter)
        leaving, staying = lanes.submit("a", 2), lanes.submit("a", 3)
        leaving.cancel()
        counter.open.set()
        assert await asyncio.gather(first, staying) == [10, 30]

    asyncio.run(run())
    assert counter.flushes[1] == ("a", [2, 3])


def test_a_flush_that_fails_answers_its_callers_and_the_lane_lives_on():
    counter = Counter()
    counter.open.set()
    lanes = a_lane(counter)

    async def run() -> None:
        with pytest.raises(ValueError, match="a bug"):
            await lanes.submit("a", -1)
        assert await lanes.submit("a", 4) == 40

    asyncio.run(run())


def test_the_event_loop_is_woken_once_for_a_flush(monkeypatch):
    counter = Counter()
    lanes = a_lane(counter)

    async def run() -> int:
        loop = asyncio.get_running_loop()
        first = lanes.submit("a", 1)
        await has_started(counter)
        others = [lanes.submit("a", item) for item in range(2, 102)]
        wake_ups: list[object] = []
        ring = loop.call_soon_threadsafe
        monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *args: (wake_ups.append(args[0]), ring(*args)))
        counter.open.set()
        await asyncio.gather(first, *others)
        return len(wake_ups)

    assert asyncio.run(run()) == 2
    assert len(counter.flushes) == 2


def test_a_hundred_submitters_get_their_own_answers():
    lanes: Lanes[int, int] = Lanes("test-own", lambda _, items: (time.sleep(0.001), [i + 1 for i in items])[1], size=7)

    async def run() -> list[int]:
        return await asyncio.gather(*[lanes.submit(f"m{i % 5}", i) for i in range(300)])

    assert asyncio.run(run()) == list(range(1, 301))
