"""Messages leave by a queue of their own, so that a server that does not answer holds nobody else up: for each merchant
and channel one at a time, for a few seconds, and then it is the others' turn.
"""

from time import monotonic

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.core.actor import Actor
from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN
from regulars.messages.deliver import free_stuck, send_due
from regulars.messages.many import work_batch
from regulars.messages.models import Batch

QUEUE = "messages"
TURN_SECONDS = 10.0
"""So long one merchant's channel sends before the next has its turn."""


@app.task(name="send_messages", queue=QUEUE, retry=AGAIN)
def send_messages(*, schema: str, channel: str) -> int:
    """Send what is due over one channel; how many messages have left. What is left then waits for its next turn; a
    channel that is down rests until the clock comes by.
    """
    sent, began, is_over = 0, monotonic(), False
    with in_merchant(schema):
        while not is_over and monotonic() - began < TURN_SECONDS:
            done = send_due(channel, now=timezone.now)
            sent += done.sent
            is_over = done.is_down or done.taken == 0
    if not is_over:
        defer_sending(channel, schema=schema)
    return sent


@app.task(name="free_messages", queue=QUEUE, retry=AGAIN)
def free_messages(*, schema: str) -> int:
    """Let wait again what a worker that died was sending; how many messages there were."""
    with in_merchant(schema):
        return free_stuck(at=timezone.now())


@app.task(name="message_batch", queue="exports", retry=AGAIN)
def message_batch(*, schema: str, batch: int, person: int | None) -> int:
    """Put a run of messages together, stop it or go on with it; how many messages. One that was cut off goes on."""
    with in_merchant(schema):
        by = Actor(kind="system" if person is None else "staff", id=person)
        put = sum(part.messages for part in gently(work_batch(batch, at=timezone.now(), by=by)))
        channel = Batch.objects.values_list("channel", flat=True).get(pk=batch)
    defer_sending(channel, schema=schema)
    return put


def defer_sending(channel: str, *, schema: str) -> None:
    """Have what is due over a channel sent, unless that is asked for already: after the transaction that put it down.
    Where this is lost, the clock finds what is due.
    """
    name = f"send/{schema}/{channel}"

    def defer() -> None:
        try:
            send_messages.configure(lock=name, queueing_lock=name).defer(schema=schema, channel=channel)
        except AlreadyEnqueued:
            return

    transaction.on_commit(defer, robust=True)


def defer_message_batch(batch: int, *, schema: str, by: Actor) -> None:
    """Have a run put together, or done with what it was turned to; one at a time for each merchant."""
    message_batch.configure(lock=f"message_batch/{schema}").defer(schema=schema, batch=batch, person=by.id)
