"""`regulars import` looks first, brings in, and takes back; its answer says how it went."""

import pytest
from typer.testing import CliRunner

from regulars.cli import app
from regulars.members.models import Member
from tests.shop import a_shop

FILE = "Kundennummer,Vorname,Mobile\nC-1,Ann,+12125550101\nC-2,Bob,12\n"


@pytest.fixture
def command(fresh_merchant, tmp_path, monkeypatch):
    a_shop()
    file = tmp_path / "people.csv"
    file.write_text(FILE)

    def run(*words: str):
        return CliRunner().invoke(app, [*words, "--merchant", fresh_merchant.code])

    return lambda *words: run("import", str(file), *words) if words[:1] != ("undo-import",) else run(*words)


@pytest.mark.slow
def test_a_file_is_looked_at_brought_in_and_taken_back(command):
    looked = command("--check", "--column", "Kundennummer=external_id", "--column", "Vorname=first_name")
    assert looked.exit_code == 1, looked.output
    assert "1 created, 1 failed" in looked.output
    assert "line 3: phone invalid_phone" in looked.output
    assert not Member.objects.exists()

    brought = command("--column", "Kundennummer=external_id", "--column", "Vorname=first_name")
    assert "1 created, 1 failed" in brought.output
    assert Member.objects.get().first_name == "Ann"

    number = brought.output.split("Import ")[1].split(":")[0]
    undone = command("undo-import", number)
    assert (undone.exit_code, Member.objects.exists()) == (0, False), undone.output


@pytest.mark.slow
def test_a_column_that_is_not_there_is_an_error(command):
    answer = command("--column", "Nope=phone")
    assert answer.exit_code == 2
    assert "there is no column 'Nope'" in answer.output
