"""Django's pages on the ASGI server: what goes in arrives, what comes out is whole, and nobody holds a thread."""

import asyncio
import threading
from io import BytesIO

import pytest

from regulars.config import pages
from regulars.config.pages import IN_MEMORY, ThreadedPages, build_environ


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Thread", threading.current_thread().name)])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["PATH_INFO"].encode("latin-1"), b" ", body]


def ask(application, *, body=(b"",), **scope):
    """Send one request through the adapter; answer all messages it sent back."""
    last = len(body) - 1
    incoming = [{"type": "http.request", "body": part, "more_body": at < last} for at, part in enumerate(body)]
    sent = []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    full = {"type": "http", "method": "POST", "path": "/", "headers": [], **scope}
    asyncio.run(ThreadedPages(application, threads=1)(full, receive, send))
    return sent


def test_a_small_answer_is_two_messages():
    start, body = ask(echo, path="/mitglied/größe", body=(b"a", b"b"))
    assert start["status"] == 200
    assert (b"content-type", b"text/plain") in start["headers"]
    assert body == {"type": "http.response.body", "body": "POST /mitglied/größe ab".encode()}


def test_a_large_answer_is_passed_on_in_parts():
    def large(environ, start_response):
        start_response("200 OK", [])
        return (b"x" * IN_MEMORY for _ in range(3))

    sent = ask(large)
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 4]
    assert sum(len(message.get("body", b"")) for message in sent) == 3 * IN_MEMORY


def test_a_client_that_leaves_before_its_request_is_whole_takes_no_thread():
    def unreached(environ, start_response):
        raise AssertionError

    incoming = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return incoming.pop(0)

    asyncio.run(ThreadedPages(unreached, threads=1)({"type": "http"}, receive, None))


def test_a_client_that_leaves_in_the_middle_of_a_large_answer_frees_its_thread():
    closed = threading.Event()

    class Endless:
        def __iter__(self):
            while True:
                yield b"x" * IN_MEMORY

        def close(self):
            closed.set()

    def endless(environ, start_response):
        start_response("200 OK", [])
        return Endless()

    async def receive():
        return {"type": "http.request", "body": b""}

    async def broken(message):
        raise ConnectionError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(ConnectionError):
        asyncio.run(ThreadedPages(endless, threads=1)(scope, receive, broken))
    assert closed.is_set()


def test_a_body_beyond_all_bounds_is_refused_without_being_kept(monkeypatch):
    monkeypatch.setattr(pages, "LARGEST_BODY", 10)
    start, _ = ask(echo, body=(b"123456", b"123456", b"123456"))
    assert start["status"] == 413


def test_headers_become_variables_and_cannot_be_forged_with_underscores():
    headers = [
        (b"content-type", b"text/csv"),
        (b"content-length", b"999"),
        (b"x-forwarded-proto", b"https"),
        (b"x_forwarded_proto", b"http"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    ]
    scope = {"method": "GET", "path": "/", "headers": headers, "scheme": "http", "client": ("10.0.0.7", 5)}
    environ = build_environ(scope, BytesIO(b"abc"), 3)
    assert environ["CONTENT_TYPE"] == "text/csv"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["REMOTE_ADDR"] == "10.0.0.7"
