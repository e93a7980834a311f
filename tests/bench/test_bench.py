"""A measurement that is disturbed is taken again, and nothing that was recorded is lost."""

import os
import subprocess
import sys
import time

import pytest

from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer
from tests.bench.rows import Row, judged
from tests.platform.serving import wait_until


@pytest.mark.fault
@pytest.mark.slow
def test_the_bench_outlives_a_killed_database_and_verifies_what_it_recorded(tmp_path):
    home = tmp_path / "bench" / "home"
    command = [sys.executable, "-u", "-m", "tests.bench", "--quick", "--home", str(home)]
    command += ["--only", "sale_single", "--only", "sales_batch_100"]
    log = tmp_path / "log"
    with log.open("wb") as out:
        bench = subprocess.Popen(command, env={**os.environ}, stdout=out, stderr=subprocess.STDOUT)
    try:
        assert wait_until(lambda: "Looking for" in log.read_text(), seconds=120), log.read_text()
        time.sleep(1)
        EmbeddedServer(Home(home)).find_process().kill()
        assert wait_until(lambda: "turn 0" in log.read_text(), seconds=120), log.read_text()
        EmbeddedServer(Home(home)).find_process().kill()
        assert bench.wait(180) == 0, log.read_text()
    finally:
        bench.kill()
        bench.wait()
    told = log.read_text()
    assert "0 broken" in told
    assert "disturbed and taken again" in told
    assert not home.exists()


@pytest.mark.parametrize(
    ("row", "is_reached"),
    [
        (Row(name="sale_single", value=400, unit="sales/s", reference=1000, target=0.4), True),
        (Row(name="sale_single", value=399, unit="sales/s", reference=1000, target=0.4), False),
        (Row(name="search_1m", value=50, unit="ms", target=50), True),
        (Row(name="search_1m", value=51, unit="ms", target=50), False),
        (Row(name="expire_1m", value=20, unit="ms", reference=10, target=2, is_at_most=True), True),
        (Row(name="expire_1m", value=21, unit="ms", reference=10, target=2, is_at_most=True), False),
        (Row(name="http", value=3, unit="x", reference=1, target=2.5, p99=61, p99_target=60), False),
        (Row(name="http", value=3, unit="x", reference=1, target=2.5, p50=9, p50_target=8), False),
        (Row(name="statements_per_batch", value=11, unit="statements", reference=11, target=1), True),
        (Row(name="statements_per_batch", value=12, unit="statements", reference=11, target=1), False),
    ],
)
def test_a_row_is_reached_when_all_it_promises_is(row, is_reached):
    assert judged(row).is_reached is is_reached
