"""Whether this installation can answer: the database is there, and no older than this program."""

from functools import cache

from django.db import DatabaseError, connection
from django_tenants.utils import schema_context

from regulars.platform.cannot_run import CannotRun
from regulars.platform.database import is_embedded
from regulars.platform.home import Home
from regulars.platform.models import Merchant, SchemaRecipe
from regulars.platform.recipes import fingerprint

OWN_FINGERPRINT = cache(fingerprint)
"""The migrations of a running program do not change: they are read once."""


def find_faults() -> list[str]:
    """Answer what keeps this installation from working, each in a sentence; nothing when it is ready."""
    try:
        with schema_context("public"):
            if not SchemaRecipe.objects.filter(fingerprint=OWN_FINGERPRINT()).exists():
                return ["the database is older than this program: run `regulars migrate`"]
            behind = Merchant.objects.exclude(migrated_to=OWN_FINGERPRINT()).order_by("code")
            codes = behind.values_list("code", flat=True)
            return [f"merchant {code} is older than this program: run `regulars migrate`" for code in codes]
    except DatabaseError as fault:
        missing = getattr(fault.__cause__, "sqlstate", None) == "42P01"  # undefined_table
        return ["the database is empty: run `regulars migrate`" if missing else "the database does not answer"]


class NotReady(CannotRun):
    """The database is empty, or older than this program."""


def require_readiness() -> None:
    """Raise `NotReady`, saying the first fault, unless there is none."""
    for fault in find_faults():
        raise NotReady(fault)


def database_facts(home: Home) -> dict[str, str]:
    """Answer what an operator wants to know of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    return {
        "database": "embedded" if is_embedded() else "DATABASE_URL",
        "version": f"PostgreSQL {version}",
        "size": size,
        "home": str(home.folder),
    }
