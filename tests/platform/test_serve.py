"""`regulars serve` keeps its parts alive, and ends them in order when it is asked to."""

import json
import socket
import time

import httpx
import psutil
import pytest

from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer
from tests.platform.serving import Installation, is_alive, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.slow]


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    running = Installation(tmp_path_factory.mktemp("serve") / "var")
    running.wait_until_ready()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def migrated_home(tmp_path_factory):
    """A home for those that come and go: made by the first, found ready by the others."""
    return tmp_path_factory.mktemp("short") / "var"


@pytest.fixture
def short_lived(migrated_home):
    running = Installation(migrated_home)
    running.wait_until_ready()
    yield running
    running.stop()


def test_it_says_that_it_is_alive_and_ready(installation):
    assert httpx.get(f"{installation.url}/healthz").text == "alive\n"
    assert httpx.get(f"{installation.url}/readyz").json() == {"ready": True, "faults": []}
    assert wait_until(lambda: f"Regulars answers at {installation.url}/" in installation.log.read_text())


def test_it_counts_what_it_answers(installation):
    httpx.get(f"{installation.url}/accounts/login/", headers={"host": "nobody.example"})
    counted = httpx.get(f"{installation.url}/metrics").text
    assert 'regulars_pages_total{method="GET",status="404",view="none"}' in counted
    assert "regulars_page_seconds_bucket" in counted


def test_a_second_serve_on_the_same_data_is_refused(installation):
    second = installation.command("serve", "--port", str(installation.port + 1))
    assert second.returncode == 2
    assert f"process {installation.process.pid}) already runs on {installation.home}" in second.stderr
    assert installation.is_ready()


def test_a_port_that_is_taken_is_refused(installation, tmp_path):
    second = Installation(tmp_path / "var", "--port", str(installation.port))
    assert second.process.wait(30) == 2
    assert f"port {installation.port} of 127.0.0.1 is in use" in second.log.read_text()


def test_commands_use_the_running_server_and_leave_it_running(installation):
    before = installation.part("postgres").pid
    assert installation.command("merchant", "create", "bakery").returncode == 0
    assert "bakery" in installation.command("merchant", "list").stdout
    assert installation.part("postgres").pid == before
    assert installation.is_ready()


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
def test_a_part_that_is_killed_comes_back_by_itself(installation, name):
    killed = installation.part(name)
    killed.kill()

    def is_back() -> bool:
        try:
            return installation.part(name).pid != killed.pid and installation.is_ready()
        except LookupError:
            return False

    assert wait_until(is_back, seconds=40), installation.log.read_text()


def test_a_killed_web_process_comes_back_below_its_server(installation):
    assert wait_until(lambda: bool(installation.part("web").children()))
    [worker] = [child for child in installation.part("web").children() if child.num_threads() > 3]
    worker.kill()
    assert wait_until(installation.is_ready, seconds=40), installation.log.read_text()


def test_while_postgres_is_away_it_is_alive_but_not_ready(installation):
    server = installation.part("postgres")
    server.suspend()
    try:
        assert httpx.get(f"{installation.url}/healthz").status_code == 200
    finally:
        server.resume()
    server.kill()
    answers = []
    assert wait_until(
        lambda: answers.append(httpx.get(f"{installation.url}/readyz", timeout=5)) or answers[-1].is_success
    )
    assert {answer.status_code for answer in answers} <= {200, 503}


def test_its_log_is_json_after_the_first_lines(installation):
    lines = installation.log.read_text().splitlines()
    parsed = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"at", "level", "logger", "message"} <= set(parsed[0])


def test_what_is_in_flight_is_finished_before_it_stops_and_nothing_is_left_running(short_lived):
    """Half a request is sent before SIGTERM, the other half after it; the answer still comes."""
    family = psutil.Process(short_lived.process.pid).children(recursive=True)
    body = b"login=ann%40shop.example&password=x"
    with socket.create_connection(("localhost", short_lived.port)) as connection:
        head = f"POST /anything HTTP/1.1\r\nHost: nobody.example\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.5)
        short_lived.process.terminate()
        time.sleep(1)
        assert short_lived.process.poll() is None
        connection.sendall(body[10:])
        connection.settimeout(20)
        answer = connection.recv(100)
    assert answer.startswith(b"HTTP/1.1 404"), answer  # there is no such merchant, and Django had time to say so

    assert short_lived.process.wait(30) == 0
    assert [process for process in family if is_alive(process)] == []
    assert not EmbeddedServer(Home(short_lived.home)).is_running()


def test_after_the_supervisor_itself_was_killed_its_parts_end_and_the_next_one_takes_over(short_lived):
    left = [short_lived.part("web"), *short_lived.part("web").children(), short_lived.part("worker")]
    short_lived.process.kill()
    short_lived.process.wait()

    following = Installation(short_lived.home)
    try:
        following.wait_until_ready()
        assert wait_until(lambda: not any(is_alive(process) for process in left))
    finally:
        assert following.stop() == 0
    assert not EmbeddedServer(Home(following.home)).is_running()
