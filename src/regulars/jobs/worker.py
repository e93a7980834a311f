"""The worker: one process that does what is due, and finishes what it has begun when it is told to stop."""

import logging

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from regulars.jobs.schedule import register_schedule

CONCURRENCY = 2
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
        worker_app.run_worker(name="regulars", concurrency=CONCURRENCY, shutdown_graceful_timeout=SECONDS_TO_FINISH)
