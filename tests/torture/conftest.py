"""A shop that tills reach over HTTP: the web server of the home under test, and a merchant of the test's own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from regulars.core.actor import SYSTEM
from regulars.ledger.models import Account
from regulars.staff.keys import create_key
from regulars.staff.models import Scope
from tests.platform.serving import free_port, wait_until
from tests.shop import a_member, a_shop
from tests.torture.tills import Till

CARDS = tuple(f"77{number:06}" for number in range(20))


class Web:
    """`regulars web` on the database of this run; a kill takes its workers along, as a power cut would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.log = home / f"web-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "REGULARS_HOME": str(self.home), "REGULARS_DB_ROLE": "app"}
        command = [sys.executable, "-m", "regulars", "web", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=log, stderr=log)
        assert wait_until(self.is_alive, seconds=60), self.log.read_text()

    def is_alive(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def web(home, django_db_setup) -> Iterator[Web]:
    """A web server of the test's own, started by the test."""
    web = Web(home)
    yield web
    web.kill()


@pytest.fixture(scope="module")
def webs(home, django_db_setup) -> Iterator[tuple[Web, Web]]:
    """Two web servers on one database, running for a whole file."""
    pair = (Web(home), Web(home))
    for web in pair:
        web.start()
    yield pair
    for web in pair:
        web.kill()


class Shop:
    """A merchant with a program, a store, members with cards, and a key."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.cards = CARDS

    def till(self, web: Web, **limits: float) -> Till:
        return Till(web.port, self.token, **limits)

    @staticmethod
    def fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    @staticmethod
    def sum_of_balances() -> int:
        return sum(Account.objects.filter(side="member").values_list("balance", flat=True))


@pytest.fixture
def shop(fresh_merchant) -> Shop:
    a_shop()
    for card in CARDS:
        a_member(cards=(card,))
    _, token = create_key(name="till", scopes=list(Scope), at=timezone.now(), by=SYSTEM)
    return Shop(token)
