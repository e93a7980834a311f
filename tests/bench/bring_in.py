"""A file of a million members comes in: how long, against COPY of the same file into a bare table; then some come in
while tills sell.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from django.db import connection

from tests.bench.nights import percentile_99
from tests.bench.watch import Disturbed

HEADINGS = "External id,First name,Last name,Phone,E-mail,Birthday,Card number,Joined on\n"
FIRST = ["James", "Mary", "John", "Ana", "Zoe", "Robert", "Linda", "Marcus", "Elizabeth", "Jose"]
LAST = ["an", "bel", "cor", "dan", "el", "far", "gar", "hol", "in", "jor"]

BARE = """
CREATE TABLE bare_lines (external_id text, first_name text, last_name text, phone text, email text, birth_on text,
                         card text, joined_on text)
"""


class Brought(msgspec.Struct, frozen=True):
    """Seconds that an import took, its largest memory in MB, and the tills' p99 in ms before and meanwhile."""

    seconds: float
    megabytes: float
    before: float = 0.0
    during: float = 0.0


def write_file(file: Path, *, first: int = 0, lines: int) -> None:
    """People as another system would export them, nobody twice."""
    with file.open("w") as out:
        out.write(HEADINGS)
        for n in range(first, first + lines):
            name, last = FIRST[n % 10], f"{LAST[n // 10 % 10]}{LAST[n // 100 % 10]}{LAST[n // 1000 % 10]}".title()
            out.write(
                f"C-{n:08},{name},{last},+1{212 + n // 8_000_000}{2_000_000 + n:07},{name.lower()}.{n}@example.com,"
                f"{1940 + n % 60}-{1 + n // 60 % 12:02}-{1 + n // 720 % 28:02},A{n:09},{2015 + n % 10}-03-04\n"
            )


def copy_bare(file: Path) -> float:
    """Copy the file into a table with no index, and return how long it took. Needs the owner's role."""
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        started = time.perf_counter()
        with cursor.copy("COPY bare_lines FROM STDIN (FORMAT csv, HEADER)") as copy, file.open("rb") as content:
            while part := content.read(2**20):
                copy.write(part)
        took = time.perf_counter() - started
        cursor.execute("DROP TABLE bare_lines")
    return took


def bring_in(file: Path, *, merchant: str, lines: int) -> Brought:
    """Run `regulars import` with nothing beside it."""
    return _watch(_start(file, merchant), lines=lines, meanwhile=lambda: time.sleep(0.2))


def bring_in_while_selling(
    file: Path, *, merchant: str, lines: int, sell: Callable[[float], list[float]], seconds: float
) -> Brought:
    """Sell for a while, then start `regulars import` and sell on until it is done."""
    sell(2)
    before = sell(seconds)
    during: list[float] = []
    done = _watch(_start(file, merchant), lines=lines, meanwhile=lambda: during.extend(sell(min(seconds, 5))))
    return msgspec.structs.replace(done, before=percentile_99(before), during=percentile_99(during))


def _start(file: Path, merchant: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "regulars", "import", str(file), "--merchant", merchant],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )


def _watch(process: subprocess.Popen[str], *, lines: int, meanwhile: Callable[[], object]) -> Brought:
    """Do something as often as it can be done before the import has ended."""
    started = time.monotonic()
    with ThreadPoolExecutor(1) as listener:
        listening = listener.submit(lambda: (process.communicate()[0], time.monotonic()))
        try:
            while process.poll() is None:
                meanwhile()
        finally:
            process.kill()
        said, ended = listening.result()
    if f"{lines:,} created" not in said:
        raise Disturbed(f"regulars import ended with {process.returncode}: {said[-300:]}")
    return Brought(ended - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
