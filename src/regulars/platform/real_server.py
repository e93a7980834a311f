"""A PostgreSQL of your own, named by `DATABASE_URL`: what Regulars needs of it, checked before anything else runs."""

import psycopg

from regulars.platform.cannot_run import CannotRun
from regulars.platform.database import APPLICATION_ROLE

OLDEST_MAJOR = 16
"""GRANT … WITH SET, by which the login may act as the application's role, came with 16; 18 is what we test on."""


class UnfitServer(CannotRun):
    """The server of `DATABASE_URL` cannot be used, and the message says why and what to do."""


def check_real_server(url: str) -> None:
    """Raise `UnfitServer` unless the server answers, is new enough, stores UTF-8, and lets us make schemas.

    Makes the application's role, and lets the login act as it, where they are missing.
    """
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as fault:
        raise UnfitServer(f"DATABASE_URL: no connection: {' '.join(str(fault).split())}") from None
    with connection:
        check_version(connection.info.server_version)
        check_encoding(connection)
        check_schema_rights(connection)
        ensure_application_role(connection)


def check_version(version: int) -> None:
    if version < OLDEST_MAJOR * 10_000:
        raise UnfitServer(
            f"DATABASE_URL: this is PostgreSQL {version // 10_000}; Regulars needs {OLDEST_MAJOR} or newer, best 18"
        )


def check_encoding(connection: psycopg.Connection) -> None:
    encoding = single(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise UnfitServer(
            f"DATABASE_URL: the database stores text as {encoding}; make one with "
            "CREATE DATABASE regulars ENCODING 'UTF8' TEMPLATE template0"
        )


def check_schema_rights(connection: psycopg.Connection) -> None:
    if not single(connection, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        raise UnfitServer(
            f"DATABASE_URL: user {connection.info.user} may not make schemas, and every merchant is one; run "
            f'GRANT CREATE ON DATABASE "{connection.info.dbname}" TO "{connection.info.user}"'
        )
    if not single(connection, "SELECT has_schema_privilege('public', 'CREATE')"):
        raise UnfitServer(
            f"DATABASE_URL: user {connection.info.user} may not make tables in the schema public; run "
            f'GRANT CREATE ON SCHEMA public TO "{connection.info.user}"'
        )


def ensure_application_role(connection: psycopg.Connection) -> None:
    """Make the application's role, and let this login act as it; raise `UnfitServer` when that takes another's hand."""
    by_hand = (
        f'CREATE ROLE {APPLICATION_ROLE} NOLOGIN; GRANT {APPLICATION_ROLE} TO "{connection.info.user}" WITH SET TRUE'
    )
    try:
        if not single(connection, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", APPLICATION_ROLE):
            connection.execute(f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN")
        if not single(connection, "SELECT pg_has_role(%s, 'SET')", APPLICATION_ROLE):
            connection.execute(f"GRANT {APPLICATION_ROLE} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE")
    except psycopg.errors.InsufficientPrivilege:
        raise UnfitServer(
            f"DATABASE_URL: user {connection.info.user} may not make the role {APPLICATION_ROLE}, whose rights keep "
            f"the ledger unchanged; let an administrator run: {by_hand}"
        ) from None


def single(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    row = connection.execute(query, parameters or None).fetchone()
    assert row is not None
    value: object = row[0]
    return value
