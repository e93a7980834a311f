"""The file and the document say the same, whatever the document; and whatever differs is told in words."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from regulars.core.checking import check_document
from regulars.core.difference import SECTIONS, compare
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.program_file.reading import check_file
from regulars.core.program_file.tree import LONGEST
from regulars.core.program_file.writing import write_file
from tests.core.any_document import documents, read_again

NEW_YORK = ZoneInfo("America/New_York")

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(documents())
def test_a_file_that_was_written_reads_as_the_same_document(document):
    text = write_file(document, currency="USD", zone=NEW_YORK)
    found = check_file(text, currency="USD", zone=NEW_YORK)
    assert found.document == document
    assert found.document == read_again(document)
    assert {fault.path for fault in found.faults} == {
        fault.path for fault in check_document(document, currency="USD", zone=NEW_YORK)
    }


@pytest.mark.parametrize("language", ["[", "]", ".", "a.b", "[0]", "de"])
def test_a_fault_under_an_odd_name_stands_at_its_place(language):
    words = UnitWords(singular="point", plural="points\x07")
    document = ProgramDocument(units=(Unit(code="p", name=POINTS.name, translations={language: words}),))
    [fault] = check_document(document, currency="USD", zone=NEW_YORK)
    found = check_file(write_file(document, currency="USD", zone=NEW_YORK), currency="USD", zone=NEW_YORK)
    assert [each.path for each in found.faults] == [fault.path] == [f"units[0].translations.{language}.plural"]
    assert found.faults[0].line > 1


@many
@given(documents(), documents())
def test_documents_differ_in_words_exactly_where_they_differ(before, after):
    changes = compare(before, after, currency="USD", zone=NEW_YORK)
    assert all(word for change in changes for word in change.words)
    assert compare(before, before, currency="USD", zone=NEW_YORK) == []
    for section in SECTIONS:
        olds, news = getattr(before, section), getattr(after, section)
        if section == "policies" or len({part.code for part in (*olds, *news)}) == len(olds) + len(news):
            assert (olds != news) == any(change.section == section for change in changes)


@many
@given(documents())
def test_every_document_can_be_checked(document):
    for fault in check_document(document, currency="USD", zone=NEW_YORK):
        assert fault.said.endswith((".", "?"))
        assert fault.path


@pytest.mark.parametrize("written", ["007", "1e3", "0x1F", "no", "on", "1_000", "2026-01-01", "12:30"])
def test_a_name_is_what_was_written(written):
    text = f"rewards:\n  - {{code: r, name: {written}, stores: [{written}]}}\n"
    document = check_file(text, currency="USD", zone=NEW_YORK).document
    assert (document.rewards[0].name, document.rewards[0].stores) == (written, (written,))


def test_moments_without_an_offset_are_in_the_programs_zone():
    text = "rewards:\n  - {code: r, name: R, starts_at: 2026-07-01, ends_at: 2026-12-24T18:30+01:00}\n"
    reward = check_file(text, currency="USD", zone=NEW_YORK).document.rewards[0]
    assert (reward.starts_at.isoformat(), reward.ends_at.isoformat()) == (
        "2026-07-01T00:00:00-04:00",
        "2026-12-24T18:30:00+01:00",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "- 1\n",
        "just words",
        "\x00",
        "a: " + "[" * 50 + "]" * 50,
        "x" * (LONGEST + 1),
        "rules:\n\t- x",
        "units: {? [a]: b}",
    ],
)
def test_what_is_no_program_is_refused_in_a_sentence(text):
    found = check_file(text, currency="USD", zone=NEW_YORK)
    assert found.document is None
    assert found.faults
    assert all(fault.said.endswith((".", "?")) for fault in found.faults)
