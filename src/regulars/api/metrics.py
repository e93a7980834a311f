"""What `/metrics` shows of the API: how many requests, how they ended, how long they took; how full the lanes are."""

import time
from functools import lru_cache
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("regulars_api_requests_total", "API requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "regulars_api_request_seconds",
    "Seconds until an API request was answered.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
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


class Measured:
    """Count each request under its route's template: never under its path, which names people."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                _count(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, send_and_count)


def _count(scope: Any, status: int, seconds: float) -> None:
    route = scope.get("path_template", "none")
    method = scope["method"] if scope["method"] in METHODS else "other"
    _requests(method, route, status).inc()
    _seconds(route).observe(seconds)


@lru_cache(maxsize=1024)
def _requests(method: str, route: str, status: int) -> Any:
    return REQUESTS.labels(method, route, status)


@lru_cache(maxsize=256)
def _seconds(route: str) -> Any:
    return REQUEST_SECONDS.labels(route)
