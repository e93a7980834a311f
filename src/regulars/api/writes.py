"""Reads and writes that are not a till's: one call, one thread, one transaction."""

from asyncio import Future
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone

from regulars.api.callers import ApiRequest
from regulars.api.desk import READS, WRITES, Desk
from regulars.api.errors import refused
from regulars.api.flush import flush
from regulars.api.idempotency import Asked, answer_once, asked_by
from regulars.api.replies import Reply, encoded
from regulars.core.refusals import Refusal


class StillRunning(Refusal):
    """The first request with this key has not been answered yet."""

    code = "still_running"

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds


async def do_write[Body: msgspec.Struct](
    request: ApiRequest, verb: Callable[[datetime], Body | Refusal], *, status: int = 201
) -> Reply[Body]:
    """Run a verb in one transaction with its answer, and give the first answer again to the same `Idempotency-Key`.

    A refusal that the verb returns, instead of raising it, keeps what the verb has written: a wrong guess is counted.

    Refuses: what the verb refuses; KeyReused, StillRunning; LaneFull; Busy, Unavailable, CouldNotBeRecorded.
    """
    asked = await asked_by(request)
    schema = request.auth.schema

    def work() -> Reply[Any]:
        at = timezone.now()
        return run_once(schema, asked, lambda: _answer(verb(at), status), at=at)

    return await submit_once(WRITES, schema, asked, work)


def _answer(outcome: msgspec.Struct | Refusal, status: int) -> Reply[Any]:
    return refused(outcome) if isinstance(outcome, Refusal) else encoded(outcome, status=status)


_running: set[tuple[str, str, str]] = set()


def submit_once(desk: Desk, schema: str, asked: Asked | None, work: Callable[[], Reply[Any]]) -> Future[Reply[Any]]:
    """Have a desk do the work, unless it does it already for the same key. Refuses: StillRunning, LaneFull."""
    if asked is None:
        return desk.submit(work)
    place = (schema, *asked.place)
    if place in _running:
        raise StillRunning(retry_after_seconds=1)
    running = desk.submit(work)
    _running.add(place)
    running.add_done_callback(lambda _: _running.discard(place))
    return running


def run_once(schema: str, asked: Asked | None, work: Callable[[], Reply[Any]], *, at: datetime) -> Reply[Any]:
    """Do one piece of work in a merchant's schema, in this thread, with its answer kept in the same commit."""
    (answer,) = flush(
        schema,
        [(asked, None)],
        lambda items: answer_once(items, lambda _: [work()], at=at),
        is_replayable=asked is not None,
    )
    return answer


async def do_read[Body: msgspec.Struct](request: ApiRequest, read: Callable[[datetime], Body]) -> Reply[Body]:
    """Read in one transaction, so that what is read belongs together.

    Refuses: what `read` refuses; LaneFull; Busy, Unavailable.
    """
    schema = request.auth.schema

    def work() -> Reply[Any]:
        at = timezone.now()
        (answer,) = flush(schema, [None], lambda _: [encoded(read(at))])
        return answer

    return await READS.submit(work)
