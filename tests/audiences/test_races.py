"""Many people and rules change the tags of the same members at once: none waits in a circle, nothing is worn twice."""

import threading

import pytest
from django.db import connection

from regulars.audiences.models import Worn
from regulars.audiences.tags import TagChange, change_tags, create_tag
from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from tests.shop import NOON, a_member, a_shop

ROUNDS = 6
HANDS = 6


@pytest.fixture
def crowd(fresh_merchant) -> tuple[list[int], list[int]]:
    a_shop()
    tags = [create_tag(name, at=NOON, by=SYSTEM).pk for name in ("one", "two", "three")]
    return [a_member() for _ in range(12)], tags


def test_crossing_batches_end_with_each_change_told_once(crowd):
    members, tags = crowd
    tenant, faults, told = connection.tenant, [], []

    def work(hand: int) -> None:
        try:
            connection.set_tenant(tenant)
            for turn in range(ROUNDS):
                order = members if (hand + turn) % 2 else members[::-1]
                put = tags[:2] if hand % 2 else tags[1:]
                changes = [
                    TagChange(member_id=each, put=tuple(put), take=tuple(set(tags) - set(put))) for each in order
                ]
                told.extend(change_tags(changes, at=NOON, by=SYSTEM))
        except Exception as fault:  # noqa: BLE001  # the test tells it
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=work, args=(hand,)) for hand in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert faults == []
    put = sum(len(each.put) for each in told)
    taken = sum(len(each.take) for each in told)
    assert Worn.objects.count() == put - taken == 2 * len(members)
    assert Event.objects.filter(action="member.tagged").count() == len(told)
