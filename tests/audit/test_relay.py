"""The outbox is read once, in order, and skips nothing because its transaction took longer than a later one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from regulars.audit.models import RelayPosition
from regulars.audit.record import NewEvent, record_events
from regulars.audit.relay import Relayed, relay_events
from regulars.core.actor import SYSTEM
from tests.shop import NOON

pytestmark = pytest.mark.fault


def write(*numbers: int) -> None:
    with transaction.atomic():
        record_events(
            [NewEvent(action="sale.recorded", about="sale", about_id=n, by=SYSTEM, facts={"n": n}) for n in numbers],
            at=NOON,
        )


class Reader:
    """Collects what it is handed; fails when told to."""

    def __init__(self) -> None:
        self.had: list[list[int]] = []
        self.fails = False

    def __call__(self, events: Sequence[Relayed]) -> None:
        if self.fails:
            raise ConnectionError
        self.had.append([event.about_id for event in events])

    def read(self, *, limit: int = 5000) -> int:
        return relay_events(reader="test", hand_over=self, limit=limit)


@contextmanager
def a_slow_till(merchant, number):
    """A transaction on another connection that has written an event and does not commit until the block ends."""
    with ThreadPoolExecutor(1) as thread:

        def begin() -> None:
            connection.set_tenant(merchant)
            connection.set_autocommit(False)
            record_events([NewEvent(action="sale.recorded", about="sale", about_id=number, by=SYSTEM)], at=NOON)

        def end() -> None:
            connection.commit()
            connection.close()

        thread.submit(begin).result()
        yield
        thread.submit(end).result()


def test_each_event_comes_once_and_in_order(fresh_merchant):
    reader = Reader()
    write(1, 2)
    write(3)

    assert [reader.read(), reader.read()] == [3, 0]
    write(4)
    assert reader.read() == 1
    assert reader.had == [[1, 2, 3], [4]]


def test_a_slow_transaction_is_waited_for_and_not_skipped(fresh_merchant):
    reader = Reader()
    write(1)
    with a_slow_till(fresh_merchant, 2):
        write(3)
        assert reader.read() == 1  # 3 is committed, and waits for what may lie before it
        assert reader.read() == 0

    assert reader.read() == 2
    assert reader.had == [[1], [2, 3]]


def test_what_could_not_be_handed_over_comes_again(fresh_merchant):
    reader = Reader()
    write(1)
    reader.fails = True
    with pytest.raises(ConnectionError):
        reader.read()

    reader.fails = False
    assert reader.read() == 1
    assert reader.had == [[1]]


def test_a_window_holds_whole_transactions(fresh_merchant):
    reader = Reader()
    write(1, 2)
    write(3, 4)
    write(5, 6, 7, 8, 9)

    while reader.read(limit=3):
        pass

    assert reader.had == [[1, 2], [3, 4], [5, 6, 7, 8, 9]]


def test_two_relays_at_once_hand_over_each_event_once(fresh_merchant):
    readers = [Reader() for _ in range(4)]
    for number in range(40):
        write(number)

    def read_all(reader: Reader) -> None:
        with tenant_context(fresh_merchant):
            try:
                while reader.read(limit=5):
                    pass
            finally:
                connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read_all, readers))

    assert sorted(n for reader in readers for window in reader.had for n in window) == list(range(40))


def test_after_a_restore_on_another_server_nothing_new_is_missed(fresh_merchant):
    reader = Reader()
    RelayPosition.objects.create(reader="test", transaction=2**60)
    write(1)

    assert reader.read() == 1
