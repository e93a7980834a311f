"""The root ASGI application: one port for machines and people.

    /api/…                          Litestar: tills and other machines
    /healthz  /readyz  /metrics     probes
    the rest                        Django, as WSGI in a pool of threads

Django's own ASGI handler would start a thread per request; a small pool keeps threads, and with them database
connections, few and warm.
"""

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
django.setup()  # before anything that has models is imported

from regulars.api.app import application as machines  # noqa: E402
from regulars.config.pages import Receive, Scope, Send, ThreadedPages  # noqa: E402
from regulars.config.probes import PROBES  # noqa: E402
from regulars.config.wsgi import application as django_application  # noqa: E402

PAGE_THREADS = 8

# What was imported stays for good: a collection that walks through it all would only hold up tills.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)

pages = ThreadedPages(django_application, threads=PAGE_THREADS)

api: Callable[[Any, Any, Any], Awaitable[None]] = machines


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a request to whom it is for; starting and stopping concern the API, whose lanes must drain."""
    if scope["type"] == "lifespan":
        await api(scope, receive, send)
        return
    path = scope.get("path", "")
    if path.startswith("/api/") or path == "/api":
        await api(scope, receive, send)
    elif path in PROBES:
        await PROBES[path](scope, receive, send)
    else:
        await pages(scope, receive, send)
