"""Homes for test runs: a new one under /tmp for each, and the remains of killed runs cleared away."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer

PREFIX = "regulars-test-"


def find_test_home() -> Path:
    """Answer REGULARS_TEST_HOME (a folder in it for each of the workers of one run), or a new home that the run will
    remove.
    """
    if kept := os.environ.get("REGULARS_TEST_HOME"):
        return Path(kept, os.environ.get("PYTEST_XDIST_WORKER", "")).absolute()
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        clear_if_abandoned(left)
    return Path(tempfile.mkdtemp(prefix=PREFIX))


def clear_if_abandoned(folder: Path) -> None:
    """Stop the server of a run that was killed, and remove its home."""
    try:
        lock = os.open(folder / "postgres" / "users.lock", os.O_RDWR)
    except OSError:
        return  # not ours, or a run that is only just starting
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        EmbeddedServer(Home(folder)).stop()
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass  # its run is alive
    finally:
        os.close(lock)
