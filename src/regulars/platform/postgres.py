"""The embedded PostgreSQL server: started in a session of its own, found again by any process, stopped cleanly.

Whoever calls must hold the start lock (`sharing.py`): two processes must not start or stop it at once.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from regulars.platform.binaries import find_program
from regulars.platform.cannot_run import CannotRun
from regulars.platform.cluster import prepare_cluster
from regulars.platform.database import APPLICATION_ROLE, EMBEDDED_DATABASE, EMBEDDED_OWNER
from regulars.platform.home import Home
from regulars.platform.server_user import find_server_user
from regulars.platform.socket_folder import find_socket_folder

START_SECONDS = 300
"""Recovery after a crash replays up to max_wal_size, on a slow disk and a busy machine."""
STOP_SECONDS = 60
LEFTOVER_SECONDS = 10


class ServerDidNotStart(CannotRun):
    """The embedded server ended, or was not ready in time; the message ends with its own last words."""


class EmbeddedServer:
    """The server of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.data = home.postgres / "data"
        self.child: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Say whether a live server holds the data folder, whoever started it."""
        if self.child is not None and self.child.poll() is not None:
            self.child = None  # reaped: a zombie would look alive to the next server
        return self.find_process() is not None

    def find_process(self) -> psutil.Process | None:
        """Answer the server's main process by its own note, unless the note is older than the process it names."""
        lines = self.read_note()
        if not lines or not lines[0].strip().isdecimal():
            return None
        return living_server(int(lines[0]), self.data)

    def read_note(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Start the server unless it runs, and come back when it answers.

        Makes the data folder, the database and the application's role when they are missing. Raises
        `ServerDidNotStart`, and what `prepare_cluster` and `find_server_user` raise.
        """
        if not self.is_running():
            user = find_server_user()
            prepare_cluster(self.home, user)
            self.clear_leftovers()
            with (self.home.postgres / "startup.log").open("wb") as log:
                self.child = subprocess.Popen(
                    [str(find_program("postgres")), "-D", str(self.data)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **user.process_options(),
                )
        self.wait_until_ready(seconds=seconds)
        self.prepare_database()

    def wait_until_ready(self, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_running() and self.child is None:
                raise ServerDidNotStart(f"the database ended while starting: {self.last_words()}")
            note = self.read_note()
            if len(note) >= 8 and note[7].strip() == "ready" and self.is_answering():
                return
            time.sleep(0.02)
        raise ServerDidNotStart(f"the database was not ready after {seconds:.0f} s: {self.last_words()}")

    def is_answering(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str = EMBEDDED_DATABASE) -> psycopg.Connection:
        """Open a connection as the owner of everything."""
        sockets = str(find_socket_folder(self.home))
        return psycopg.connect(host=sockets, user=EMBEDDED_OWNER, dbname=database, autocommit=True, connect_timeout=10)

    def prepare_database(self) -> None:
        """Make what initdb does not: the database and the application's role."""
        with self.connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMBEDDED_DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {EMBEDDED_DATABASE}")

    def clear_leftovers(self) -> None:
        """Remove what a killed server left: its last backends, and notes that name a process which is not a server.

        PostgreSQL clears the notes of a dead process by itself, but takes a zombie, or another process that got
        the same number, for a living server. Its backends end when they notice that their parent is gone.
        """
        wait_for(lambda: not backends_of(self.data), seconds=LEFTOVER_SECONDS)
        for process in backends_of(self.data):
            process.kill()
        if not wait_for(lambda: not backends_of(self.data), seconds=LEFTOVER_SECONDS):
            raise ServerDidNotStart(f"processes of an earlier server still use {self.data}")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for file in find_socket_folder(self.home).glob(".s.PGSQL.*"):
            file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, what was committed is on disk."""
        process = self.find_process()
        if process is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and none of its own
            os.kill(process.pid, how)
            if wait_for(lambda: not self.is_running(), seconds=STOP_SECONDS):
                break
        self.child = None
        sockets = find_socket_folder(self.home)
        if not sockets.is_relative_to(self.home.folder):
            with suppress(OSError):
                sockets.rmdir()  # a short folder elsewhere; a new one is made at the next start

    def last_words(self) -> str:
        """Answer the end of the newest log: what PostgreSQL itself says about why it did not start."""
        logs = [self.home.postgres / "startup.log", *(self.data / "log").glob("postgres-*.log")]
        written = sorted((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime)
        lines = [line for log in written[-2:] for line in log.read_text(errors="replace").splitlines()[-5:]]
        return " / ".join(lines) or "it left no word"


def living_server(pid: int, data: Path) -> psutil.Process | None:
    """Answer the process when it lives and is a PostgreSQL that works in `data`."""
    try:
        process = psutil.Process(pid)
        is_ours = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data.resolve()
    except (psutil.Error, OSError):
        return None
    return process if is_ours else None


def backends_of(data: Path) -> list[psutil.Process]:
    """Answer every process that works in the data folder: all of PostgreSQL's do, and nobody else can."""
    found = (living_server(process.pid, data) for process in psutil.process_iter())
    return [process for process in found if process is not None]


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until the condition holds; say whether it did in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
