"""The whole demo, as a newcomer gets it: all of the year within two minutes and 600 MB, and every point accounted for.

Takes a minute; REGULARS_WHOLE_YEAR=1 runs it.
"""

import json
import os
import subprocess
import sys
import time
from datetime import datetime

import pytest

from regulars.demo.dates import first_midnight, weeks_between
from regulars.demo.journey import find_file, read_outline
from regulars.demo.program import ZONE
from tests.demo.grocer import expected_by_rule
from tests.demo.posted import posted_by_rule

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


def look(environment, question: str) -> str:
    psql = [sys.executable, "-m", "regulars", "psql", "-At", "-c", question]
    return subprocess.run(psql, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_the_year_loads_in_two_minutes_and_600_mb(loaded):
    _, said, seconds, megabytes = loaded
    assert seconds <= SECONDS, said
    assert megabytes <= MEGABYTES


def test_every_rule_gave_what_numpy_finds_in_the_files(loaded):
    environment, *_ = loaded
    opened_at = datetime.fromisoformat(look(environment, "SELECT created_at FROM programs_programversion"))
    first_day = first_midnight(read_outline(find_file("transactions")).first_at)
    weeks = weeks_between(first_day, opened_at, zone=ZONE)
    expected = expected_by_rule(find_file("transactions"), weeks=weeks)
    assert posted_by_rule(lambda question: look(environment, question)) == expected


def test_a_back_test_of_what_is_live_gives_what_was_posted(loaded):
    environment, *_ = loaded
    posted = posted_by_rule(lambda question: look(environment, question))
    command = [sys.executable, "-m", "regulars", "backtest", "live", "--json"]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    result = json.loads(said)
    assert result["sales"] == 155_848
    assert result["seconds"] <= 30
    for rule in result["draft"]["rules"]:
        assert rule["awarded"] == posted[rule["rule"]], rule
    for reward in result["draft"]["rewards"]:
        assert reward["given"] == posted[reward["reward"]], reward


def test_every_line_and_household_is_there(loaded):
    environment, *_ = loaded
    assert look(environment, "SELECT count(*) FROM sales_line") == "1469307"
    assert look(environment, "SELECT count(*) FROM sales_sale") == "155848"
    assert look(environment, "SELECT count(*) FROM members_member WHERE is_generated") == "2469"


def test_a_second_start_finds_it_loaded_and_says_how_to_get_in(loaded):
    environment, said, *_ = loaded
    again = [sys.executable, "-m", "regulars", "demo", "--load-only"]
    told = subprocess.run(again, env=environment, check=True, capture_output=True, text=True).stdout
    assert "loaded already" in told
    password = next(line.split()[2] for line in said.splitlines() if "owner@example.com" in line)
    assert password in told
