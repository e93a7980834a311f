"""`regulars program …` as an operator types it: what is printed, where it is written, and how it ends."""

import os
import subprocess
import sys

import pytest

from regulars.platform.home import Home
from regulars.platform.sharing import database_running

pytestmark = pytest.mark.slow

ONE_RULE = """
rules:
  - {type: rate, code: base, name: Base, points: 1, per_minor: 100}
"""


@pytest.fixture(scope="module")
def regulars(tmp_path_factory):
    """Run commands on an installation of this module's own, with one merchant."""
    home = Home(tmp_path_factory.mktemp("programs") / "var")
    environment = {**os.environ, "REGULARS_HOME": str(home.folder)}
    environment.pop("REGULARS_DB_ROLE", None)

    def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "regulars", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, input=typed)

    # One user of the server throughout, so that no command has to start it.
    with database_running(home):
        assert run("migrate").returncode == 0
        made = run("merchant", "create", "bakery", "--time-zone", "America/New_York")
        assert made.returncode == 0, made.stderr
        yield run


def test_a_program_is_written_changed_scheduled_and_taken_off_its_date(regulars, tmp_path):
    file = tmp_path / "program.yaml"
    assert regulars("program", "export", "-o", str(file)).returncode == 0
    assert file.read_text().startswith("# The program of Bakery, version 1 (live).\nformat: 1\n")
    assert regulars("program", "diff", str(file), "--exit-code").stdout == "nothing changes\n"

    file.write_text(file.read_text() + ONE_RULE)
    seen = regulars("program", "diff", str(file), "--exit-code")
    assert seen.returncode == 1
    assert seen.stdout == (
        "+ rule “Base”\n    1 point for each full 1.00 USD\n    touches 0 members who bought in the last 365 days\n"
    )

    asked = regulars("program", "apply", str(file), typed="n\n")
    assert (asked.returncode, "Publish this now?" in asked.stdout) == (1, True)
    assert regulars("program", "apply", str(file), "--yes").stdout.endswith("version 2 is live\n")
    assert regulars("program", "apply", str(file), "--yes").stdout == "nothing changes\n"

    file.write_text(file.read_text().replace("points: 1,", "points: 2,"))
    later = regulars("program", "schedule", str(file), "--on", "2099-01-01", "--note", "Twice", "--yes")
    assert later.stdout == (
        "~ rule “Base”\n"
        "    gives: 2 points for each full 1.00 USD (before: 1 point for each full 1.00 USD)\n"
        "    touches 0 members who bought in the last 365 days\n"
        "version 3 starts 1 Jan 2099\n"
    )
    states = [line.split()[:2] for line in regulars("program", "versions").stdout.splitlines()]
    assert states == [["3", "scheduled"], ["2", "live"], ["1", "past"]]

    assert regulars("program", "unschedule", "3").stdout == "version 3 is the draft\n"
    assert "points: 2" in regulars("program", "export", "--draft").stdout
    assert "points: 1\n" in regulars("program", "export", "--version", "2").stdout


def test_faults_are_printed_with_their_lines_and_nothing_is_published(regulars):
    text = (
        "rules:\n"
        "  - {type: bonus, code: b, name: B, points: 0}\n"
        "  - {type: bonus, code: c, name: C, points: 5, unit: x}\n"
    )
    for command in (("check",), ("apply", "--yes")):
        told = regulars("program", command[0], "-", *command[1:], typed=text)
        assert told.returncode == 1
        assert told.stderr == (
            "-:2: rules[0].points: “0” cannot be: this has to be at least 1; leave it out for none.\n"
            "-:3: rules[1].unit: There is no unit “x”.\n"
        )


def test_a_sound_file_passes_and_warnings_fail_only_if_asked(regulars):
    odd = "budgets:\n  - {code: spring, name: Spring, units: 5}\n"
    passed = regulars("program", "check", "-", typed=odd)
    assert (passed.returncode, passed.stdout) == (0, "-: sound, with 1 warnings\n")
    assert passed.stderr == "-:2: warning: budgets[0]: No rule draws on the budget “Spring”.\n"
    assert regulars("program", "check", "-", "--strict", typed=odd).returncode == 1


def test_what_cannot_be_done_is_said_in_a_sentence(regulars, tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"rules: \xff\n")
    assert regulars("program", "check", str(tmp_path / "latin.yaml")).returncode == 2
    assert regulars("program", "export", "--version", "99").stderr == "regulars: unknown version: number 99\n"
    past = regulars("program", "schedule", "-", "--on", "2001-01-01", typed="format: 1\n")
    assert (past.returncode, "that moment has passed" in past.stderr) == (2, True)


def test_recipes_and_the_schema_need_no_database(tmp_path):
    environment = {**os.environ, "REGULARS_HOME": str(tmp_path / "none")}
    for words in (("recipe", "cafe"), ("schema",)):
        command = [sys.executable, "-m", "regulars", "program", *words]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (ran.returncode, bool(ran.stdout), ran.stderr) == (0, True, "")
    assert not (tmp_path / "none").exists()
