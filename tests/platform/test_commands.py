"""What an operator types: each command starts what it needs, and says what is wrong in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def regulars(tmp_path_factory):
    """Run commands on an installation of this module's own, with two merchants."""
    environment = {**os.environ, "REGULARS_HOME": str(tmp_path_factory.mktemp("commands") / "var")}
    environment.pop("REGULARS_DB_ROLE", None)
    environment.pop("REGULARS_DATA_KEY", None)

    def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "regulars", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, input=typed)

    run.home = Path(environment["REGULARS_HOME"])  # type: ignore[attr-defined]
    assert run("migrate").returncode == 0
    assert run("merchant", "create", "bakery", "--name", "The Bakery", "--host", "bakery.example").returncode == 0
    assert run("merchant", "create", "butcher").returncode == 0
    return run


def test_an_empty_database_is_said_to_be_empty(tmp_path):
    environment = {**os.environ, "REGULARS_HOME": str(tmp_path / "var"), "REGULARS_DB_ROLE": "app"}
    command = [sys.executable, "-m", "regulars", "merchant", "list"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert listed.returncode == 2
    assert listed.stderr.endswith("regulars: the database is empty: run `regulars migrate`\n")


def test_a_sound_installation_passes_its_check(regulars):
    checked = regulars("check")
    assert checked.returncode == 0
    assert "embedded" in checked.stdout


def test_the_list_shows_codes_names_hosts_and_who_answers_on_localhost(regulars):
    lines = regulars("merchant", "list").stdout.splitlines()
    assert lines[0].split() == ["bakery", "The", "Bakery", "(answers", "on", "localhost)", "bakery.example"]
    assert lines[1].split() == ["butcher", "Butcher"]


def test_a_refusal_is_a_sentence_and_no_traceback(regulars):
    refused = regulars("merchant", "create", "bakery")
    assert (refused.returncode, refused.stderr) == (1, "regulars: merchant exists: merchant bakery\n")


def test_psql_opens_the_default_merchant_in_the_role_of_the_application(regulars):
    seen = regulars("psql", "-Atc", "SELECT current_schema, current_user, count(*) > 0 FROM django_content_type")
    assert seen.stdout == "m_bakery|regulars_app|t\n"


def test_psql_opens_the_merchant_it_is_told(regulars):
    assert regulars("psql", "--merchant", "butcher", "-Atc", "SELECT current_schema").stdout == "m_butcher\n"


def test_psql_only_reads(regulars):
    statements = [
        "DELETE FROM django_session",
        "CREATE TABLE x ()",
        "DROP TABLE stores_store",
        "TRUNCATE ledger_entry",
    ]
    refused = regulars("psql", *(word for statement in statements for word in ("-c", statement)))
    assert refused.returncode != 0
    assert refused.stderr.count("read-only transaction") == len(statements)


def test_psql_hands_on_what_psql_answers(regulars):
    assert regulars("psql", "-c", "SELECT 1/0", "-v", "ON_ERROR_STOP=1").returncode == 1
    refused = regulars("psql", "--merchant", "nobody", "-c", "SELECT 1")
    assert refused.stderr == "regulars: unknown merchant: merchant nobody\n"


def test_a_home_that_lost_its_data_key_is_told_so_and_makes_no_other(regulars):
    key = regulars.home / "data_key"
    mark = "ErasedMark(kind='email', mark='0' * 64, erased_at=timezone.now())"
    lines = (
        "from django.utils import timezone",
        "from django_tenants.utils import schema_context",
        "from regulars.consents.models import ErasedMark",
        f"with schema_context('m_butcher'): {mark}.save()",
    )
    assert regulars("django", "shell", "--no-imports", "-c", "\n".join(lines)).returncode == 0

    kept = key.read_text()
    key.unlink()

    told = regulars("migrate")
    assert told.returncode == 2
    assert told.stderr.startswith(f"regulars: merchant butcher has what only the data key opens: copy it to {key}, or ")
    assert not key.exists()
    key.write_text(kept)
    assert regulars("migrate").returncode == 0


def test_a_merchant_is_dropped_only_by_who_types_its_code(regulars):
    assert regulars("merchant", "drop", "butcher", typed="bakery\n").returncode == 1
    assert "butcher" in regulars("merchant", "list").stdout

    assert regulars("merchant", "drop", "butcher", typed="butcher\n").returncode == 0
    assert "butcher" not in regulars("merchant", "list").stdout
