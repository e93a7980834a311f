"""A shop that machines talk to: really committed, because the lanes work in threads of their own."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.api.machine import Machine, Shop, open_shop
from tests.committing import committing_merchant


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    from regulars.api.app import litestar

    with TestClient(litestar, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def shop(client, django_db_setup, django_db_blocker) -> Iterator[Shop]:
    """The shop of a file of tests; whatever they did, its books must balance in the end."""
    from regulars.sales.verify import verify

    with committing_merchant(django_db_blocker, "api") as merchant:
        yield open_shop(client, merchant)
        assert {check.name: check.breaches for check in verify() if check.breaches} == {}


@pytest.fixture(scope="module")
def other_shop(client, shop, django_db_blocker) -> Iterator[Shop]:
    """Another merchant's shop."""
    from django.db import connection

    with committing_merchant(django_db_blocker, "rival") as merchant:
        other = open_shop(client, merchant)
        connection.set_schema(shop.schema)
        yield other
        connection.set_schema(other.schema)
    connection.set_schema(shop.schema)


@pytest.fixture
def till(shop) -> Machine:
    """A machine whose key may do everything."""
    return shop.machine()
