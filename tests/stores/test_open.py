"""A chain opens its stores at once, and those it has stay as they are."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.stores.models import Store, Till
from regulars.stores.open import NewStore, open_stores

AT = datetime(2026, 3, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def a_chain(size: int, *, first: int = 1) -> list[NewStore]:
    return [
        NewStore(code=str(code), name=f"Store {code}", time_zone="America/New_York", tills=("1", "2"))
        for code in range(first, first + size)
    ]


def test_each_store_opens_with_its_tills_and_leaves_an_event():
    assert open_stores(a_chain(3), at=AT, by=SYSTEM) == 3
    assert Till.objects.filter(store__code="2").count() == 2
    assert Event.objects.filter(action="store.created", recorded_at=AT).count() == 3


def test_a_store_that_is_there_stays_as_it_is():
    open_stores(a_chain(2), at=AT, by=SYSTEM)
    Store.objects.filter(code="1").update(name="The old one")
    assert open_stores(a_chain(3), at=AT, by=SYSTEM) == 1
    assert Store.objects.get(code="1").name == "The old one"
    assert Till.objects.count() == 6


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"code": "x" * 33}, {"name": ""}])
def test_a_store_that_cannot_be_opens_none(wrong):
    stores = [*a_chain(2), NewStore(**({"code": "9", "name": "Nine", "time_zone": "UTC"} | wrong))]
    with pytest.raises(ValidationError):
        open_stores(stores, at=AT, by=SYSTEM)
    assert not Store.objects.exists()


@pytest.mark.parametrize("size", [1, 10, 400])
def test_statements_do_not_grow_with_the_batch(size, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        open_stores(a_chain(size), at=AT, by=SYSTEM)
