"""Expiry and tier review of a million members, while tills sell: how long they take, and what the tills feel of it."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec

from tests.bench.load import open_loop, sale_request
from tests.bench.watch import Disturbed

RATE = 100
"""Sales a second: a till's answer is measured against a shop that is busy, not against one that is at its limit."""


class Night(msgspec.Struct, frozen=True):
    """`before` and `during` are the tills' 99th percentiles in milliseconds; the work took `seconds` for `members`."""

    before: float
    during: float
    seconds: float
    members: int


def sell_for(port: int, token: str, *, members: int, at: datetime, seconds: float) -> list[float]:
    """Sell at an even pace to members who have a card; return how long each sale took, sorted."""
    usual = sale_request(token, f"N{secrets.token_hex(4)}", members=1, occurred_at=at.isoformat())

    def make(number: int) -> bytes:
        # Of ten ids in a row the first belongs to somebody who has joined, has a card and is not blocked.
        card = str(9_000_000_001 + number * 7919 % (members // 10) * 10).encode()
        return usual(number).replace(b"9000000001", card)

    return open_loop(port, make, rate=RATE, seconds=seconds)


def spend_night(command: str, *, merchant: str, sell: Callable[[float], list[float]], seconds: float) -> Night:
    """Sell for a while, then start `regulars expire` or `regulars review` and sell on until it is done."""
    sell(2)
    before = sell(seconds)
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", command, "--merchant", merchant],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    with ThreadPoolExecutor(1) as listener:
        listening = listener.submit(hear, process)
        during: list[float] = []
        try:
            time.sleep(2)  # it takes a moment to start; that is not what is measured
            while process.poll() is None:
                during += sell(min(seconds, 5))
        finally:
            process.kill()
        said, ended = listening.result()
    if process.returncode != 0 or not during:
        raise Disturbed(f"regulars {command} ended with {process.returncode}")
    [members] = re.findall(r"([\d,]+) members", said.splitlines()[-1])
    return Night(
        before=percentile_99(before),
        during=percentile_99(during),
        seconds=ended - started,
        members=int(members.replace(",", "")),
    )


def hear(process: subprocess.Popen[str]) -> tuple[str, float]:
    """Return what a process says, and when it ended."""
    said, _ = process.communicate()
    return said, time.monotonic()


def percentile_99(took: list[float]) -> float:
    ordered = sorted(took)
    return ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
