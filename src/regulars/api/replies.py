"""An answer that is already bytes: it was encoded in the thread that did the work."""

from typing import Any

import msgspec
from litestar.response import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

ENCODER = msgspec.json.Encoder()
HEADERS = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
REPLAYED = (b"idempotent-replayed", b"true")


class Reply[Body](Response[Body]):
    """A status and a JSON body; `Body` is the type that the documents show.

    `is_kept` says that a retry with the same `Idempotency-Key` gets this very answer: it has an effect.
    """

    __slots__ = ("body", "extra_headers", "status")

    def __init__(self, status: int, body: bytes, extra_headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        # Not Response's own: it would render the content once more in the event loop.
        self.status = status
        self.body = body
        self.extra_headers = extra_headers

    @property
    def is_kept(self) -> bool:
        return self.status < 300

    def replayed(self) -> "Reply[Body]":
        """The same answer, given again."""
        return Reply(self.status, self.body, (REPLAYED,)) if self.is_kept else self

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> ASGIResponse:
        return _Ready(self)


class _Ready(ASGIResponse):
    __slots__ = ("reply",)

    def __init__(self, reply: Reply[Any]) -> None:
        self.reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # the ASGI signature
        reply = self.reply
        headers = [*HEADERS, (b"content-length", b"%d" % len(reply.body)), *reply.extra_headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body, "more_body": False})


def encoded[Body](body: Body, *, status: int = 200) -> Reply[Body]:
    """Encode an answer; done in the thread that made it, never in the event loop."""
    return Reply(status, ENCODER.encode(body))
