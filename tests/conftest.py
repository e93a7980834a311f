"""A real PostgreSQL for the whole run, and a merchant's schema for every test that asks for the database.

The server is our own embedded one, in a home of this run's; REGULARS_TEST_HOME keeps one between runs, which saves
the set-up. Tests work in the application's role, so that a right we forgot to grant shows here and not in a shop.

    @pytest.mark.django_db      runs in merchant `test`, in a transaction that is rolled back
    fresh_merchant              a merchant of the test's own, for what must really commit (threads, processes, faults)
"""

# ruff: noqa: E402 - the environment comes before Django, and Django before its models
import os

from tests.homes import find_test_home

os.environ["REGULARS_HOME"] = str(find_test_home())
os.environ["REGULARS_DB_ROLE"] = "owner"  # while schemas are made; django_db_setup changes it
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
os.environ.pop("DATABASE_URL", None)

import django

django.setup()

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

OPENED_AT = datetime(2025, 1, 1, tzinfo=UTC)
NUMBERS = itertools.count(1)


def pytest_xdist_setupnodes(config, specs) -> None:
    """Let each worker of a parallel run come here first: with this set, Django would wake up in the run's own home."""
    os.environ.pop("DJANGO_SETTINGS_MODULE")


def pytest_unconfigure(config) -> None:
    """Leave nothing under /tmp, also when no test ran."""
    if not os.environ.get("REGULARS_TEST_HOME"):
        shutil.rmtree(os.environ["REGULARS_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def home() -> Path:
    """The home of the installation under test."""
    return Path(os.environ["REGULARS_HOME"])


@pytest.fixture(scope="session")
def database(home) -> Iterator[None]:
    """The embedded server, running."""
    from regulars.platform.home import Home
    from regulars.platform.sharing import database_running

    with database_running(Home(home)) as server:
        if server is not None:
            spare_the_disk(server)
        yield


def spare_the_disk(server) -> None:
    """Let commits not wait for the disk: a killed server loses nothing by it, and no test cuts the power."""
    with server.connect() as connection:
        connection.autocommit = True
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_setup(database, django_db_blocker):
    """Migrate the public schema and the template, make merchant `test`, and become the application."""
    from django.db import connections

    from regulars.platform.merchants import create_merchant
    from regulars.platform.migrate import migrate_everything
    from regulars.platform.models import Merchant

    with django_db_blocker.unblock():
        forget_other_migrations()
        migrate_everything(at=OPENED_AT, say=lambda schema: None)
        if not Merchant.objects.filter(code="test").exists():
            create_merchant(code="test", name="Test Shop", at=OPENED_AT)
        play_role("app")
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def forget_other_migrations() -> None:
    """Start from nothing when a kept home holds schemas of migrations that have changed since."""
    from django.db import ProgrammingError, connection

    from regulars.platform.recipes import is_recorded

    try:
        known = is_recorded()
    except ProgrammingError:
        return  # a new database
    if not known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(m_|regulars_template|public$)'")
            for (schema,) in cursor.fetchall():
                cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
            cursor.execute("CREATE SCHEMA public")
        connection.close()


def play_role(role: str) -> None:
    """Open Django's connections in this role from now on, here and in child processes."""
    from django.db import connection

    from regulars.platform.database import database_settings
    from regulars.platform.home import find_home

    os.environ["REGULARS_DB_ROLE"] = role
    connection.close()
    connection.settings_dict["OPTIONS"] = database_settings(find_home())["OPTIONS"]


@pytest.fixture
def merchant(db):
    """The merchant that tests in a transaction work in."""
    from regulars.platform.models import Merchant

    return Merchant.objects.get(code="test")


@pytest.fixture(autouse=True)
def in_merchant_test(request):
    """Put a test that uses the database into merchant `test`."""
    if not ({"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db")):
        yield
        return
    from django.db import connection

    from regulars.platform.models import Merchant

    request.getfixturevalue("db")
    connection.set_schema_to_public()
    connection.set_tenant(Merchant.objects.get(code="test"))
    yield
    connection.set_schema_to_public()


@pytest.fixture
def fresh_merchant(django_db_setup, django_db_blocker):
    """A merchant made for one test and dropped after it; what the test writes is really committed."""
    from django.db import connection, connections

    from regulars.platform.merchants import create_merchant, drop_merchant

    with django_db_blocker.unblock():
        merchant = create_merchant(code=f"fresh{os.getpid()}x{next(NUMBERS)}", name="Fresh Shop", at=OPENED_AT)
        connection.set_tenant(merchant)
        yield merchant
        connections.close_all()
        drop_merchant(code=merchant.code)
        connections.close_all()
