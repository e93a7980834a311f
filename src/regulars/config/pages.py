"""Django's pages on the ASGI server: a small pool of threads runs the WSGI application.

A request is read in full before it takes a thread, so a slow sender holds none; an answer of ordinary size crosses
from thread to event loop once. The pool is small because each of its threads keeps a database connection warm.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Environ = dict[str, Any]
type WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 1024 * 1024
LARGEST_BODY = 256 * 1024 * 1024
"""No form sends this much; it bounds what a stranger can make us write to disk. Each page sets its own, lower limit."""


class ThreadedPages:
    """An ASGI application that runs a WSGI one."""

    def __init__(self, application: WsgiApplication, *, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            size = await read_body(receive, body)
            if size is None:
                return  # the client went away before it had asked anything
            if size > LARGEST_BODY:
                await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
                await send({"type": "http.response.body", "body": b""})
                return
            exchange = Exchange(self.application, lambda message: wait_for_send(loop, send, message))
            rest = await loop.run_in_executor(self.pool, exchange.run, build_environ(scope, body, size))
        for message in rest:
            await send(message)


class Exchange:
    """One request in its thread: collects the answer, and passes on early what grows too large to collect."""

    def __init__(self, application: WsgiApplication, send_now: Callable[[Message], None]) -> None:
        self.application = application
        self.send_now = send_now
        self.messages: list[Message] = []

    def run(self, environ: Environ) -> list[Message]:
        """Run the application and answer the messages that are still to be sent."""
        collected = bytearray()
        chunks = self.application(environ, self.start_response)
        try:
            for chunk in chunks:
                collected += chunk
                if len(collected) >= IN_MEMORY:
                    self.flush(bytes(collected))
                    collected.clear()
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return [*self.messages, {"type": "http.response.body", "body": bytes(collected)}]

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.messages = [{"type": "http.response.start", "status": int(status[:3]), "headers": pairs}]

    def flush(self, part: bytes) -> None:
        for message in (*self.messages, {"type": "http.response.body", "body": part, "more_body": True}):
            self.send_now(message)
        self.messages = []


def wait_for_send(loop: asyncio.AbstractEventLoop, send: Send, message: Message) -> None:
    """Send from a thread, and wait: a client that reads slowly slows the page down, instead of filling memory."""

    async def sending() -> None:
        await send(message)

    asyncio.run_coroutine_threadsafe(sending(), loop).result()


async def read_body(receive: Receive, body: IO[bytes]) -> int | None:
    """Write the request's body into a file and answer its size, or None when the client left.

    What lies beyond `LARGEST_BODY` is not kept, only counted.
    """
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= LARGEST_BODY:
            body.write(part)
        else:
            return size
        if not message.get("more_body", False):
            body.seek(0)
            return size


def build_environ(scope: Scope, body: IO[bytes], size: int) -> Environ:
    """Answer the request as WSGI (PEP 3333) wants it: text as latin-1, headers as HTTP_ variables."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": str(client[0]),
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name != "content-length" and "_" not in name:  # X_Real and X-Real would be one variable: take no chances
            variable = f"HTTP_{name.upper().replace('-', '_')}"
            joint = "; " if name == "cookie" else ","
            environ[variable] = f"{environ[variable]}{joint}{value}" if variable in environ else value
    return environ
