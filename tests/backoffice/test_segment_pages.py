"""Segments and tags in the back office: put together, counted, used, undone; and what is in use stays."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.audiences.models import AutoTag, Segment, Tag, TagBatch
from regulars.audiences.segments import save_segment
from regulars.audiences.tags import create_tag, retag_member, tags_of
from regulars.core.actor import SYSTEM
from regulars.core.audience import AllOf, AnyOf, Balance, Bought, InSegment, Not, Tagged, read_condition
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member

pytestmark = pytest.mark.django_db

RICH = {"c0-0-kind": "balance", "c0-0-unit": "points", "c0-0-of": "balance", "c0-0-at_least": "50"}
VIP = {"kind": "tagged", "how": "any", "names": "vip"}


@pytest.fixture(autouse=True)
def deferred(monkeypatch) -> list[int]:
    """Which automatic tags a job was asked to look at everybody for."""
    asked: list[int] = []
    monkeypatch.setattr("regulars.backoffice.pages.segments.defer_sweep", lambda rule, schema: asked.append(rule))
    return asked


@pytest.fixture
def people(shop) -> dict[str, int]:
    create_tag("vip", at=YESTERDAY, by=SYSTEM)
    return {"ann": a_member(points=100, at=YESTERDAY), "bob": a_member(points=10, at=YESTERDAY, cards=("C-7",))}


def test_a_segment_is_counted_while_it_is_put_together(manager, people):
    page = manager.post("/segments/count/", RICH).content.decode()
    assert re.search(r'class="big"><span>1<', page) and "Has at least 50 points." in page
    half = manager.post("/segments/count/", {**RICH, "c0-0-at_least": ""}).content.decode()
    assert "Fill in the conditions" in half


def test_it_is_saved_shown_again_and_changed(manager, people):
    vip = {f"c0-1-{name}": value for name, value in VIP.items()}
    more = {"c1-0-kind": "bought", "c1-0-count": "spend", "c1-0-at_least": "12.50", "c1-0-turned": "on"}
    saved = manager.post("/segments/new/", {"name": "Best", "about": "x", **RICH, **vip, **more})
    segment = Segment.objects.get()
    assert saved.url == f"/segments/{segment.pk}/"
    assert read_condition(segment.condition) == AllOf(
        of=(
            AnyOf(of=(Balance(unit="points", at_least=50), Tagged(any=("vip",)))),
            Not(of=Bought(count="spend", at_least=1250)),
        )
    )
    page = manager.get(saved.url).content.decode()
    assert re.findall(r'name="(c\d-\d)-kind" value="(\w+)"', page) == [
        ("c0-0", "balance"),
        ("c0-1", "tagged"),
        ("c1-0", "bought"),
    ]
    assert 'value="12.50"' in page and re.search(r'class="big"><span>\d+<', page)
    manager.post(saved.url, {"name": "Rich", **RICH})
    assert Segment.objects.get().name == "Rich"


@pytest.mark.parametrize(
    "form", [{"name": "", **RICH}, {"name": "x", "c0-0-kind": "balance"}, {"name": "x", **RICH, "do": "add"}]
)
def test_what_is_not_finished_is_not_saved(manager, people, form):
    assert manager.post("/segments/new/", form).status_code == 200
    assert not Segment.objects.exists()


def test_what_the_list_was_filtered_by_becomes_a_segment(manager, people):
    page = manager.get("/segments/new/", RICH).content.decode()
    assert 'name="c0-0-kind" value="balance"' in page and 'value="50"' in page


def test_one_that_is_asked_for_cannot_be_removed(manager, people):
    one = save_segment(name="one", condition=Balance(unit="points", at_least=1), at=YESTERDAY, by=SYSTEM)
    two = save_segment(name="two", condition=InSegment(any=("one",)), at=YESTERDAY, by=SYSTEM)
    assert "Segment two" in manager.get(f"/segments/{one}/").content.decode()
    manager.post(f"/segments/{one}/remove/")
    assert Segment.objects.count() == 2
    manager.post(f"/segments/{two}/remove/")
    manager.post(f"/segments/{one}/remove/")
    assert not Segment.objects.exists()


def test_its_members_get_a_tag_by_themselves(manager, people, deferred):
    segment = save_segment(name="rich", condition=Balance(unit="points", at_least=50), at=YESTERDAY, by=SYSTEM)
    manager.post(f"/segments/{segment}/tags/", {"tag": "vip", "takes_off": "on"})
    rule = AutoTag.objects.get()
    assert (rule.takes_off, deferred) == (True, [rule.pk])
    manager.post(f"/segments/{segment}/", {"name": "rich", **RICH})
    assert deferred == [rule.pk, rule.pk]
    manager.post(f"/segments/{segment}/tags/{rule.pk}/end/")
    assert not AutoTag.objects.exists()


def test_conditions_too_deep_for_rows_are_said_in_words(manager, people):
    deep = Not(of=AllOf(of=(Tagged(any=("vip",)), AnyOf(of=(Bought(at_least=1), Bought(at_least=5))))))
    segment = save_segment(name="deep", condition=deep, at=YESTERDAY, by=SYSTEM)
    assert "too deep for this page" in manager.get(f"/segments/{segment}/").content.decode()


def test_a_tag_is_created_described_put_on_and_removed(manager, cashier, people):
    manager.post("/tags/", {"name": "press", "about": "Writes about us"})
    tag = Tag.objects.get(name="press")
    cashier.post(f"/members/{people['ann']}/tags/", {"tags": ["press", "vip"]})
    assert tags_of([people["ann"]]) == {people["ann"]: ("press", "vip")}
    cashier.post(f"/members/{people['ann']}/tags/", {"tags": ["vip"]})
    assert tags_of([people["ann"]]) == {people["ann"]: ("vip",)}
    assert ">vip</a>" in cashier.get(f"/members/{people['ann']}/").content.decode()
    manager.post(f"/tags/{tag.pk}/", {"about": "Journalists"})
    assert Tag.objects.get(name="press").about == "Journalists"
    manager.post(f"/tags/{tag.pk}/remove/")
    assert not Tag.objects.filter(name="press").exists()


def test_a_cashier_creates_no_tag(cashier, people):
    cashier.post("/tags/", {"name": "press"})
    assert not Tag.objects.filter(name="press").exists()
    assert "Create tag" not in cashier.get("/tags/").content.decode()


def test_a_file_is_looked_at_applied_and_undone(manager, people):
    content = b"card,put_on,take_off\nC-7,vip,\nC-8,vip,\n"
    looked = manager.post("/tags/file/", {"file": SimpleUploadedFile("tags.csv", content)})
    page = manager.get(looked.url).content.decode()
    assert "Nobody here has this card" in page and "Nothing has happened yet" in page
    assert tags_of([people["bob"]]) == {}
    manager.post(f"{looked.url}apply/")
    assert tags_of([people["bob"]]) == {people["bob"]: ("vip",)}
    manager.post(f"{looked.url}undo/")
    assert tags_of([people["bob"]]) == {}
    assert TagBatch.objects.get().state == "undone"


def test_the_template_is_there_to_fill_in(manager, people):
    answer = manager.get("/tags/file/template/")
    assert answer.content.decode("utf-8-sig").startswith("member_id,card,external_id,phone,email,put_on,take_off")


@pytest.mark.parametrize("path", ["/segments/999/", "/tags/999/", "/tags/batches/999/", "/exports/999/"])
def test_what_is_not_there_is_not_found(owner, people, path):
    assert owner.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/segments/", "/segments/new/", "/tags/", "/exports/", "/members/"])
def test_pages_without_anything_say_what_they_are_for(owner, path):
    assert owner.get(path).status_code == 200


def test_a_tag_of_very_many_is_not_counted_to_the_end(owner, monkeypatch):
    monkeypatch.setattr("regulars.backoffice.pages.tags.MOST_COUNTED", 1)
    create_tag("vip", at=NOW, by=SYSTEM)
    for _ in range(3):
        retag_member(member_id=a_member(at=YESTERDAY), put=("vip",), at=NOW, by=SYSTEM)
    assert "more than 1</a>" in owner.get("/tags/").content.decode()
