"""An import that is killed at random and goes on comes to what one clean run comes to, and so does its undoing."""

import random
import subprocess
import sys
import time

import pytest
from django.db import connection

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.imports import run as running
from regulars.imports.ask import ask_undo, ask_write, go_on, read_import, stop_import, who_asked
from regulars.imports.models import ImportResult, ImportRun
from regulars.members.models import Member
from regulars.sales.verify import verify
from tests.imports.files import a_file, check, undo, work, write
from tests.shop import NOON, a_member, a_shop
from tests.torture.rounds import rounds

LINES = 1_500

TABLES = {
    "members": "SELECT first_name, last_name, birth_on, joined_at, has_card, name_key, created_at FROM members_member",
    "identifiers": "SELECT first_name, value FROM members_identifier JOIN members_member m ON m.id = member_id",
    "cards": "SELECT first_name, number FROM members_card JOIN members_member m ON m.id = member_id",
    "accounts": "SELECT first_name, unit_id, balance FROM ledger_account JOIN members_member m ON m.id = holder_id",
}


def what_is_there() -> dict[str, list[tuple]]:
    told = {}
    with connection.cursor() as cursor:
        for name, select in TABLES.items():
            cursor.execute(f"{select} ORDER BY 1, 2")
            told[name] = cursor.fetchall()
    return told


def what_became(run: ImportRun) -> list[tuple]:
    return list(ImportResult.objects.filter(run=run).order_by("line").values_list("line", "outcome", "undo"))


def a_mixed_file() -> str:
    """New members, known ones with another name, known ones as they are, and lines with errors."""
    draw = random.Random(5)
    lines = ["External id,First name,Last name,Phone,Birthday,Card"]
    for number in range(LINES):
        wrong = draw.random() < 0.1
        phone = "12" if wrong else f"+1212{5550000 + number}"
        lines.append(f"C-{number},Ann {number},Jones,{phone},1990-02-28,{90000000 + number}")
    return "\n".join(lines)


def killed(run: ImportRun, *, seed: int) -> int:
    """Let a worker do the step, kill it, and start it again until it is done; how often it was killed in time."""
    draw, kills = random.Random(seed), 0
    command = [sys.executable, "-m", "tests.imports.a_run", connection.schema_name, str(run.pk)]
    for _ in range(rounds(3, release=100)):
        before = read_import(run.pk).position
        worker = subprocess.Popen(command)
        deadline = time.monotonic() + 60
        while worker.poll() is None and read_import(run.pk).position == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(draw.random() * 0.2)
        kills += worker.poll() is None
        worker.kill()
        worker.wait()
    subprocess.run(command, check=True)
    return kills


@pytest.mark.fault
@pytest.mark.slow
def test_killed_and_resumed_is_one_clean_run(fresh_merchant):
    a_shop()
    for number in range(0, LINES, 7):
        a_member(first_name="Old", last_name="Jones", external_id=f"C-{number}")
    start = what_is_there()
    file = a_mixed_file()
    clean = a_file(file)
    check(clean)
    write(clean)
    after, became = what_is_there(), what_became(clean)
    undo(clean)
    assert what_is_there() == start

    run = a_file(file)
    check(run)
    ask_write(run.pk, at=NOON, by=SYSTEM)
    kills = killed(run, seed=1)
    run = read_import(run.pk)
    assert (run.state, kills > 0) == ("done", True)
    assert what_is_there() == after
    assert [(line, outcome) for line, outcome, _ in what_became(run)] == [
        (line, outcome) for line, outcome, _ in became
    ]

    ask_undo(run.pk, at=NOON, by=SYSTEM)
    killed(run, seed=2)
    assert what_is_there() == start
    assert not [each for each in verify() if each.breaches]


@pytest.mark.django_db
def test_stopped_it_waits_and_goes_on_behind_the_last_line_that_is_done(monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 10)
    a_shop()
    run = a_file("External id\n" + "\n".join(f"C-{number}" for number in range(35)))
    check(run)
    ask_write(run.pk, at=NOON, by=SYSTEM)
    for done in running.run_import(run.pk, now=lambda: NOON):
        if done == 20:
            stop_import(run.pk, at=NOON, by=SYSTEM)
    run = read_import(run.pk)
    assert (run.state, run.counts, Member.objects.count()) == ("stopped", {"created": 20}, 20)

    go_on(run.pk, at=NOON, by=SYSTEM)
    run = work(run)
    assert (run.state, run.counts, Member.objects.count()) == ("done", {"created": 35}, 35)


@pytest.mark.django_db
def test_what_goes_on_stays_with_who_asked_for_it_and_who_let_them():
    a_shop()
    asked = Actor(kind="staff", id=1, approver="staff:2")
    run = a_file("External id\nC-1")
    check(run)
    ask_write(run.pk, at=NOON, by=asked)
    stop_import(run.pk, at=NOON, by=SYSTEM)

    go_on(run.pk, at=NOON, by=Actor(kind="staff", id=3))

    assert who_asked(read_import(run.pk)) == asked
    assert Event.objects.get(action="import.resumed").actor == "staff:3"


@pytest.mark.django_db
def test_what_was_stopped_in_the_middle_can_be_taken_back(monkeypatch):
    from regulars.imports import run as running

    monkeypatch.setattr(running, "AT_ONCE", 10)
    a_shop()
    run = a_file("External id\n" + "\n".join(f"C-{number}" for number in range(35)))
    check(run)
    ask_write(run.pk, at=NOON, by=SYSTEM)
    for _ in running.run_import(run.pk, now=lambda: NOON):
        stop_import(run.pk, at=NOON, by=SYSTEM)
    run = undo(run)
    assert (run.step, run.state, Member.objects.count()) == ("undo", "done", 0)
