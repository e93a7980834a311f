"""Many who write at once: one message to a key, and never more to a member than the shop allows."""

import threading
import time

import pytest
from django.db import connection, transaction

from regulars.care.merge import merge_members
from regulars.consents.contact import Permission
from regulars.core.actor import SYSTEM
from regulars.messages import deliver
from regulars.messages.many import read_batch, resume_batch, send_many, stop_batch, work_batch
from regulars.messages.models import Delivery
from regulars.messages.terms import Terms, change_terms
from regulars.platform.rows import fetch
from tests.messages.desk import a_marketing_template, a_template, say, send, sinks
from tests.shop import NOON, OPENED, a_member, a_shop

MAIL = "ann@example.com"
WAITS = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


@pytest.mark.fault
def test_two_who_write_at_once_keep_to_the_limit_together(fresh_merchant):
    a_shop()
    sinks()
    a_marketing_template()
    ann = a_member(email=MAIL)
    say(ann)
    change_terms(Terms(most=1, days=7), at=NOON, by=SYSTEM)
    together = threading.Barrier(6)

    def write(number: int) -> None:
        connection.set_tenant(fresh_merchant)
        together.wait()
        send(ann, "news", key=f"race/{number}")
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(Delivery.objects.values_list("state", "reason")) == [("held_back", "cap")] * 5 + [("waiting", "")]


@pytest.mark.fault
def test_who_knows_a_member_by_a_merged_number_keeps_to_the_limit_too(fresh_merchant):
    a_shop()
    sinks()
    a_marketing_template()
    ann, double = a_member(email=MAIL), a_member()
    merge_members(source=double, keeper=ann, at=OPENED, by=SYSTEM)
    say(ann)
    change_terms(Terms(most=1, days=7), at=NOON, by=SYSTEM)

    def write() -> None:
        connection.set_tenant(fresh_merchant)
        send(double, "news", key="race/2")
        connection.close()

    other = threading.Thread(target=write)
    with transaction.atomic():
        send(ann, "news", key="race/1")
        other.start()
        wait_until_stuck(other)
    other.join()

    assert sorted(Delivery.objects.values_list("state", "reason")) == [("held_back", "cap"), ("waiting", "")]


@pytest.mark.fault
def test_a_run_that_goes_on_while_its_messages_are_taken_leaves_none_behind(fresh_merchant, monkeypatch):
    a_shop()
    sinks()
    a_template()
    asked = {"template": "hello", "channel": "email", "origin": "Ann", "about": 1, "members": [a_member(email=MAIL)]}
    batch = send_many(**asked, at=NOON, by=SYSTEM, key="k")
    list(work_batch(batch, at=NOON, by=SYSTEM))
    stop_batch(batch, at=NOON, by=SYSTEM)

    def go_on() -> None:
        connection.set_tenant(fresh_merchant)
        resume_batch(batch, at=NOON, by=SYSTEM)
        list(work_batch(batch, at=NOON, by=SYSTEM))
        connection.close()

    other = threading.Thread(target=go_on)

    def ask_again(*_given: object) -> dict[int, Permission]:
        """Between the look at what is due and the note of what becomes of it. Nobody need be asked about a service."""
        other.start()
        wait_until_stuck(other)
        return {}

    monkeypatch.setattr(deliver, "_ask_again", ask_again)
    assert deliver.send_due("email", now=lambda: NOON).sent == 0
    other.join()
    assert (read_batch(batch).state, read_batch(batch).states) == ("done", {"waiting": 1})


def wait_until_stuck(other: threading.Thread) -> None:
    """Wait until somebody is done, or waits for a row that this transaction holds."""
    until = time.monotonic() + 30
    while other.is_alive() and time.monotonic() < until:
        fetch("SELECT pg_stat_clear_snapshot()", {})  # within a transaction it would always tell what it told first
        [[waits]] = fetch(WAITS, {})
        if waits:
            return
        time.sleep(0.01)


@pytest.mark.fault
def test_the_same_key_from_many_at_once_is_one_message(fresh_merchant):
    a_shop()
    sinks()
    a_template()
    ann = a_member(email=MAIL)
    together, ids = threading.Barrier(8), []

    def write() -> None:
        connection.set_tenant(fresh_merchant)
        together.wait()
        ids.append(send(ann, key="once").delivery_id)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert (len(set(ids)), len(ids), Delivery.objects.count()) == (1, 8, 1)
