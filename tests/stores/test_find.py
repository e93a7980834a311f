"""Tills name their store by its code, exactly."""

import pytest

from regulars.core.actor import SYSTEM
from regulars.stores.change import save_store
from regulars.stores.find import find_stores
from tests.shop import NOON

pytestmark = pytest.mark.django_db


def test_a_store_comes_with_its_zone_and_tags():
    save_store(code="330", name="Main", time_zone="Europe/Riga", tags=["city", "big"], at=NOON, by=SYSTEM)
    save_store(code="331", name="Side", time_zone="UTC", is_open=False, at=NOON, by=SYSTEM)

    found = find_stores(["330", "331", "330", "0330", ""])

    assert set(found) == {"330", "331"}
    assert (found["330"].time_zone, found["330"].tags) == ("Europe/Riga", {"city", "big"})
    assert (found["331"].is_open, found["331"].tags) == (False, frozenset())


@pytest.mark.parametrize("size", [1, 100])
def test_one_statement_for_any_number(size, django_assert_num_queries):
    for number in range(size):
        save_store(code=str(number), name="Store", time_zone="UTC", tags=["all"], at=NOON, by=SYSTEM)

    with django_assert_num_queries(1):
        assert len(find_stores([str(number) for number in range(size)])) == size
