"""What `/metrics` shows of the pages that Django serves: how many, how they ended, how long they took."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

PAGES = Counter("regulars_pages_total", "Pages answered.", ["method", "view", "status"])
PAGE_SECONDS = Histogram(
    "regulars_page_seconds",
    "Seconds until a page was answered.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Count a page under the name of its view: never under its path, which names people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or match._func_path) if match else "none"
        method = request.method if request.method in KNOWN_METHODS else "other"
        PAGES.labels(method, view, response.status_code).inc()
        PAGE_SECONDS.labels(view).observe(time.perf_counter() - started)
        return response
