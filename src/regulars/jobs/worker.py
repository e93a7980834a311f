"""The worker: one process that does what is due, and finishes what it has begun when it is told to stop.

Messages have hands of their own: they wait for other people's servers, and nothing else waits for them.
"""

import asyncio
import logging

from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from regulars.jobs.messages import QUEUE
from regulars.jobs.schedule import register_schedule

CONCURRENCY = 2
MESSAGES_AT_ONCE = 4
SECONDS_TO_FINISH = 20
CHATTY = ("procrastinate.periodic", "procrastinate.worker")
"""They say four lines for each tick; what fails is still told, and the rest stands on the jobs page."""


def run_worker() -> None:
    """Run until SIGTERM or SIGINT; what runs then gets 20 seconds, and starts again later if that is short."""
    register_schedule()
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    connector = app.connector
    assert isinstance(connector, DjangoConnector), "procrastinate is set up by its Django app"
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        asyncio.run(_work(worker_app))


def queues_but_messages() -> list[str]:
    """Every queue that some task is put into, but the one of messages."""
    return sorted({task.queue for task in app.tasks.values()} - {QUEUE})


async def _work(worker_app: App) -> None:
    async with worker_app.open_async():
        messages = asyncio.create_task(
            worker_app.run_worker_async(
                name="regulars messages",
                queues=[QUEUE],
                concurrency=MESSAGES_AT_ONCE,
                shutdown_graceful_timeout=SECONDS_TO_FINISH,
                install_signal_handlers=False,
            )
        )
        work = asyncio.create_task(
            worker_app.run_worker_async(
                name="regulars",
                queues=queues_but_messages(),
                concurrency=CONCURRENCY,
                shutdown_graceful_timeout=SECONDS_TO_FINISH,
            )
        )
        # Whichever ends first, the other finishes too; a fault of either ends the process, and it is begun anew.
        await asyncio.wait([work, messages], return_when=asyncio.FIRST_COMPLETED)
        for task in (work, messages):
            task.cancel()
        for outcome in await asyncio.gather(work, messages, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
