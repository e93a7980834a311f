"""Keeps what is measured alive, as `serve` does, and measures again what was disturbed.

Somebody may kill the database, or the web server, in the middle of a run: both come back, the disturbed measurement is
repeated, and what was recorded must still verify at the end.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connection

from regulars.platform.home import Home, find_home
from regulars.platform.parts import Part
from regulars.platform.postgres import EmbeddedServer
from regulars.platform.supervisor import keep_database_alive

TRIES = 5
BACK_SECONDS = 60


class Disturbed(Exception):
    """Something that was measured ended meanwhile."""


class QuietPart(Part):
    """A part that writes into the home's log, and not between the figures."""

    def start(self) -> None:
        with (find_home().folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )
        self.started_at = time.monotonic()


class Watch:
    """Looks after the server and the parts twice a second, in a thread of its own."""

    def __init__(self, home: Home, server: EmbeddedServer) -> None:
        self.home = home
        self.server = server
        self.parts: list[Part] = []
        self.disturbances = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="watch", daemon=True)
        self._thread.start()

    def _look_after(self) -> None:
        while not self._is_over.wait(0.5):
            keep_database_alive(self.home, self.server)
            for part in list(self.parts):
                part.keep_alive()

    def end(self) -> None:
        self._is_over.set()
        self._thread.join()
        for part in self.parts:
            part.stop(seconds=10, is_urgent=lambda: False)

    @contextmanager
    def keeping(self, part: Part, *, is_up: Callable[[], bool]) -> Iterator[None]:
        """Have a part running for as long as the block takes."""
        part.start()
        self.parts.append(part)
        try:
            wait_for(is_up)
            yield
        finally:
            self.parts.remove(part)
            part.stop(seconds=10, is_urgent=lambda: False)

    def measure[Answer](self, measure: Callable[[], Answer], *, is_up: Callable[[], bool] | None = None) -> Answer:
        """Return what `measure` returns, once it was left in peace."""
        for left in reversed(range(TRIES)):
            try:
                return measure()
            except (DatabaseError, InterfaceError, Disturbed):
                if left == 0:
                    raise
                self.disturbances += 1
                connection.close()
                wait_for(is_answering)
                if is_up is not None:
                    wait_for(is_up)
        raise AssertionError("the last try returns or raises")


def is_answering() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not back after {BACK_SECONDS} s")
        time.sleep(0.1)
