"""A shop behind a real server, and a real browser in front of it.

Without a browser these tests are skipped, or fail where REGULARS_REQUIRE_BROWSER=1 says that there must be one.
Every page is held to the house rules while it is used: no error in the console, no request to another host.
"""

import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from tests.journeys.shop import open_for_business

CHROMIUM = os.environ.get("REGULARS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",  # there is none: it would be computed
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
PASSWORD = "correct horse 42"
NUMBERS = itertools.count(1)
MODELS: list[str] = []
PATIENCE = 10_000
"""Milliseconds that a page gets to show what is expected of it."""


@pytest.fixture(scope="package")
def chromium():
    if CHROMIUM is None:
        said = "There is no browser: install Debian's chromium, or name one in REGULARS_CHROMIUM."
        if os.environ.get("REGULARS_REQUIRE_BROWSER") == "1":
            pytest.fail(said)
        pytest.skip(said)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # Django takes the driver's event loop for one of its own.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield browser
        browser.close()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="package", autouse=True)
def no_models_left(django_db_setup, django_db_blocker):
    """Shops that were filled to be copied are gone with the journeys."""
    yield
    from django.db import connection, connections

    from regulars.platform.merchants import drop_merchant

    with django_db_blocker.unblock():
        here = connection.tenant
        connections.close_all()
        for code in MODELS:
            drop_merchant(code=code)
        connections.close_all()
        connection.set_tenant(here)
    MODELS.clear()
    model_shop.cache_clear()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing: a failing test says enough."""


@pytest.fixture(scope="module")
def shop(chromium, django_db_setup, django_db_blocker) -> Iterator["Shop"]:
    """A merchant of these journeys' own, open for business, at an address of its own; gone afterwards."""
    with django_db_blocker.unblock(), open_shop("Corner Grocer", open_for_business) as opened:
        yield opened


@contextmanager
def open_shop(name: str, fill: Callable[..., dict[str, int]]) -> Iterator["Shop"]:
    """Make a merchant, fill it, and serve it until the end; then be where we were."""
    from django.db import connection, connections

    from regulars.config.wsgi import application
    from regulars.platform.merchants import create_merchant, drop_merchant
    from tests.journeys.copies import copy_shop

    here = connection.tenant
    model, known = model_shop(name, fill)
    code = f"journey{os.getpid()}x{next(NUMBERS)}"
    host = f"{code}.localhost"
    connection.set_schema_to_public()
    merchant = create_merchant(code=code, name=name, at=datetime.now(UTC), hosts=(host,))
    copy_shop(model, merchant.schema_name)
    connection.set_tenant(merchant)
    server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Shop(f"http://{host}:{server.server_port}", known, merchant)
    server.shutdown()
    server.server_close()
    connections.close_all()
    drop_merchant(code=code)
    connections.close_all()
    connection.set_tenant(here)


@cache
def model_shop(name: str, fill: Callable[..., dict[str, int]]) -> tuple[str, dict[str, int]]:
    """Make a merchant and fill it, for files to have copies of; its schema, and whom tests ask for by name."""
    from django.db import connection

    from regulars.platform.merchants import create_merchant

    connection.set_schema_to_public()
    MODELS.append(f"model{os.getpid()}x{next(NUMBERS)}")
    merchant = create_merchant(code=MODELS[-1], name=name, at=datetime.now(UTC))
    connection.set_tenant(merchant)
    return merchant.schema_name, fill(password=PASSWORD)


class Shop:
    """Where the shop is, who is in it, and its merchant."""

    def __init__(self, url: str, known: dict[str, int], merchant: Any) -> None:
        self.url = url
        self.known = known
        self.merchant = merchant

    def sign_in(self, page, role: str = "owner") -> None:
        page.goto(f"{self.url}/accounts/login/")
        page.get_by_label("Email").or_(page.get_by_label("E-mail")).fill(f"{role}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/")


@pytest.fixture
def open_page(chromium, shop):
    """Open pages of any width and theme; afterwards none of them may have complained or asked elsewhere."""
    contexts, complaints = [], []

    def open_one(*, width: int = 1280, theme: str = "light", **options: object):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", **options
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if is_ours(asked.url, shop.url) else complaints.append(asked.url))
        contexts.append(context)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints


def is_complaint(said) -> bool:
    """An error or a warning; a request that a newer one replaced, or that a click left behind, is neither."""
    return said.type in ("error", "warning") and not said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


def is_ours(url: str, home: str) -> bool:
    return url.startswith((f"{home}/", "data:", "blob:"))


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def keep(request):
    """Keep a picture of a page under the name of its test, for people to look at."""

    def keep_one(page, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep_one
