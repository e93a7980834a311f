"""A thread of the API works in a merchant's schema, on a connection of its own that never waits for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

from django.db import connection

TILL_LIMITS = {"lock_timeout": "1s", "statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}
UPLOAD_LIMITS = {"lock_timeout": "1s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}

_thread = local()


@contextmanager
def merchant_session(schema: str, limits: dict[str, str] = TILL_LIMITS) -> Iterator[None]:
    """Put this thread's connection into a merchant's schema; a connection that broke or grew old is closed after."""
    if not getattr(_thread, "is_limited", False):
        _limit_connection(limits)
    if connection.schema_name != schema:  # type: ignore[attr-defined]  # django-tenants' backend
        # Setting it again would send SET search_path again.
        connection.set_schema(schema)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.close_if_unusable_or_obsolete()


def _limit_connection(limits: dict[str, str]) -> None:
    """Give this thread's connection, and every one that replaces it, the limits of a till call.

    Its settings are this thread's own copy. A health check before each use would be one more round trip; a connection
    that broke is noticed by the statement that fails, and that statement is run again.
    """
    settings = connection.settings_dict
    options = settings.get("OPTIONS", {})
    given = [options.get("options", ""), *(f"-c {name}={value}" for name, value in limits.items())]
    connection.close()
    connection.settings_dict = {
        **settings,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {**options, "options": " ".join(filter(None, given))},
    }
    _thread.is_limited = True
