"""Who calls: the key in `Authorization: Bearer rk_<merchant>_<id>.<secret>` picks merchant, rights and store.

Every wrong key is refused alike. A key that was checked in the last two seconds costs no look into the database.
"""

import asyncio
import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from django.utils import timezone
from litestar import Request
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Scope

from regulars.api.bodies import InvalidRequest
from regulars.api.desk import CHECKS
from regulars.api.lane import LaneFull
from regulars.api.session import merchant_session
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.platform.batches import run_batch
from regulars.staff.key_check import KeyHolder, UnknownKey, recall_key, renew_key
from regulars.staff.keys import SCHEMA_PREFIX

LONGEST_KEY = 255
RENEWED_AFTER = timedelta(seconds=1)


class ScopeMissing(Refusal):
    """The key is good, and may not do this."""

    code = "scope_missing"

    def __init__(self, *, needed: str, held: list[str]) -> None:
        self.needed = needed
        self.held = held


class Call(msgspec.Struct, frozen=True):
    """One request's caller, and the `Idempotency-Key` it came with."""

    holder: KeyHolder
    key: str | None

    @property
    def schema(self) -> str:
        return SCHEMA_PREFIX + self.holder.merchant

    @property
    def by(self) -> Actor:
        return self.holder.actor

    @property
    def only_store(self) -> str | None:
        return self.holder.store_code

    def natural_key(self) -> str:
        """What makes this write one of a kind for ever: the caller's key, in letters that an entry's key may have.

        Without one it is another at each call.
        """
        if self.key is None:
            return uuid4().hex
        return hashlib.sha256(f"{self.by.tag} {self.key}".encode()).hexdigest()


class ApiRequest(Request[Any, Call, Any]):
    """A request with its Call in `auth`. Its body mostly comes in one piece, and is read without a stream around it."""

    async def body(self) -> bytes:
        """Refuses a body larger than its route takes, with 413."""
        if not isinstance(self._body, bytes):
            limit = self.route_handler.resolve_request_max_body_size() or 0
            pieces: list[bytes] = []
            size, is_more = 0, True
            while is_more:
                event = await self.receive()
                if event["type"] != "http.request":
                    raise ClientException("The client went away")
                pieces.append(event["body"])
                size += len(event["body"])
                if size > limit:
                    raise RequestEntityTooLarge
                is_more = event.get("more_body", False)
            self._body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._body


async def admit(request: ApiRequest) -> None:
    """Let a request in whose key has the scope that its route asks for; a route without one (the documents) is open.

    Runs before the body is read. Refuses: UnknownKey, ScopeMissing, InvalidRequest; Unavailable.
    """
    needed: str | None = request.route_handler.opt.get("scope")
    if needed is None:
        return
    scope = request.scope
    _check_text(scope)
    token, key = _read_headers(scope)
    at = timezone.now()
    remembered = recall_key(token, at=at)
    if remembered is None:
        holder = await asyncio.shield(_check(token))
    else:
        holder = remembered.holder
        if at - remembered.seen_at > RENEWED_AFTER:
            # In time: a till that keeps asking never waits for its key.
            with suppress(LaneFull):
                _check(token)
    if needed not in holder.scopes:
        raise ScopeMissing(needed=needed, held=sorted(holder.scopes))
    scope["auth"] = Call(holder, key)


def _check_text(scope: Scope) -> None:
    """PostgreSQL's text has no NUL: nothing is known by one. Refuses: InvalidRequest."""
    for where, given in (("path", b"\0" in scope["path"].encode()), ("query", b"%00" in scope["query_string"])):
        if given:
            raise InvalidRequest(where=where, problem="Text must not contain the character NUL")


def _read_headers(scope: Scope) -> tuple[str, str | None]:
    token = key = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            token = value
        elif name == b"idempotency-key":
            key = value
    if token is None or token[:7].lower() != b"bearer ":
        raise UnknownKey()
    if key is None:
        return token[7:].decode("latin-1").strip(), None
    text = key.decode("latin-1")
    if not 1 <= len(text) <= LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise InvalidRequest(where="Idempotency-Key", problem=f"Expected 1 to {LONGEST_KEY} visible ASCII characters")
    return token[7:].decode("latin-1").strip(), text


_checks: dict[str, asyncio.Future[KeyHolder]] = {}


def _check(token: str) -> asyncio.Future[KeyHolder]:
    """Look a key up in the database, once for all requests that come with it meanwhile."""
    check = _checks.get(token)
    if check is None or check.get_loop() is not asyncio.get_running_loop():
        check = CHECKS.submit(lambda: _look_up(token))
        _checks[token] = check
        check.add_done_callback(lambda done: _forget_check(token, done))
    return check


def _forget_check(token: str, check: asyncio.Future[KeyHolder]) -> None:
    if _checks.get(token) is check:
        del _checks[token]
    if not check.cancelled():
        check.exception()  # looked at: nobody may be waiting for it


def _look_up(token: str) -> KeyHolder:
    """Refuses: UnknownKey; Unavailable, where a connection that broke cannot be had again."""
    with merchant_session("public"):
        (holder,) = run_batch([token], lambda tokens: [renew_key(tokens[0], at=timezone.now())])
    if isinstance(holder, Refusal):
        raise holder
    return holder
