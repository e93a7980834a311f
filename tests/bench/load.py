"""Load from outside: wrk for as much as goes, and an open loop at a fixed pace."""

import asyncio
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.bench.watch import Disturbed

CONNECTIONS = 64
SCRIPTS = Path(__file__).parent


class Load(msgspec.Struct):
    """What wrk counted; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def is_wrk_here() -> bool:
    return shutil.which("wrk") is not None


def run_wrk(port: int, script: str, arguments: Sequence[str], *, seconds: float) -> Load:
    """Press with 64 connections from one thread. Raises Disturbed when a request failed."""
    command = [
        "wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={max(round(seconds), 1)}s", "--timeout=10s",
        "--latency", f"--script={SCRIPTS / script}", f"http://127.0.0.1:{port}", "--", *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    told = [line.removeprefix("RESULT ") for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not told:
        raise Disturbed(done.stdout[-300:] + done.stderr[-300:])
    load = msgspec.json.decode(told[0], type=Load)
    if load.refused or load.broken or not load.requests:
        raise Disturbed(f"{load.refused} answers were refusals and {load.broken} requests broke")
    return load


def open_loop(port: int, make: Callable[[int], bytes], *, rate: int, seconds: float) -> list[float]:
    """Send `rate` requests a second on schedule, whether earlier ones are answered or not; return sorted milliseconds.

    Each is measured from the moment it was due: a server that stalls is charged for everybody who had to wait.
    """
    return sorted(asyncio.run(_open_loop(port, make, rate=rate, count=round(rate * seconds))))


async def _open_loop(port: int, make: Callable[[int], bytes], *, rate: int, count: int) -> list[float]:
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    started = time.perf_counter() + 0.2

    async def send(number: int, due: float) -> float:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(make(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 201"):
            raise Disturbed(head.decode(errors="replace")[:200])
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took = time.perf_counter() - due
        idle.append((reader, writer))
        return took * 1000

    waiting = []
    for number in range(count):
        due = started + number / rate
        await asyncio.sleep(due - time.perf_counter())
        waiting.append(asyncio.create_task(send(number, due)))
    try:
        took = await asyncio.gather(*waiting)
    except (OSError, asyncio.IncompleteReadError, IndexError) as fault:
        raise Disturbed(str(fault)) from fault
    for _, writer in idle:
        writer.close()
    return took


def sale_request(token: str, prefix: str, *, members: int, occurred_at: str) -> Callable[[int], bytes]:
    """Return what makes the n-th request: a sale of three lines like wrk's."""

    def make(number: int) -> bytes:
        sale = {
            "external_id": f"{prefix}-{number}",
            "store": str(300 + number % 50),
            "till": "3",
            "occurred_at": occurred_at,
            "member": {"card": str(9_000_000_001 + number * 7919 % members)},
            "lines": [
                {"sku": "1095275", "quantity": 2, "amount_minor": 500, "category": "PASTRY", "brand": "National"},
                {"sku": "9878513", "quantity": 1, "amount_minor": 399, "category": "GROCERY", "brand": "Private"},
                {"sku": "1041453", "quantity": 1, "amount_minor": 335, "category": "DAIRY", "brand": "National"},
            ],
            "total_minor": 1234,
        }
        body = json.dumps(sale).encode()
        head = (
            f"POST /api/v1/sales HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers_at(url: str) -> Callable[[], bool]:
    """Return what asks whether anything good is answered at an address."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ask
