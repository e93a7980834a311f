"""A merchant for a whole file of tests that really commit: one for each test would take longer than the tests."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import OPENED_AT

NUMBERS = itertools.count(1)


@contextmanager
def committing_merchant(django_db_blocker, name: str) -> Iterator[str]:
    """Make a merchant, work in its schema, and drop it; answers its code."""
    from django.db import connection, connections

    from regulars.platform.merchants import create_merchant, drop_merchant

    with django_db_blocker.unblock():
        merchant = create_merchant(code=f"{name}{os.getpid()}x{next(NUMBERS)}", name=name.title(), at=OPENED_AT)
        connection.set_tenant(merchant)
        yield merchant.code
        connections.close_all()
        drop_merchant(code=merchant.code)
        connections.close_all()
