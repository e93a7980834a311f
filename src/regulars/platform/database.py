"""Which database this process talks to, and in which role.

Without `DATABASE_URL` it is the embedded server under `REGULARS_HOME`; with it, a real one. In both
cases the connection belongs to the owner of the schemas, and an application process takes the role
`regulars_app` at once: that role may read and write rows but cannot change a ledger entry or a table.
"""

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from regulars.platform.home import Home
from regulars.platform.socket_folder import find_socket_folder

APPLICATION_ROLE = "regulars_app"
EMBEDDED_OWNER = "regulars_owner"
EMBEDDED_DATABASE = "regulars"


def is_embedded() -> bool:
    """Say whether this installation runs its own server."""
    return not os.environ.get("DATABASE_URL")


def connection_facts(home: Home) -> dict[str, str]:
    """Answer host, port, user, password and database as libpq names them, in the owner's login.

    Raises `psycopg.ProgrammingError` when `DATABASE_URL` is not a connection string.
    """
    if is_embedded():
        return {"host": str(find_socket_folder(home)), "user": EMBEDDED_OWNER, "dbname": EMBEDDED_DATABASE}
    facts = conninfo_to_dict(os.environ["DATABASE_URL"])
    return {name: str(value) for name, value in facts.items() if value is not None}


def libpq_environment(facts: dict[str, str]) -> dict[str, str]:
    """Answer the variables by which PostgreSQL's own programs find the database.

    A password in a variable shows in no list of processes.
    """
    names = ("host", "port", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service")
    environment = {f"PG{name.upper()}": facts[name] for name in names if name in facts}
    return {**environment, "PGDATABASE": facts.get("dbname") or facts.get("user", "")}


def database_settings(home: Home) -> dict[str, Any]:
    """Answer Django's entry for the one database.

    `REGULARS_DB_ROLE=owner` is for commands that change schemas; everything else runs as the application.
    """
    facts = connection_facts(home)
    known = {"host", "port", "user", "password", "dbname"}
    options = {name: value for name, value in facts.items() if name not in known}
    session = [facts.get("options", ""), "-c client_min_messages=warning"]
    if os.environ.get("REGULARS_DB_ROLE", "app") != "owner":
        session.append(f"-c role={APPLICATION_ROLE} -c idle_in_transaction_session_timeout=60s")
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "HOST": facts.get("host", ""),
        "PORT": facts.get("port", ""),
        "USER": facts.get("user", ""),
        "PASSWORD": facts.get("password", ""),
        "NAME": facts.get("dbname") or facts.get("user", ""),
        # A merchant's catalog entries stay cached in a connection: an hour bounds what one collects.
        "CONN_MAX_AGE": 3600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "options": " ".join(filter(None, session)),
            "application_name": "regulars",
            "connect_timeout": 10,
            # The planner sees typed parameters, and a statement run three times keeps its plan.
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }
