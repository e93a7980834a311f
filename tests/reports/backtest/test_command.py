"""`regulars backtest` as an operator types it: tables, JSON, files, and how it ends."""

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.committing import committing_merchant
from tests.demo.a_load import load

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CAPPED = """\
format: 1
units:
  - code: points
    name: {singular: point, plural: points}
    pays: {units: 100, minor: 100}
rules:
  - {type: rate, code: base, name: Base, points: 1, per_minor: 100, caps: [{limit: 10, period: day}]}
"""


@pytest.fixture(scope="module")
def backtest(django_db_setup, django_db_blocker, small_year, products):
    with committing_merchant(django_db_blocker, "command") as code:
        load(small_year, at=AT, products=products)

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "regulars", "backtest", *words, "--merchant", code]
            return subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)

        yield run


@pytest.fixture
def draft(tmp_path):
    file = tmp_path / "capped.yaml"
    file.write_text(CAPPED)
    return file


def test_a_file_against_what_is_live(backtest, draft, tmp_path):
    done = backtest(str(draft), "--against", "live", "--csv", str(tmp_path / "sheets"))
    assert done.returncode == 0, done.stderr
    assert "Sales: 700 of 700" in done.stdout
    assert "capped.yaml" in done.stdout
    assert "members would get more" in done.stdout
    with (tmp_path / "sheets" / "caps.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    [cap] = [row for row in rows if row["program"] == "capped.yaml"]
    assert (cap["owner"], cap["period"], cap["limit"]) == ("base", "day", "10")
    assert int(cap["held_back"]) > 0


def test_everything_as_json(backtest, draft):
    done = backtest(str(draft), "--json", "--from", "2020-01-01", "--to", "2026-11-21")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["sales"], result["against"], result["comparison"]) == (700, None, None)
    [total] = result["draft"]["totals"]
    assert total["desired"] - total["awarded"] == total["held_back"] == result["draft"]["caps"][0]["held_back"]


def test_the_days_that_are_named_are_those_that_count(backtest):
    whole, none = (
        json.loads(backtest("live", "--json", *days).stdout)["sales"]
        for days in ((), ("--from", "2020-01-01", "--to", "2020-12-31"))
    )
    assert (whole, none) == (700, 0)


def test_a_faulty_file_is_told_by_line(backtest, draft):
    draft.write_text(CAPPED.replace("limit: 10", "limit: 0"))
    done = backtest(str(draft))
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 7" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("no-such-file.yaml",), 2, "cannot be read"),
        (("draft",), 1, "no draft"),
        (("live", "--from", "2026-02-01", "--to", "2026-01-01"), 1, "empty period"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(backtest, words, code, said):
    done = backtest(*words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
