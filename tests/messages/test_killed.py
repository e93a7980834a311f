"""A worker that is killed while it sends loses nothing, and repeats at most the one that was on its way."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.messages.channels import connect_channel
from regulars.messages.deliver import free_stuck, send_due
from regulars.messages.models import Delivery
from tests.messages.desk import a_template, send
from tests.shop import a_member, a_shop

SEND = """
import django
django.setup()
from django.utils import timezone
from django_tenants.utils import schema_context
from regulars.messages.deliver import send_due
with schema_context({schema!r}):
    send_due("email", now=timezone.now)
"""
MANY = 8


@pytest.fixture
def shop(fresh_merchant, mail_server):
    a_shop()
    a_template()
    at = timezone.now() - timedelta(minutes=10)
    connect_channel(kind="email", address=mail_server.url, at=at, by=SYSTEM)
    ann = a_member(email="ann@example.com")
    for number in range(MANY):
        send(ann, key=str(number), at=at)
    return fresh_merchant


def a_worker(schema: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"REGULARS_PRIVATE_HOSTS": "127.0.0.1"}
    return subprocess.Popen([sys.executable, "-c", SEND.format(schema=schema)], env=environment)


@pytest.mark.fault
@pytest.mark.parametrize("place", [0, 3])
def test_who_is_killed_loses_nothing_and_repeats_at_most_one(shop, mail_server, place):
    taken = threading.Event()

    class Letters(list):
        def append(self, letter: object) -> None:
            super().append(letter)
            if len(self) == place + 1:
                mail_server.does = "hang"  # the next one is on its way when the worker is killed
                taken.set()

    mail_server.letters = Letters()
    worker = a_worker(shop.schema_name)
    try:
        assert taken.wait(60) and mail_server.arrived.wait(60)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    before = Counter(Delivery.objects.values_list("state", flat=True))
    assert before == {"sent": place + 1, "sending": MANY - place - 1}

    mail_server.does = "take"
    mail_server.let_go.set()
    later = timezone.now() + timedelta(minutes=5)
    assert free_stuck(at=later) == MANY - place - 1
    send_due("email", now=lambda: later)

    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    marks = Counter(letter.mark for letter in mail_server.letters)
    assert (len(marks), sum(marks.values())) == (MANY, MANY)


@pytest.mark.fault
def test_two_workers_send_each_message_once(shop, mail_server):
    together = threading.Barrier(4)

    def work() -> None:
        connection.set_tenant(shop)
        together.wait()
        while send_due("email", now=timezone.now, limit=2).taken:
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]

    assert set(Delivery.objects.values_list("state", "tries")) == {("sent", 1)}
    assert len(mail_server.letters) == len({letter.mark for letter in mail_server.letters}) == MANY
