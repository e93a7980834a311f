"""The bench's own installation, in a folder that it removes; what a killed run left is cleared away by the next."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connection, connections

from regulars.platform.database import database_settings
from regulars.platform.home import Home, find_home
from regulars.platform.postgres import EmbeddedServer
from regulars.platform.sharing import database_running


@contextmanager
def bench_home(folder: Path) -> Iterator[tuple[Home, EmbeddedServer]]:
    """Have a new home with its server for as long as the block takes. One bench at a time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.parent / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another bench runs in {folder}") from None
    clear(folder)
    home = Home(folder)
    try:
        with database_running(home) as server:
            assert server is not None
            yield home, server
            connections.close_all()
    finally:
        clear(folder)
        os.close(lock)
        (folder.parent / "lock").unlink(missing_ok=True)


def clear(folder: Path) -> None:
    if folder.exists():
        EmbeddedServer(Home(folder)).stop()
        shutil.rmtree(folder, ignore_errors=True)


def migrate(*, at: datetime) -> None:
    from regulars.platform.migrate import migrate_everything

    migrate_everything(at=at, say=lambda schema: None)


def play_role(role: str) -> None:
    """Open Django's connections in this role from now on, here and in child processes."""
    os.environ["REGULARS_DB_ROLE"] = role
    connection.close()
    connection.settings_dict["OPTIONS"] = database_settings(find_home())["OPTIONS"]
