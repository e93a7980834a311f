"""Where there is no terminal, a long job says in plain lines how far it is, how fast, and how long it will take."""

import pytest

from regulars.cli import progress
from regulars.cli.progress import PlainLines


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_tell_rate_and_time_left(clock, capsys):
    lines = PlainLines("Sales", total=1000)
    clock[0] += 4
    lines(100, True)
    assert capsys.readouterr().out == ""
    clock[0] += 1
    lines(100, True)
    assert capsys.readouterr().out == "Sales: 200 of 1,000, 40/s, 20 s left\n"


def test_what_an_earlier_run_did_makes_nobody_look_fast(clock, capsys):
    lines = PlainLines("Sales", total=1000)
    clock[0] += 1
    lines(500, False)
    clock[0] += 5
    lines(100, True)
    assert capsys.readouterr().out == "Sales: 600 of 1,000, 17/s, 24 s left\n"


def test_the_last_line_comes_at_the_end(clock, capsys):
    lines = PlainLines("Sales", total=10)
    lines(10, False)
    assert capsys.readouterr().out == "Sales: 10 of 10\n"
