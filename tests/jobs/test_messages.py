"""Messages have a queue of their own, are found by the clock, and take turns."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.core.actor import SYSTEM
from regulars.core.audience import Standing
from regulars.jobs import messages, schedule
from regulars.jobs.merchants import find_due_messages, find_stuck_messages
from regulars.jobs.messages import QUEUE, defer_message_batch, defer_sending
from regulars.jobs.worker import queues_but_messages
from regulars.messages.many import read_batch, send_many, stop_batch
from regulars.messages.models import Delivery
from tests.messages.desk import a_template, send, sinks
from tests.shop import a_member, a_shop

NOW = timezone.now()


def waiting(task: str, schema: str) -> list[dict[str, object]]:
    jobs = ProcrastinateJob.objects.filter(task_name=task, status="todo", args__schema=schema).order_by("id")
    return list(jobs.values_list("args", flat=True))


@pytest.fixture
def shop(fresh_merchant):
    a_shop()
    sinks()
    a_template()
    yield fresh_merchant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'schema' = %s", [fresh_merchant.schema_name])


def put(*, at=None, **more) -> int:
    return send(a_member(email=f"{id(more)}@example.com"), at=at or timezone.now(), **more).delivery_id


@pytest.mark.fault
def test_the_clock_finds_what_is_due_and_what_a_dead_worker_had(shop):
    schedule.tick_messages(0)
    assert waiting("send_messages", shop) == []

    put()
    assert (shop, "email") in find_due_messages()
    schedule.tick_messages(0)
    schedule.tick_messages(0)
    [job] = waiting("send_messages", shop)
    assert job == {"schema": shop, "channel": "email"}
    assert messages.send_messages(**job) == 1
    assert (shop, "email") not in find_due_messages()

    Delivery.objects.update(state="sending", sending_at=timezone.now() - timedelta(minutes=5))
    assert shop in find_stuck_messages()
    schedule.tick_messages(0)
    [job] = waiting("free_messages", shop)
    assert messages.free_messages(**job) == 1
    assert (shop, "email") in find_due_messages()


@pytest.mark.fault
def test_a_merchant_with_many_has_its_turn_and_waits_for_the_next(shop, monkeypatch):
    monkeypatch.setattr(messages, "TURN_SECONDS", 0.0)
    put()
    assert messages.send_messages(schema=shop, channel="email") == 0
    assert len(waiting("send_messages", shop)) == 1  # behind whoever waits already

    monkeypatch.setattr(messages, "TURN_SECONDS", 10.0)
    assert messages.send_messages(schema=shop, channel="email") == 1


@pytest.mark.fault
def test_a_run_is_put_together_and_sent(shop):
    members = [a_member(email=f"m{number}@example.com") for number in range(3)]
    asked = {"origin": "All", "about": 3, "condition": Standing(any=("member",)), "at": NOW, "by": SYSTEM}
    batch = send_many(template="hello", channel="email", key="k", **asked)
    defer_message_batch(batch, schema=shop, by=SYSTEM)

    [job] = waiting("message_batch", shop)
    assert messages.message_batch(**job) == len(members)
    assert messages.message_batch(**job) == 0
    asked_to_send = waiting("send_messages", shop)
    assert asked_to_send == [{"schema": shop, "channel": "email"}]  # the others have nothing of it
    messages.send_messages(**asked_to_send[0])
    assert read_batch(batch).states == {"sent": 3}

    stop_batch(batch, at=NOW, by=SYSTEM)
    assert messages.message_batch(schema=shop, batch=batch, person=None) == 0


@pytest.mark.fault
def test_asking_twice_asks_once_also_within_a_transaction(shop):
    from django.db import transaction

    with transaction.atomic():
        defer_sending("email", schema=shop)
        assert waiting("send_messages", shop) == []  # what is not committed is not to be sent
    with transaction.atomic():
        defer_sending("email", schema=shop)
    assert len(waiting("send_messages", shop)) == 1


def test_no_queue_is_forgotten():
    queues = {task.queue for task in app.tasks.values()}
    assert {*queues_but_messages(), QUEUE} == queues
    assert QUEUE not in queues_but_messages()
