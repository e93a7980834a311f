"""PostgreSQL is killed under load: it comes back by itself, and every promise was kept."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer
from tests.platform.serving import Installation, wait_until
from tests.torture.open_shop import CARDS, CODE
from tests.torture.rounds import rounds
from tests.torture.tills import Rush, Till, broken_promises, card_of

pytestmark = [pytest.mark.fault, pytest.mark.slow]


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("kills") / "var")
    running.wait_until_ready()
    yield running
    running.stop()


def test_every_promise_outlives_a_killed_database(installation):
    token = open_shop(installation)
    draw = random.Random(8)
    told = {}
    for turn in range(rounds(3, release=50)):
        with Rush(installation.port, token, CARDS, name=f"D{turn}") as rush:
            assert wait_until(rush.is_under_way, seconds=60), installation.log.read_text()[-3000:]
            time.sleep(draw.uniform(0, 0.5))
            installation.part("postgres").kill()
            enough = rush.count_acknowledged() + 20
            assert wait_until(lambda rush=rush, enough=enough: rush.count_acknowledged() > enough, seconds=90)
        told |= rush.told
        assert broken_promises(rush.told, fetcher(installation.home)) == []
    till = Till(installation.port, token)
    for receipt in [receipt for receipt, answer in told.items() if answer.is_unknown]:
        again = till.sell(receipt, card_of(receipt, CARDS))
        assert again.is_acknowledged or again.body["code"] == "member_not_found", again
    codes = {answer.body.get("code") for answer in told.values() if answer.is_unknown}
    assert codes <= {None, "unavailable"}, codes
    checked = installation.command("verify", "--merchant", CODE)
    assert checked.returncode == 0, checked.stdout


def open_shop(installation: Installation) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.open_shop"],
        env={**os.environ, "REGULARS_HOME": str(installation.home), "REGULARS_DB_ROLE": "owner"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def fetcher(home: Path):
    """Return what reads the installation's database, past our own code."""

    def fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        with EmbeddedServer(Home(home)).connect() as connection:
            connection.execute(f"SET search_path = m_{CODE}")
            return connection.execute(sql, params).fetchall()

    return fetch
