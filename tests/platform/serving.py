"""A whole installation for a test: `regulars serve` in a process of its own, on a free port and in its own home."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil


class Installation:
    """One `regulars serve`; the tests kill its parts and look what becomes of it."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = home.with_suffix(".log")
        self.environment = {**os.environ, "REGULARS_HOME": str(home), "REGULARS_DB_ROLE": "app"}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "regulars", "serve", "--port", str(self.port), *words]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the same installation to its end."""
        command = [sys.executable, "-m", "regulars", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self) -> None:
        assert wait_until(self.is_ready, seconds=60), self.log.read_text()

    def part(self, name: str) -> psutil.Process:
        """Answer a part's main process: web, worker or postgres."""
        for process in psutil.Process(self.process.pid).children():
            words = words_of(process)
            if name in words[1:4] or (words and words[0].endswith(f"/{name}")):
                return process
        raise LookupError(name)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def words_of(process: psutil.Process) -> list[str]:
    """Answer the command line of a process; none when it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    """Say whether the condition held within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
