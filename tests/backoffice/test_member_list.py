"""The list of members: filtered by conditions, in chosen columns, kept as views, tagged and exported."""

import csv
import html
import io
import re

import pytest
from django.conf import settings

from regulars.audiences import find
from regulars.audiences.find import Size
from regulars.audiences.models import TagBatch, View
from regulars.audiences.segments import save_segment
from regulars.audiences.tags import create_tag, retag_member, tags_of
from regulars.core.actor import SYSTEM
from regulars.core.audience import Balance
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.platform.home import Home
from regulars.reports.models import Export
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "HOME", Home(tmp_path))


@pytest.fixture
def people(shop) -> dict[str, int]:
    create_tag("vip", at=YESTERDAY, by=SYSTEM)
    create_tag("press", at=YESTERDAY, by=SYSTEM)
    save_segment(name="rich", condition=Balance(unit="points", at_least=50), at=YESTERDAY, by=SYSTEM)
    people = {
        "ann": a_member(first_name="Ann", points=100, at=YESTERDAY, email="=ann@example.com"),
        "bob": a_member(first_name="Bob", points=10, at=YESTERDAY),
        "dee": a_member(first_name="Dee", joined_at=None, at=YESTERDAY),
    }
    retag_member(member_id=people["bob"], put=["vip"], at=YESTERDAY, by=SYSTEM)
    return people


def shown(client, query: str) -> set[int]:
    page = client.get(f"/members/?{query}")
    assert page.status_code == 200
    return {int(number) for number in re.findall(r'class="strong" href="/members/(\d+)/"', page.content.decode())}


def test_whom_few_conditions_fit_is_looked_for_further_while_the_page_is_there(manager, people, monkeypatch):
    """Without a script the page goes on by “Older”; with one it asks for what is here once more, with more time."""
    monkeypatch.setattr(find, "FIRST_CHUNK", 1)
    monkeypatch.setattr("regulars.backoffice.pages.members.SECONDS_AT_FIRST", -1)
    query = "c0-0-kind=tagged&c0-0-how=none&c0-0-names=vip&c1-0-kind=standing&c1-0-any=member"
    first = manager.get(f"/members/?{query}").content.decode()
    address = html.unescape(re.search(r'hx-get="(/members/\?[^"]*)" hx-trigger="load" hx-target="#members"', first)[1])
    assert "Nobody so far" in first
    assert "Older" in first
    further = manager.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'href="/members/{people["ann"]}/"' in further
    assert 'hx-trigger="load"' not in further


CASES = [
    ("", "ann bob dee"),
    ("status=member", "ann bob"),
    ("status=guest", "dee"),
    ("status=left", ""),
    ("c0-0-kind=tagged&c0-0-how=any&c0-0-names=vip", "bob"),
    ("c0-0-kind=tagged&c0-0-how=none&c0-0-names=vip", "ann dee"),
    ("c0-0-kind=tagged&c0-0-how=any&c0-0-names=vip&c0-0-turned=on", "ann dee"),
    ("c0-0-kind=segment&c0-0-any=rich", "ann"),
    ("c0-0-kind=balance&c0-0-unit=points&c0-0-of=balance&c0-0-at_most=10", "bob dee"),
    ("c0-0-kind=bought&c0-0-count=spend&c0-0-at_least=99.99", "ann"),
    ("c0-0-kind=bought&c0-0-count=sales&c0-0-at_least=1&c1-0-kind=tagged&c1-0-how=any&c1-0-names=vip", "bob"),
    (
        "c0-0-kind=segment&c0-0-any=rich&c0-1-kind=tagged&c0-1-how=any&c0-1-names=vip&status=member",
        "ann bob",
    ),
    ("c0-0-kind=tagged&c0-0-how=any", "ann bob dee"),  # nothing chosen yet: it says so, and filters nothing
    ("c0-0-kind=nothing&c0-0-any=x", "ann bob dee"),
    ("c0-0-kind=age&c0-0-at_least=x", "ann bob dee"),
]


@pytest.mark.parametrize(("query", "names"), CASES, ids=[case[0][:60] for case in CASES])
def test_a_filter_shows_who_fits(owner, people, query, names):
    assert shown(owner, query) == {people[name] for name in names.split()}


def test_a_filter_says_in_words_what_it_asks(owner, people):
    page = owner.get("/members/?c0-0-kind=bought&c0-0-count=spend&c0-0-at_least=10&c0-0-within_days=30")
    assert "Spent at least 10.00 USD in the last 30 days" in page.content.decode()
    assert owner.get("/members/count/?c0-0-kind=segment&c0-0-any=rich").content.decode().strip() == "<span>1</span>"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("do=add&kind=tagged", ["c0-0-kind"]),
        ("c0-0-kind=age&do=add&kind=tagged", ["c0-0-kind", "c1-0-kind"]),
        ("c0-0-kind=age&or-0=tagged&do=or:0", ["c0-0-kind", "c0-1-kind"]),
        ("c0-0-kind=age&c1-0-kind=tagged&do=drop:0-0", ["c1-0-kind"]),
        ("do=add&kind=made-up", []),
    ],
)
def test_rows_are_added_and_taken_out(owner, people, query, rows):
    page = owner.get(f"/members/rows/?{query}").content.decode()
    assert re.findall(r'name="(c\d+-\d+-kind)"', page) == rows
    whole = owner.get(f"/members/?{query}").content.decode()  # without a script
    assert re.findall(r'name="(c\d+-\d+-kind)"', whole) == rows


def test_columns_are_chosen(owner, people):
    page = owner.get("/members/?cols=email&cols=tags&cols=unit:points&cols=last_bought").content.decode()
    assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)[:5] == [
        "Name",
        "E-mail",
        "Tags",
        "Last purchase",
        "Points",
    ]
    assert "=ann@example.com" in page and '<span class="tag">vip</span>' in page and ">100</td>" in page


def test_a_view_is_kept_shared_and_forgotten(owner, manager, people):
    query = "c0-0-kind=tagged&c0-0-how=any&c0-0-names=vip&cols=tags"
    kept = owner.post("/members/views/new/", {"name": "Best", "is_shared": "on", "query": f"{query}&before=3&do=add"})
    view = View.objects.get()
    assert kept.url == f"/members/?{view.query}" and "before" not in view.query and "do=" not in view.query
    assert f"/members/?{view.query}".replace("&", "&amp;") in manager.get("/members/").content.decode()
    assert manager.post(f"/members/views/{view.pk}/remove/").status_code == 404
    assert View.objects.exists()
    owner.post(f"/members/views/{view.pk}/remove/")
    assert not View.objects.exists()


def test_a_view_of_ones_own_is_nobody_elses(owner, manager, people):
    owner.post("/members/views/new/", {"name": "Mine", "query": "status=guest"})
    assert "Mine" not in manager.get("/members/").content.decode()
    assert "Mine" in owner.get("/members/").content.decode()


def test_ticked_members_are_tagged_and_it_can_be_undone(manager, people):
    asked = {"who": "ticked", "member": [people["ann"], people["dee"]], "query": ""}
    assert "2 members who were ticked" in manager.get("/members/tag/", asked).content.decode()
    done = manager.post("/members/tag/", asked | {"put": ["press"], "take": ["vip"]})
    assert tags_of(people.values()) == {people["ann"]: ("press",), people["bob"]: ("vip",), people["dee"]: ("press",)}
    manager.post(f"{done.url}undo/")
    assert tags_of(people.values()) == {people["bob"]: ("vip",)}


def test_everybody_in_a_list_is_tagged(manager, people):
    asked = {"who": "all", "query": "c0-0-kind=segment&c0-0-any=rich"}
    manager.post("/members/tag/", asked | {"put": ["press"]})
    assert tags_of(people.values()) == {people["ann"]: ("press",), people["bob"]: ("vip",)}


@pytest.mark.parametrize("path", ["/members/tag/", "/members/export/"])
def test_nobody_ticked_is_nobody(owner, people, path):
    answer = owner.get(path, {"who": "ticked", "query": "status=guest"})
    assert answer.url == "/members/?status=guest"
    owner.post(path, {"who": "ticked", "query": "", "put": ["vip"], "columns": ["number"], "form": "csv"})
    assert not TagBatch.objects.exists() and not Export.objects.exists()


def test_what_is_filtered_is_exported_with_the_columns_of_the_list(owner, people):
    asked = {"who": "all", "query": "status=member&cols=email&cols=unit:points"}
    form = owner.get("/members/export/", asked).content.decode()
    assert re.findall(r'value="([^"]+)"[^>]* checked', form) == [
        "number",
        "first_name",
        "last_name",
        "email",
        "unit:points",
        "csv",
    ]
    done = owner.post("/members/export/", asked | {"columns": ["first_name", "email", "unit:points"], "form": "csv"})
    assert "2 rows are in the file" in owner.get(done.url).content.decode()
    answer = owner.get(f"{done.url}file/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [["First name", "E-mail", "Points"], ["Bob", "", "10"], ["Ann", "'=ann@example.com", "100"]]
    assert answer["Content-Disposition"] == f'attachment; filename="members-{Export.objects.get().pk}.csv"'


def test_an_export_is_nobody_elses(owner, manager, people):
    done = owner.post("/members/export/", {"who": "all", "query": "", "columns": ["number"], "form": "xlsx"})
    for path in ("", "file/"):
        assert manager.get(f"{done.url}{path}").status_code == 404
    assert manager.post(f"{done.url}stop/").status_code == 404
    assert done.url not in manager.get("/exports/").content.decode()


def test_a_status_that_has_ended_filters_nobody(owner, people):
    change_status(member_id=people["bob"], status=Status.LOCKED, reason="x", at=NOW, by=SYSTEM)
    assert shown(owner, "status=locked") == {people["bob"]}
    assert shown(owner, "status=active") == {people["ann"], people["dee"]}


def test_a_count_that_found_nobody_in_a_part_does_not_say_about_none(owner, monkeypatch):
    monkeypatch.setattr("regulars.backoffice.pages.members.count_members", lambda *asked: Size(0, is_exact=False))
    assert "few, if any" in owner.get("/members/count/?c0-0-kind=reward").content.decode()
