"""Commands share the embedded server: the first one starts it, the last one to end stops it.

Each user of the server holds a shared lock on `users.lock` for as long as it runs. The operating system lets go of
a lock when its process dies, however it dies, so the count of users cannot go wrong.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from regulars.platform.cannot_run import CannotRun
from regulars.platform.database import is_embedded
from regulars.platform.home import Home, make_folder
from regulars.platform.postgres import EmbeddedServer
from regulars.platform.real_server import check_real_server


class AlreadyServing(CannotRun):
    """Another `regulars serve` runs on this data."""


class HomeOfAnother(CannotRun):
    """The home was made by another user of this machine."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} belongs to another user: run Regulars as that user, or set REGULARS_HOME")


@contextmanager
def database_running(home: Home) -> Iterator[EmbeddedServer | None]:
    """Have the database running for as long as the block takes; answers the embedded server, if it is that.

    A real server is only checked. Raises what starting the embedded server, or checking the real one, raises.
    """
    if not is_embedded():
        check_real_server(os.environ["DATABASE_URL"])
        yield None
        return
    server = EmbeddedServer(home)
    make_folder(home.folder)
    make_folder(home.postgres)
    with open_lock(home.postgres / "users.lock") as users:
        with start_lock(home):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
        try:
            yield server
        finally:
            with start_lock(home):
                if is_last_user(users):
                    server.stop()


@contextmanager
def start_lock(home: Home) -> Iterator[None]:
    """Keep every other process from starting or stopping the server meanwhile."""
    with open_lock(home.postgres / "start.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def only_serve(home: Home) -> Iterator[None]:
    """Be the one `serve` on this data. Raises `AlreadyServing`, naming the process that is."""
    make_folder(home.folder)
    with open_lock(home.serve_lock) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(lock, 20, 0).decode().strip() or "unknown"
            raise AlreadyServing(
                f"another `regulars serve` (process {pid}) already runs on {home.folder}: "
                "stop it first, or set REGULARS_HOME to another folder"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield


@contextmanager
def open_lock(file: Path) -> Iterator[int]:
    """Open a lock's file; closing it lets go of the lock. Children do not inherit it."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise HomeOfAnother(file) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_last_user(users: int) -> bool:
    """Say whether nobody else holds the users' lock; asked under the start lock, so nobody can come in between."""
    with suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
