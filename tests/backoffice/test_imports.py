"""A file is brought in from the screens: chosen, its columns said, looked at, brought in, taken back."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from regulars.backoffice.import_lines import SHOWN
from regulars.care.duplicates import look_for_duplicates
from regulars.core.actor import SYSTEM
from regulars.imports.models import ImportRun
from regulars.members.models import Member
from regulars.points.adjust import adjust_points
from regulars.staff.approval_rules import put_rule
from regulars.staff.grants import give_grant
from regulars.staff.models import Person, Role
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, sign_in
from tests.imports.files import work
from tests.shop import a_member

pytestmark = pytest.mark.django_db

FILE = b"Customer No,Given name,Mobile,Favourite colour\nC-1,Ann,+12125550101,red\nC-2,Bob,12,blue\n"


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """What is deferred is done by the test itself, when it wants."""
    monkeypatch.setattr("regulars.backoffice.pages.imports.defer_import", lambda run, *, schema: None)


def upload(client, content: bytes = FILE, name: str = "people.csv") -> ImportRun:
    file = BytesIO(content)
    file.name = name
    answer = client.post("/imports/", {"subject": "members", "file": file, "note": "from the old till"})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


def say_columns(client, run: ImportRun, **changes):
    form = {"mode": "create_and_update", "first": "external_id", "second": "phone", "joins": "yes"}
    form |= {"dates": "year_first", "encoding": "utf-8-sig", "delimiter": ","}
    form |= {f"column_{place}": code for place, code in enumerate(run.fields)}
    return client.post(f"/imports/{run.pk}/columns/", form | changes)


def test_other_peoples_column_names_are_understood_and_shown_with_samples(owner):
    run = upload(owner)
    assert run.fields == ["external_id", "first_name", "phone", ""]

    page = owner.get(f"/imports/{run.pk}/columns/").content.decode()
    assert "Favourite colour" in page
    assert "+12125550101" in page


def test_a_file_is_looked_at_then_brought_in_then_taken_back(owner):
    run = upload(owner)
    say_columns(owner, run)
    work(run)
    page = owner.get(f"/imports/{run.pk}/").content.decode()
    assert "Bring in 1 line" in page
    assert "Mobile: This is not a phone number." in page
    assert not Member.objects.exists()

    owner.post(f"/imports/{run.pk}/start/")
    work(run)
    assert Member.objects.get().first_name == "Ann"
    assert "Brought in" in owner.get(f"/imports/{run.pk}/").content.decode()

    assert "1 member" in owner.get(f"/imports/{run.pk}/undo/").content.decode()
    owner.post(f"/imports/{run.pk}/undo/")
    work(run)
    assert not Member.objects.exists()
    assert "Taken back" in owner.get("/imports/").content.decode()


def test_the_errors_are_a_file_to_mend_and_no_cell_of_it_is_a_formula(owner):
    run = upload(owner, FILE + b'C-3,"=HYPERLINK(1)",+12125550103,\n')
    say_columns(owner, run)
    work(run)
    answer = owner.get(f"/imports/{run.pk}/errors.csv")
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert rows[0] == ["Line", "What is wrong", "Customer No", "Given name", "Mobile", "Favourite colour"]
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert rows[1][2:] == ["C-2", "Bob", "12", "blue"]
    assert rows[2][3] == "'=HYPERLINK(1)"


def test_a_template_has_every_column_and_is_understood(owner):
    text = b"".join(owner.get("/imports/template/members.csv").streaming_content)
    run = upload(owner, text, "template.csv")
    assert run.fields == [code for code in run.fields if code]
    workbook = b"".join(owner.get("/imports/template/members.xlsx").streaming_content)
    [headings, *_] = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert headings == run.headings
    assert upload(owner, workbook, "template.xlsx").fields == run.fields


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08rest", b"PK\x03\x04 no workbook", b"\n\n", b"a,a\n1,2\n"])
def test_what_is_no_table_is_refused_beside_the_field(owner, content):
    file = BytesIO(content)
    file.name = "people.csv"
    answer = owner.post("/imports/", {"subject": "members", "file": file})
    assert answer.status_code == 200
    assert 'class="fault"' in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_the_last_choice_of_columns_is_remembered_for_the_same_headings(owner):
    run = upload(owner)
    say_columns(owner, run, column_3="last_name")
    assert upload(owner).fields == ["external_id", "first_name", "phone", "last_name"]


def test_two_columns_cannot_mean_the_same(owner):
    run = upload(owner)
    page = say_columns(owner, run, column_3="phone").content.decode()
    assert "Each column means one thing" in page


def test_nobody_else_brings_files_in(manager):
    assert manager.get("/imports/").status_code == 403


def test_balances_are_brought_in_with_sums_that_reconcile(owner):
    a_member(external_id="C-1", points=7)
    file = BytesIO(b"External id,Points\nC-1,40\nC-9,5\n")
    file.name = "old-till.csv"
    owner.post("/imports/", {"subject": "balances", "file": file})
    run = ImportRun.objects.latest("pk")
    say_columns(owner, run)
    work(run)
    owner.post(f"/imports/{run.pk}/start/")
    work(run)
    page = " ".join(owner.get(f"/imports/{run.pk}/").content.decode().split())
    for cell in ("45", "5", "40", "7", "47"):
        assert f'<td class="num">{cell}' in page
    assert "meanwhile" not in page


def test_many_adjustments_may_need_a_second_person(owner):
    put_rule(action="mass_adjust", role="", from_amount=2, need="second", at=NOW, by=SYSTEM)
    for number in (1, 2):
        a_member(external_id=f"C-{number}")
    file = BytesIO(b"External id,Points,Reason\nC-1,40,gift\nC-2,5,gift\n")
    file.name = "gifts.csv"
    owner.post("/imports/", {"subject": "adjustments", "file": file})
    run = ImportRun.objects.latest("pk")
    say_columns(owner, run)
    work(run)
    answer = owner.post(f"/imports/{run.pk}/start/")

    assert answer.status_code == 200
    run.refresh_from_db()
    assert (run.step, run.state) == ("check", "done")


def sheet(client, run: ImportRun, kind: str) -> list[list[str]]:
    answer = client.get(f"/imports/{run.pk}/{kind}.csv")
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def bring_in(client, content: bytes, subject: str) -> ImportRun:
    file = BytesIO(content)
    file.name = "file.csv"
    client.post("/imports/", {"subject": subject, "file": file})
    run = ImportRun.objects.latest("pk")
    say_columns(client, run)
    work(run)
    client.post(f"/imports/{run.pk}/start/")
    work(run)
    return run


def test_what_an_undo_could_not_undo_is_told_line_by_line(owner):
    ann = a_member(external_id="C-1")
    a_member(external_id="C-2")
    run = bring_in(owner, b"External id,Points\nC-1,40\nC-2,5\n", "balances")
    adjust_points(member_id=ann, amount=-30, reason="spent", key="1", at=timezone.now(), by=SYSTEM)
    owner.post(f"/imports/{run.pk}/undo/")
    work(run)

    page = owner.get(f"/imports/{run.pk}/").content.decode()
    assert "Lines that could not be undone" in page
    assert f'href="/members/{ann}/">It was spent since.' in page
    assert sheet(owner, run, "stayed")[1:] == [["2", "It was spent since.", "C-1", "40"]]


def test_who_may_be_known_already_is_counted_shown_and_downloaded(owner):
    ann = a_member(first_name="Ann", last_name="Lee", birth_on=date(1990, 2, 28))
    look_for_duplicates(at=NOW)
    bo = "Bo,Ray,1980-01-01"
    text = f"External id,First name,Last name,Birthday\nC-1,Ann,Lee,1990-02-28\nC-2,{bo}\nC-3,{bo}\n"
    run = bring_in(owner, text.encode(), "members")

    page = " ".join(owner.get(f"/imports/{run.pk}/").content.decode().split())
    assert "<dt>Maybe known</dt><dd>2" in page
    assert f'href="/members/{ann}/">A member has the same name and birth date.' in page
    assert [row[:2] for row in sheet(owner, run, "alike")[1:]] == [
        ["2", "A member has the same name and birth date."],
        ["4", "Line 3 has the same name and birth date."],
    ]


def test_open_sales_are_brought_in_with_what_they_come_to(owner):
    a_member(external_id="C-1")
    heading = b"External id,Store,Receipt number,Total,Sold on\n"
    run = bring_in(owner, heading + b"C-1,330,A-1,120.50,2026-03-09\nC-9,330,A-2,8,2026-03-09\n", "sales")
    page = " ".join(owner.get(f"/imports/{run.pk}/").content.decode().split())
    assert "Brought in to wait</dt><dd>120.50 USD</dd><dt>Fails</dt><dd>8.00 USD" in page
    assert "1 open sale" in owner.get(f"/imports/{run.pk}/undo/").content.decode()


OPEN_SALES = b"External id,Store,Receipt number,Total,Sold on\nC-1,330,A-1,120.50,2026-03-09\n"


def test_whoever_gives_leave_for_open_sales_reads_what_they_come_to(owner):
    put_rule(action="mass_adjust", role="", from_amount=1, need="second", at=NOW, by=SYSTEM)
    a_member(external_id="C-1")
    run = bring_in(owner, OPEN_SALES, "sales")
    question = " ".join(owner.post(f"/imports/{run.pk}/start/").content.decode().split())
    assert '<td class="soft">Open sales</td><td>120.50 USD</td>' in question
    assert "Money, booked in all" not in question


def test_open_sales_are_brought_in_by_who_works_in_all_stores(owner):
    a_member(external_id="C-1")
    run, people = bring_in(owner, OPEN_SALES, "sales"), upload(owner)
    assert "file.csv" in owner.get("/imports/").content.decode()
    Person.objects.update(all_stores=False)
    Person.objects.get().stores.set(Store.objects.filter(code="330"))

    page = owner.get("/imports/").content.decode()
    assert 'value="sales"' not in page
    assert "file.csv" not in page
    assert "people.csv" in page
    for path in (f"/imports/{run.pk}/", f"/imports/{run.pk}/columns/", "/imports/template/sales.csv"):
        assert owner.get(path).status_code == 404, path
    assert owner.post(f"/imports/{run.pk}/start/").status_code == 404
    file = BytesIO(OPEN_SALES)
    file.name = "more.csv"
    assert owner.post("/imports/", {"subject": "sales", "file": file}).status_code == 200
    assert ImportRun.objects.count() == 2
    assert owner.get(f"/imports/{people.pk}/").status_code == 200


def test_the_list_has_only_what_somebody_may_bring_in(owner, cashier):
    bring_in(owner, b"External id,Points\nC-9,5\n", "balances")
    upload(owner)
    give_grant(person_id=Person.objects.get(role=Role.CASHIER).pk, feature="lists", level="edit", at=NOW, by=SYSTEM)
    page = sign_in(Role.CASHIER).get("/imports/").content.decode()
    assert "people.csv" in page
    assert "file.csv" not in page


@pytest.mark.parametrize(("failing", "leads_on"), [(SHOWN, False), (SHOWN + 1, True)])
def test_further_lines_are_offered_where_there_are_some(owner, failing, leads_on):
    rows = "".join(f"C-{number},12\n" for number in range(failing))
    run = upload(owner, f"External id,Mobile\n{rows}".encode())
    say_columns(owner, run)
    work(run)
    page = owner.get(f"/imports/{run.pk}/").content.decode()
    assert page.count("This is not a phone number.") == SHOWN
    assert ("Further lines" in page) is leads_on
    if leads_on:
        rest = owner.get(f"/imports/{run.pk}/?after_errors={SHOWN + 1}").content.decode()
        assert rest.count("This is not a phone number.") == 1


def test_there_are_three_lists_of_lines_and_no_other(owner):
    run = upload(owner)
    assert owner.get(f"/imports/{run.pk}/everything.csv").status_code == 404
