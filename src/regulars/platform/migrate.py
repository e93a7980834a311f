"""Bring every schema to this program's state: the public one, the template, and each merchant's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import schema_context

from regulars.platform.models import Merchant
from regulars.platform.recipes import TEMPLATE_SCHEMA, fingerprint, is_recorded, record_recipe
from regulars.platform.rights import grant_application_rights

MIGRATION_LOCK = 0x5265_6775_6C61_7273  # "Regulars"


def migrate_everything(*, at: datetime, say: Callable[[str], None]) -> None:
    """Migrate all schemas, as the owner; what is already as it should be is left alone.

    The template comes before the merchants, so that a migration that fails on an empty schema touches none of theirs.
    `say` is told each schema that changes. A second run at the same time waits for the first.
    """
    with one_at_a_time():
        migrate_schema("public")
        if not is_recorded():
            say("template")
            make_template()
            record_recipe(at=at)
        for merchant in Merchant.objects.exclude(migrated_to=fingerprint()).order_by("id"):
            say(merchant.code)
            migrate_schema(merchant.schema_name)
            Merchant.objects.filter(id=merchant.id).update(migrated_to=fingerprint())


def make_template() -> None:
    """Make the template from nothing: what a new merchant gets is what the migrations say today, and not a history."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE_SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {TEMPLATE_SCHEMA}")
    migrate_schema(TEMPLATE_SCHEMA)


def migrate_schema(schema: str) -> None:
    """Apply what is missing in one schema, and give the application its rights there.

    In the public schema that is app by app: all at once, Django would work through every merchant's tables too, for
    seconds, to make none of them.
    """
    if schema == "public":
        for app in _shared_apps():
            call_command("migrate_schemas", app, shared=True, interactive=False, verbosity=0)
    else:
        call_command("migrate_schemas", tenant=True, schema_name=schema, interactive=False, verbosity=0)
    with schema_context("public"):
        grant_application_rights(schema)


def _shared_apps() -> list[str]:
    migrated = MigrationLoader(None, ignore_no_migrations=True).migrated_apps
    return [app.label for app in apps.get_app_configs() if app.name in settings.SHARED_APPS and app.label in migrated]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the database's migration lock, on a connection of its own: migrating closes the ordinary one."""
    keeper = connection.copy()
    try:
        with keeper.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            yield
    finally:
        keeper.close()
