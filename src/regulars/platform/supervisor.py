"""`regulars serve`: the database, the web server and the worker, started in order, kept alive, and stopped in order.

    serve ─┬─ postgres   embedded; absent when DATABASE_URL is set
           ├─ web        /api → Litestar, the rest → Django
           └─ worker     jobs

The supervisor itself holds no database connection and no Django: it is the one process that must not fail.
"""

import logging
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence

from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home
from regulars.platform.parts import Part
from regulars.platform.postgres import EmbeddedServer, ServerDidNotStart
from regulars.platform.sharing import start_lock

log = logging.getLogger(__name__)

TICK = 0.2
FINISH_SECONDS = 30.0


class PortTaken(CannotRun):
    """Something else already listens where we should."""

    def __init__(self, *, host: str, port: int) -> None:
        super().__init__(f"port {port} of {host} is in use: choose another with --port")


class Stopping:
    """Whether somebody asked us to stop, and whether they asked twice."""

    def __init__(self) -> None:
        self.asked = 0
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, self.ask)

    def ask(self, *_: object) -> None:
        self.asked += 1

    @property
    def is_asked(self) -> bool:
        return self.asked > 0

    @property
    def is_urgent(self) -> bool:
        return self.asked > 1


def supervise(
    home: Home,
    server: EmbeddedServer | None,
    parts: Sequence[Part],
    *,
    stopping: Stopping,
    when_ready: Callable[[], bool],
) -> None:
    """Run until somebody asks to stop; then end the parts in order, each finishing what it has begun.

    `when_ready` is asked at every tick until it answers true: it looks whether we are up, and says so once.
    """
    is_said = False
    try:
        while not stopping.is_asked:
            keep_database_alive(home, server)
            for part in parts:
                part.keep_alive()
            is_said = is_said or when_ready()
            time.sleep(TICK)
    finally:
        for part in parts:
            part.stop(seconds=FINISH_SECONDS, is_urgent=lambda: stopping.is_urgent)


def keep_database_alive(home: Home, server: EmbeddedServer | None) -> None:
    """Start the embedded server again when it has ended, whoever started it first."""
    if server is None or server.is_running():
        return
    log.error("postgres ended and will be started again")
    try:
        with start_lock(home):
            server.start()
    except (CannotRun, OSError) as fault:
        log.error("postgres did not start: %s", fault if isinstance(fault, ServerDidNotStart) else type(fault).__name__)
        time.sleep(1)


def check_port(host: str, port: int) -> None:
    """Raise `PortTaken` when the address cannot be had: better said once than by a web server that keeps failing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(host=host, port=port) from None


def is_up(url: str) -> bool:
    """Say whether the web server answers that everything is ready."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def shared_metrics(home: Home) -> Mapping[str, str]:
    """Answer the variable that lets the processes of one run count together, in an emptied folder."""
    folder = home.folder / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
