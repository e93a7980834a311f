"""Many who write at once: one message to a key, and never more to a member than the shop allows."""

import threading

import pytest
from django.db import connection

from regulars.core.actor import SYSTEM
from regulars.messages.models import Delivery
from regulars.messages.terms import Terms, change_terms
from tests.messages.desk import a_marketing_template, a_template, say, send, sinks
from tests.shop import NOON, a_member, a_shop

MAIL = "ann@example.com"


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
