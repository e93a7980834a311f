"""A shop with its team, seen through the back office."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from regulars.core.actor import SYSTEM
from regulars.staff.models import Person, Role
from regulars.staff.people import create_person
from tests.shop import OPENED, a_shop

NOW = datetime.now(UTC)
YESTERDAY = NOW - timedelta(days=1)


def sign_in(role: Role) -> Client:
    """Somebody of this role, signed in, at the merchant that answers on localhost."""
    person = Person.objects.filter(role=role).first() or create_person(
        email=f"{role}@example.com", role=role, first_name=role.capitalize(), at=OPENED, by=SYSTEM
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def shop(db) -> None:
    a_shop()


@pytest.fixture
def owner(shop) -> Client:
    return sign_in(Role.OWNER)


@pytest.fixture
def manager(shop) -> Client:
    return sign_in(Role.MANAGER)


@pytest.fixture
def cashier(shop) -> Client:
    return sign_in(Role.CASHIER)
