"""The embedded server: private, alone on its data, and up again after any death."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from regulars.platform.binaries import find_program
from regulars.platform.cluster import DataFolderUnusable
from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer, ServerDidNotStart
from regulars.platform.sharing import database_running
from regulars.platform.socket_folder import SocketFolderTaken, find_socket_folder, make_socket_folder

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def own_home(tmp_path_factory) -> Home:
    return Home(tmp_path_factory.mktemp("home") / "var")


@pytest.fixture
def server(own_home):
    with database_running(own_home) as running:
        yield running


def ask(server: EmbeddedServer, question: str) -> str:
    with server.connect() as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return str(row[0])


# --- private ---------------------------------------------------------------------------------------


def test_the_socket_lies_in_a_folder_for_its_user_alone(server):
    folder = find_socket_folder(server.home)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_the_server_listens_on_no_network(server):
    assert ask(server, "SHOW listen_addresses") == ""
    assert server.find_process().net_connections("inet") == []


def test_the_server_never_runs_as_root(server):
    assert server.find_process().uids().real != 0


def test_only_the_owner_may_connect(server):
    for user in ("postgres", "regulars_app", "root"):
        with pytest.raises(psycopg.OperationalError, match=r"reject|no pg_hba"):
            psycopg.connect(host=str(find_socket_folder(server.home)), user=user, dbname="regulars")


@AS_ROOT
def test_no_other_user_of_the_machine_may_connect(server):
    other = pwd.getpwnam("nobody")
    folder = find_socket_folder(server.home)
    command = [str(find_program("psql")), "-h", str(folder), "-U", "regulars_owner", "regulars", "-c", "SELECT 1"]
    as_other = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": [], "cwd": "/"}
    refused = subprocess.run(command, capture_output=True, text=True, **as_other)
    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr  # the folder keeps it out

    folder.chmod(0o755)
    (folder / ".s.PGSQL.5432").chmod(0o777)
    refused = subprocess.run(command, capture_output=True, text=True, **as_other)
    assert refused.returncode != 0
    assert "Peer authentication failed" in refused.stderr  # and so does the server itself


def test_the_database_is_in_utf8_and_has_checksums(server):
    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert ask(server, "SHOW data_checksums") == "on"
    assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'regulars'") == "C.UTF-8"


def test_the_logs_keep_what_people_typed_to_themselves(server):
    with server.connect() as connection, pytest.raises(psycopg.Error):
        connection.execute("CREATE TEMP TABLE people (phone text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('+15550001'), ('+15550001')")

    def logs() -> str:
        return "".join(log.read_text() for log in (server.data / "log").glob("*.log"))

    assert wait_until(lambda: "duplicate key" in logs())  # the collector writes when it gets to it
    server.stop()
    assert "5550001" not in logs()


# --- up again after any death ------------------------------------------------------------------------


def test_what_was_committed_survives_a_kill(server):
    with server.connect() as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    os.kill(server.find_process().pid, signal.SIGKILL)
    assert wait_until(lambda: not server.is_running())

    server.start()

    assert ask(server, "SELECT number FROM kept") == "42"


def test_notes_of_a_dead_server_that_name_a_living_process_do_not_stop_the_next(server):
    """After a restart of the machine, the old process number may belong to anybody."""
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n\n\n\nready\n")
    (find_socket_folder(server.home) / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    assert not server.is_running()

    server.start()

    assert ask(server, "SELECT 1") == "1"


def test_a_zombie_is_not_taken_for_a_living_server(own_home):
    """In a container nobody may reap the dead."""
    with database_running(own_home) as server:
        child = server.child
        child.kill()
        assert wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
        assert EmbeddedServer(own_home).find_process() is None

        another = EmbeddedServer(own_home)
        another.start()
        assert ask(another, "SELECT 1") == "1"
        another.stop()
        child.wait()


def test_an_unfinished_initdb_is_not_taken_for_data(own_home):
    draft = own_home.postgres / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with database_running(own_home) as server:
        assert ask(server, "SELECT 1") == "1"
    assert not draft.exists()


def test_data_of_another_major_version_is_left_alone_and_named(own_home):
    with database_running(own_home):
        pass
    version = own_home.postgres / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(Exception, match="written by PostgreSQL 17, and this is 18"), database_running(own_home):
        pass


def test_a_server_that_cannot_start_says_why(own_home):
    with database_running(own_home):
        pass
    (own_home.postgres / "custom.conf").write_text("shared_buffers = 'plenty'\n")
    (own_home.postgres / "custom.conf").chmod(0o644)
    with pytest.raises(ServerDidNotStart, match="shared_buffers"), database_running(own_home):
        pass


# --- shared by commands --------------------------------------------------------------------------------


def test_the_last_command_to_end_stops_the_server(own_home):
    with database_running(own_home) as first:
        with database_running(own_home) as second:
            assert second.find_process().pid == first.find_process().pid
        assert first.is_running()
    assert not first.is_running()


HOLD = """
import sys, time
from pathlib import Path
from regulars.platform.cluster import DataFolderUnusable
from regulars.platform.home import Home
from regulars.platform.sharing import database_running
with database_running(Home(Path(sys.argv[1]))) as server:
    with server.connect() as connection:
        print(connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0], flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_commands_at_once_share_one_server(own_home):
    with ThreadPoolExecutor() as pool:
        command = [sys.executable, "-c", HOLD, str(own_home.folder), "1"]
        runs = list(pool.map(lambda _: subprocess.run(command, capture_output=True, text=True), range(4)))
    assert [run.returncode for run in runs] == [0] * 4, runs[0].stderr
    assert len({run.stdout for run in runs}) == 1
    assert not EmbeddedServer(own_home).is_running()


def test_a_server_left_by_a_killed_command_is_found_and_stopped_by_the_next(own_home):
    command = [sys.executable, "-c", HOLD, str(own_home.folder), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        holder.kill()
    left = EmbeddedServer(own_home).find_process()
    assert left is not None

    with database_running(own_home) as server:
        assert server.find_process().pid == left.pid

    assert not EmbeddedServer(own_home).is_running()


# --- wherever it lies ------------------------------------------------------------------------------------


@AS_ROOT
def test_a_home_below_a_private_folder_of_roots_works_and_is_said(capfd):
    """`mktemp -d` makes a folder that nobody but root may enter, and the server is not root."""
    private = Path(tempfile.mkdtemp())
    try:
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        with database_running(Home(private / "clone" / "var")) as server:
            assert ask(server, "SELECT 1") == "1"
        said = capfd.readouterr().err
        assert said.count("\n") == 1
        assert f"others may now pass through {private} (chmod o+x)" in said
        assert stat.S_IMODE(private.stat().st_mode) == 0o701
    finally:
        shutil.rmtree(private)


def test_a_home_with_a_long_path_works(tmp_path):
    home = Home(tmp_path / ("long" * 30) / "var")
    with database_running(home) as server:
        folder = find_socket_folder(home)
        assert len(str(folder)) < 80
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert ask(server, "SELECT 1") == "1"
    assert not folder.exists()


def test_a_home_with_odd_signs_in_its_path_works(tmp_path):
    with database_running(Home(tmp_path / 'it\'s, "odd" ünd' / "var")) as server:
        assert ask(server, "SELECT 1") == "1"


@AS_ROOT
def test_a_short_socket_folder_that_somebody_else_made_is_refused(tmp_path):
    folder = tmp_path / "taken"
    folder.mkdir()
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(SocketFolderTaken):
        make_socket_folder(folder, owner=0, group=0)

    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(SocketFolderTaken):
        make_socket_folder(link, owner=0, group=0)


def wait_until(condition, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@AS_ROOT
def test_a_home_of_another_user_is_left_as_it_is_and_said(own_home):
    with database_running(own_home):
        pass
    data = own_home.postgres / "data"
    os.chown(data, pwd.getpwnam("nobody").pw_uid, -1)
    own_home.folder.chmod(0o700)
    with pytest.raises(DataFolderUnusable, match="belongs to another user"), database_running(own_home):
        pass
    assert stat.S_IMODE(own_home.folder.stat().st_mode) == 0o700
