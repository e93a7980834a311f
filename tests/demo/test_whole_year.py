"""The whole demo, as a newcomer gets it: all of the year within two minutes and 600 MB, and every point accounted for.

Takes a minute; REGULARS_WHOLE_YEAR=1 runs it.
"""

import os
import subprocess
import sys
import time

import pytest

from regulars.demo.journey import find_file
from tests.demo.sheets import POINTS, ask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("REGULARS_WHOLE_YEAR") != "1", reason="REGULARS_WHOLE_YEAR=1 runs it"),
]
SECONDS, MEGABYTES = 120, 600


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The home of a finished load, with what it printed, how long it took and its largest process."""
    environment = {
        **os.environ,
        "REGULARS_HOME": str(tmp_path_factory.mktemp("whole") / "var"),
        "REGULARS_DB_ROLE": "app",
    }
    started = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", "regulars", "demo", "--load-only"], env=environment, stdout=subprocess.PIPE, text=True
    )
    said = running.stdout.read()
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0
    return environment, said, time.monotonic() - started, used.ru_maxrss / 1024


def look(environment, question: str) -> int:
    psql = [sys.executable, "-m", "regulars", "psql", "-At", "-c", question]
    return int(subprocess.run(psql, env=environment, check=True, capture_output=True, text=True).stdout)


def test_the_year_loads_in_two_minutes_and_600_mb(loaded):
    _, said, seconds, megabytes = loaded
    assert seconds <= SECONDS, said
    assert megabytes <= MEGABYTES


def test_every_point_sql_finds_in_the_files_was_earned(loaded):
    environment, *_ = loaded
    points = look(environment, "SELECT sum(amount) FROM ledger_entry WHERE kind = 'earn'")
    assert points == ask(find_file("transactions"), POINTS)


def test_every_line_and_household_is_there(loaded):
    environment, *_ = loaded
    assert look(environment, "SELECT count(*) FROM sales_line") == 1_469_307
    assert look(environment, "SELECT count(*) FROM sales_sale") == 155_848
    assert look(environment, "SELECT count(*) FROM members_member WHERE is_generated") == 2_469


def test_a_second_start_finds_it_loaded_and_says_how_to_get_in(loaded):
    environment, said, *_ = loaded
    again = [sys.executable, "-m", "regulars", "demo", "--load-only"]
    told = subprocess.run(again, env=environment, check=True, capture_output=True, text=True).stdout
    assert "loaded already" in told
    password = next(line.split()[2] for line in said.splitlines() if "owner@example.com" in line)
    assert password in told
