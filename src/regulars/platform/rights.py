"""What the application may do in a schema: everything with rows, nothing with tables, and no change to the ledger.

The application runs in the role `regulars_app`. It may only add to and read the append-only tables, so that no
fault in our code, and no injected statement of the application's, can rewrite what members were owed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from regulars.platform.database import APPLICATION_ROLE

ROLE = sql.Identifier(APPLICATION_ROLE)


@contextmanager
def as_owner() -> Iterator[None]:
    """Run a block, in one transaction, with the owner's rights to make and change schemas.

    The connection belongs to the owner and only plays the application, so it can step out of that role.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW role")
        role = cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE NONE")
        yield
        if role != "none":
            cursor.execute("SELECT set_config('role', %s, true)", [role])


def grant_application_rights(schema: str) -> None:
    """Give the application exactly its rights in a schema, taking back whatever else it had.

    Run by the owner after every migration. In the public schema it may read the merchants and work the job queue.
    """
    name = sql.Identifier(schema)
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, ROLE),
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(name, ROLE),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(name, ROLE),
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}").format(name, ROLE),
    ]
    for table in tables_to_narrow(schema):
        statements.append(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(schema, table), ROLE))
        if table not in settings.APPEND_ONLY_TABLES:
            statements.append(sql.SQL("REVOKE INSERT ON {} FROM {}").format(sql.Identifier(schema, table), ROLE))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tables_to_narrow(schema: str) -> list[str]:
    """Answer the tables of a schema that the application may not change: append-only ones, and the owner's own."""
    owners_own = ("django_migrations", "platform_merchant", "platform_domain", "platform_schemarecipe")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename = ANY(%s) ORDER BY 1",
            [schema, [*settings.APPEND_ONLY_TABLES, *owners_own]],
        )
        return [name for (name,) in cursor.fetchall()]
