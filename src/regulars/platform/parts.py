"""A part of a running installation: one child process, kept alive."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Thread

log = logging.getLogger(__name__)

SUPERVISOR = "REGULARS_SUPERVISOR"
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0


class Part:
    """A child in a session of its own: Ctrl-C in a terminal reaches the supervisor only, which ends its parts."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.command = [*command]
        self.environment = {**environment, SUPERVISOR: str(os.getpid())}
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.start_again_at = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True)
        self.started_at = time.monotonic()

    def keep_alive(self) -> None:
        """Start the part again when it has ended: at once the first time, then after 1, 2, 4 … 30 seconds."""
        if self.process is not None and (status := self.process.poll()) is not None:
            log.error("%s ended with status %s and will be started again", self.name, status)
            self.kill()  # its own children, should it have left any
            if time.monotonic() - self.started_at > HEALTHY_SECONDS:
                self.failures = 0
            self.start_again_at = time.monotonic() + pause_after(self.failures)
            self.failures += 1
            self.process = None
        if self.process is None and time.monotonic() >= self.start_again_at:
            self.start()

    def stop(self, *, seconds: float, is_urgent: Callable[[], bool]) -> None:
        """Ask the part to finish what it has begun; end it after `seconds`, or as soon as it is urgent."""
        if self.process is None:
            return
        self.process.terminate()
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline and not is_urgent():
            time.sleep(0.05)
        self.kill()
        self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End the part's whole session: a web server's workers must not outlive it and hold its port."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def pause_after(failures: int) -> float:
    """Answer the seconds to wait before a part that failed so often before starts again."""
    return 0.0 if failures == 0 else min(2.0 ** (failures - 1), LONGEST_PAUSE)


def end_with_supervisor() -> None:
    """Make this process, a part, end when its supervisor is gone, even if that was killed and could not say so."""
    supervisor = int(os.environ.get(SUPERVISOR, "0"))
    if supervisor:
        Thread(target=watch_parent, args=(supervisor,), daemon=True, name="watch-supervisor").start()


def watch_parent(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
