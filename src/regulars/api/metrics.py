"""What `/metrics` shows of the API: how many requests, how they ended, how long they took; how full the lanes are."""

import asyncio
import time
from bisect import bisect_left
from collections import Counter as Tally
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("regulars_api_requests", "API requests answered.", ["method", "route", "status"])
SECONDS = Counter("regulars_api_request_seconds", "Seconds that API requests took, summed up.", ["route"])
WITHIN = Counter(
    "regulars_api_requests_within",
    "API requests answered within `le` seconds; for histogram_quantile().",
    ["route", "le"],
)
BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, float("inf"))
LANE_DEPTH = Gauge("regulars_lane_depth", "Requests that wait for a flush.", ["lane"], multiprocess_mode="livesum")
FLUSH_SIZE = Histogram(
    "regulars_flush_items", "Requests that shared a flush.", ["lane"], buckets=(1, 2, 5, 10, 25, 50, 100, 200)
)
FLUSH_SECONDS = Histogram(
    "regulars_flush_seconds",
    "Seconds that a flush took.",
    ["lane"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
COUNTED_EVERY = 1.0


class Measured:
    """Count each request under its route's template: never under its path, which names people.

    Requests are tallied in memory and handed to Prometheus once a second: its counters, shared between processes, ask
    the system three times a request who they are, which was a tenth of what a sale cost.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._tally: Tally[tuple[str, str, int, int]] = Tally()
        self._seconds: Tally[str] = Tally()
        self._is_waiting = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, send_and_count)

    def _count(self, scope: Any, status: int, seconds: float) -> None:
        route = scope.get("path_template", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._tally[method, route, status, bisect_left(BOUNDS, seconds)] += 1
        self._seconds[route] += seconds  # type: ignore[assignment]  # a tally of floats
        if not self._is_waiting:
            self._is_waiting = True
            asyncio.get_running_loop().call_later(COUNTED_EVERY, self.hand_over)

    def hand_over(self) -> None:
        """Give Prometheus what was tallied."""
        tally, seconds = self._tally, self._seconds
        self._tally, self._seconds, self._is_waiting = Tally(), Tally(), False
        within: Tally[tuple[str, int]] = Tally()
        for (method, route, status, place), number in tally.items():
            REQUESTS.labels(method, route, status).inc(number)
            for bound in range(place, len(BOUNDS)):
                within[route, bound] += number
        for (route, bound), number in within.items():
            WITHIN.labels(route, f"{BOUNDS[bound]:g}".replace("inf", "+Inf")).inc(number)
        for route, spent in seconds.items():
            SECONDS.labels(route).inc(spent)
