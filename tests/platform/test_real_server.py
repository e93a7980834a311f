"""A server of one's own, named by DATABASE_URL, is checked before anything else runs, and what it lacks is said."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import sql

from regulars.platform import real_server
from regulars.platform.home import Home
from regulars.platform.real_server import UnfitServer, check_real_server
from regulars.platform.server_user import current_user_name
from regulars.platform.sharing import database_running

SIGNED_IN = "local all all peer map=anybody\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An embedded server that plays a real one: it lets this user be any role."""
    home = Home(tmp_path_factory.mktemp("real") / "var")
    with database_running(home) as running:
        (running.data / "pg_hba.conf").write_text(SIGNED_IN)
        (running.data / "pg_ident.conf").write_text(f"anybody {current_user_name()} all\n")
        with running.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield running


@pytest.fixture
def shop(server):
    """A login that owns a database of its own, as a hosting company would hand it out."""
    with server.connect("postgres") as owner:
        owner.execute("CREATE ROLE shop LOGIN CREATEROLE")
        owner.execute("CREATE DATABASE shop OWNER shop TEMPLATE template0")
        yield address(server)
        owner.execute("DROP DATABASE shop WITH (FORCE)")
        owner.execute("DROP OWNED BY shop CASCADE")
        owner.execute("DROP ROLE IF EXISTS regulars_app")
        owner.execute("DROP ROLE shop")
        owner.execute("CREATE ROLE regulars_app NOLOGIN")


def address(server, *, user: str = "shop", database: str = "shop") -> str:
    return f"postgresql://{user}@/{database}?host={server.home.postgres / 'socket'}"


def as_owner(server, statement: str, database: str = "shop") -> None:
    with server.connect(database) as owner:
        owner.execute(sql.SQL(statement))


def test_a_server_that_has_all_it_takes_gets_the_role_of_the_application(server, shop):
    as_owner(server, "DROP ROLE regulars_app")
    check_real_server(shop)
    check_real_server(shop)  # and again, at the next start

    with psycopg.connect(shop, options="-c role=regulars_app") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("regulars_app",)


def test_no_connection_is_said_without_the_password():
    with pytest.raises(UnfitServer, match="DATABASE_URL: no connection") as refused:
        check_real_server("postgresql://shop:secret@127.0.0.1:1/shop")
    assert "secret" not in str(refused.value)


def test_an_old_server_is_named(shop, monkeypatch):
    monkeypatch.setattr(real_server, "OLDEST_MAJOR", 19)
    with pytest.raises(UnfitServer, match=r"this is PostgreSQL 18; Regulars needs 19 or newer"):
        check_real_server(shop)


def test_text_in_another_encoding_is_refused(server, shop):
    as_owner(
        server, "CREATE DATABASE old OWNER shop TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
    )
    try:
        with pytest.raises(UnfitServer, match="stores text as LATIN1; make one with CREATE DATABASE"):
            check_real_server(address(server, database="old"))
    finally:
        as_owner(server, "DROP DATABASE old")


def test_a_login_that_may_not_make_schemas_is_told_the_grant(server, shop):
    as_owner(server, "ALTER DATABASE shop OWNER TO regulars_owner")
    with pytest.raises(UnfitServer, match='GRANT CREATE ON DATABASE "shop" TO "shop"'):
        check_real_server(shop)


def test_a_login_that_may_not_use_the_public_schema_is_told_the_grant(server, shop):
    as_owner(server, "ALTER SCHEMA public OWNER TO regulars_owner")
    with pytest.raises(UnfitServer, match='GRANT CREATE ON SCHEMA public TO "shop"'):
        check_real_server(shop)


def test_a_login_that_may_not_make_roles_is_told_what_an_administrator_should_run(server, shop):
    as_owner(server, "DROP ROLE regulars_app")
    as_owner(server, "ALTER ROLE shop NOCREATEROLE")
    with pytest.raises(UnfitServer, match="let an administrator run: CREATE ROLE regulars_app NOLOGIN; GRANT"):
        check_real_server(shop)

    as_owner(server, 'CREATE ROLE regulars_app NOLOGIN; GRANT regulars_app TO "shop" WITH SET TRUE')
    check_real_server(shop)


@pytest.mark.slow
def test_an_installation_works_on_a_real_server_whose_login_is_no_superuser(server, shop, tmp_path):
    as_owner(server, "DROP ROLE regulars_app")
    environment = {**os.environ, "DATABASE_URL": shop, "REGULARS_HOME": str(tmp_path)}

    def regulars(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "regulars", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    regulars("migrate")
    regulars("merchant", "create", "bakery")
    seen = regulars("psql", "-Atc", "SELECT current_user, current_schema, count(*) > 0 FROM django_content_type")
    assert seen.stdout == "regulars_app|m_bakery|t\n"
    regulars("merchant", "drop", "bakery", "--yes")
    assert not (tmp_path / "postgres").exists()
