"""A file of which a third is garbage: good lines come in once, each bad one is listed with its number and why."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any

import pytest
from xlsxwriter import Workbook

from regulars.imports.models import ImportLine
from regulars.imports.opening import InvalidHeadings
from regulars.imports.workbook import NotATable, WorkbookTooLarge, measure
from regulars.members.models import Member
from regulars.members.rows import read_member
from tests.imports.files import a_file, bring, check, faults
from tests.shop import a_shop

pytestmark = pytest.mark.django_db

HEAD = b"External id,First name,Phone,E-mail,Birthday\r\n"

BAD: list[tuple[bytes, str]] = [
    (b"X-1,Caf\xe9,,,\r\n", "not_text"),  # CP1252 among UTF-8
    (b"X-2,A\x00nn,,,\r\n", "not_text"),
    (b"X-3," + b"A" * 1_000_000 + b",,,\r\n", "unreadable_line"),
    (b"X-4,Ann,1e309,,\r\n", "invalid_phone"),
    (b"X-5,Ann,NaN,,\r\n", "invalid_phone"),
    (b"X-6,Ann,-0,,\r\n", "invalid_phone"),
    (b"X-7,Ann,,,1990-02-31\r\n", "invalid_day"),
    ("X-8,Ann,,,١٩٩٠-٠٢-٢٨\r\n".encode(), "invalid_day"),
    (b"X-9,Ann,9223372036854775808,,\r\n", "invalid_phone"),
    (b"X-10,Ann\r\n", "ragged_line"),
    (b"X-11,Ann,,,,surplus\r\n", "ragged_line"),
    (HEAD, "repeated_heading"),
    (b"X-12,=cmd|' /C calc'!A0,,,\r\n", "not_text"),
    (b'X-13,"Ann,,,\r\n', "unreadable_line"),
    (b'X-14,"Ann" Smith,,,\r\n', "unreadable_line"),
    (b"X-15,Ann,,ann@,\r\n", "invalid_email"),
    (b"X-16,Ann,,,1e309\r\n", "invalid_day"),
    (b"X-17," + b"A" * 65 + b",,,\r\n", "invalid_name"),
    (b",Ann,,,\r\n", "no_identifier"),
    (b"\xef\xbb\xbfX-18,Ann,,,\r\n", "not_text"),
    ("X-19,A\u202enn,,,\r\n".encode(), "not_text"),
    (b"X-20,Ann,,,2099-01-01\r\n", "invalid_birth_date"),
]


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def a_mess(*, seed: int) -> tuple[bytes, list[tuple[int, str]], int]:
    """A file of 70 % good lines; where its bad ones are and why, and how many good ones there are."""
    draw = Random(seed)
    lines, wrong, good = [b"\xef\xbb\xbf" + HEAD], [], 0
    bad = list(BAD)
    draw.shuffle(bad)
    while bad:
        if draw.random() < 0.3:
            text, why = bad.pop()
            wrong.append((len(lines) + 1, why))
            lines.append(text)
        else:
            good += 1
            lines.append(f"G-{good},Zoë {good},+1212555{good:04},g{good}@example.com,1990-02-28\r\n".encode())
    return b"".join(lines), wrong, good


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_good_lines_come_in_once_and_bad_ones_are_listed(seed):
    content, wrong, good = a_mess(seed=seed)
    run = bring(content)

    assert [(line, code) for line, _, code in faults(run)] == wrong
    assert run.counts == {"created": good, "failed": len(wrong)}
    names = set(Member.objects.values_list("first_name", flat=True))
    assert names == {f"Zoë {n}" for n in range(1, good + 1)}
    assert run.total == good + len(wrong) == ImportLine.objects.filter(run=run).count()


def test_an_unclosed_quote_at_the_end_takes_no_line_with_it():
    run = bring(HEAD + b'C-1,"Ann,,,\r\nC-2,Bob,,,\r\nC-3,Cat,,,\r\n')
    assert faults(run) == [(2, "", "unreadable_line")]
    assert run.counts == {"created": 2, "failed": 1}


def test_line_breaks_within_quotes_are_part_of_a_cell():
    run = bring(HEAD + b'C-1,"Ann\r\nMarie",,,\r\nC-2,Bob,,ann@,\r\n')
    assert faults(run) == [(2, "first_name", "not_text"), (4, "email", "invalid_email")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("External id;First name\nC-1;Zoë\n".encode("cp1252"), "Zoë"),
        ("External id\tFirst name\nC-1\tZoë\n".encode("utf-16"), "Zoë"),
        ("\ufeffExternal id|First name\rC-1|Zoë\r".encode(), "Zoë"),
    ],
)
def test_a_file_is_read_as_it_was_written(content, name):
    assert bring(content).counts == {"created": 1}
    assert read_member(Member.objects.get().pk).first_name == name


def test_a_table_of_ten_thousand_columns_is_refused_and_such_a_line_alone():
    with pytest.raises(InvalidHeadings):
        a_file(",".join(f"Column {n}" for n in range(10_000)) + "\n1\n")
    run = bring(HEAD + b"X-1" + b"," * 9_999 + b"x\r\nX-2" + b"," * 9_999 + b"\r\nC-1,Zoe,,,\r\n")
    assert faults(run) == [(2, "", "ragged_line")]
    assert run.counts == {"created": 2, "failed": 1}  # cells beyond the headings may be there if they are blank


def a_workbook(write: Callable[[Any], None]) -> bytes:
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        write(book.add_worksheet())
        book.add_worksheet().write_row(0, 0, ["Another", "sheet"])
    return out.getvalue()


def test_a_workbook_says_what_its_cells_show_and_its_formulas_are_not_evaluated():
    def write(sheet) -> None:
        sheet.write_row(0, 0, ["External id", "First name", "Phone", "E-mail", "Birthday"])
        sheet.write_row(
            1, 0, [1001, "Zoë", 12125550101, "ZOE@example.com", "1990-02-28"]
        )  # numbers, as people keep them
        sheet.write_row(3, 0, ["X-1", "'=1+1", "", "", "1990-02-31"])  # behind an empty row
        sheet.write_string(4, 0, "X-2")
        sheet.write_string(4, 1, "=cmd|' /C calc'!A0")
        sheet.write_string(5, 0, "C-3")
        sheet.write_formula(5, 1, '=HYPERLINK("http://example.com")', value="Ann")  # what it showed last
        sheet.write_string(6, 0, "X-3")
        sheet.write_formula(6, 4, "=1/0", value="#DIV/0!")  # reads as blank
        sheet.write_string(7, 0, "X-4")
        sheet.write_number(7, 4, 1e300)
        sheet.write_row(8, 0, ["X-5", "Ann", "", "", "", "surplus"])
        sheet.write_row(9, 0, ["External id", "First name", "Phone", "E-mail", "Birthday"])

    run = bring(a_workbook(write), name="people.xlsx")
    assert faults(run) == [
        (4, "birth_on", "invalid_day"),
        (5, "first_name", "not_text"),
        (8, "birth_on", "invalid_day"),
        (9, "", "ragged_line"),
        (10, "", "repeated_heading"),
    ]
    assert run.counts == {"created": 3, "failed": 5}
    assert set(Member.objects.values_list("first_name", flat=True)) == {"Zoë", "Ann", ""}
    assert read_member(Member.objects.get(first_name="Zoë").pk).external_id == "1001"


def test_a_workbook_of_ten_thousand_columns_is_refused():
    content = a_workbook(lambda sheet: sheet.write_row(0, 0, [f"Column {n}" for n in range(10_000)]))
    with pytest.raises(InvalidHeadings):
        a_file(content, name="wide.xlsx")


def a_bomb() -> BytesIO:
    """A workbook that unpacks to far more than its index says."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
    content = packed.getvalue()
    return BytesIO(content.replace((300_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))


def test_a_workbook_that_unpacks_to_too_much_is_refused_unopened():
    bomb = a_bomb()
    assert len(bomb.getvalue()) < 400_000
    with pytest.raises(WorkbookTooLarge):
        measure(bomb)
    with pytest.raises(WorkbookTooLarge):
        a_file(bomb.getvalue(), name="bomb.xlsx")


def test_a_broken_workbook_is_refused():
    with pytest.raises(NotATable):
        a_file(b"PK\x03\x04[Content_Types].xml and nothing more", name="broken.xlsx")


def test_what_cannot_be_kept_as_text_is_kept_as_far_as_it_can_be_shown():
    run = check(a_file(HEAD + b"X-2,A\x00n\xffn,,,\r\n" + "C-1,Zoë,,,\r\n".encode()))
    assert ImportLine.objects.get(run=run, line=2).values == ["X-2", "A\ufffdn?n", "", "", ""]
