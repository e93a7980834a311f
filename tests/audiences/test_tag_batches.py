"""Tags by a file: looked at first, applied once, undone as they were; and what is wrong with a line is said."""

import pytest

from regulars.audiences import tag_batches
from regulars.audiences.models import TagBatch, TagBatchRow
from regulars.audiences.tag_batches import (
    TagBatchOver,
    ask_tag_batch,
    begin_tag_batch,
    check_tag_file,
    faults_of,
    read_tag_batch,
    work_tag_batch,
)
from regulars.audiences.tag_file import InvalidTagFile, write_template
from regulars.audiences.tags import create_tag, retag_member, tags_of
from regulars.core.actor import Actor
from regulars.core.audience import Standing
from tests.shop import NOON, OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db
ANN = Actor(kind="staff", id=7, name="Ann")


@pytest.fixture
def people(db) -> dict[str, int]:
    a_shop()
    for name in ("vip", "press", "old"):
        create_tag(name, at=OPENED, by=ANN)
    people = {
        "ann": a_member(email="ann@example.com", cards=("C1",)),
        "bob": a_member(phone="+12025550123", cards=("C2",)),
        "cem": a_member(external_id="X-3", cards=("C3",)),
    }
    retag_member(member_id=people["bob"], put=["vip", "old"], at=OPENED, by=ANN)
    return people


def checked(text: str, *, creates_tags: bool = False) -> TagBatch:
    return read_tag_batch(check_tag_file(text.encode(), origin="tags.csv", creates_tags=creates_tags, at=NOON, by=ANN))


def work(batch: TagBatch, *, undo: bool = False) -> TagBatch:
    begin_tag_batch(batch.pk, undo=undo, at=NOON, by=ANN)
    list(work_tag_batch(batch.pk, at=NOON, by=ANN))
    return read_tag_batch(batch.pk)


FILE = """email,phone,card,put_on,take_off
ANN@example.com,,,vip; press,
,202-555-0123,,vip,old
,,C3,,vip
"""


def test_a_file_is_looked_at_and_moves_nothing(people):
    batch = checked(FILE)
    assert (batch.state, batch.lines, batch.sound, batch.put, batch.taken) == ("checked", 3, 3, 2, 1)
    assert tags_of(people.values()) == {people["bob"]: ("old", "vip")}


def test_it_is_applied_once_and_undone_as_it_was(people):
    batch = work(checked(FILE))
    assert (batch.state, batch.done, batch.put, batch.taken) == ("applied", 3, 2, 1)
    assert tags_of(people.values()) == {people["ann"]: ("press", "vip"), people["bob"]: ("vip",)}
    with pytest.raises(TagBatchOver):
        begin_tag_batch(batch.pk, undo=False, at=NOON, by=ANN)
    batch = work(batch, undo=True)
    assert (batch.state, batch.done) == ("undone", 3)
    assert tags_of(people.values()) == {people["bob"]: ("old", "vip")}
    with pytest.raises(TagBatchOver):
        begin_tag_batch(batch.pk, undo=True, at=NOON, by=ANN)


def test_an_undo_leaves_alone_what_the_batch_did_not_do(people):
    batch = work(checked("card,put_on\nC2,vip\nC1,vip\n"))
    retag_member(member_id=people["ann"], put=["press"], at=NOON, by=ANN)
    work(batch, undo=True)
    assert tags_of(people.values()) == {people["ann"]: ("press",), people["bob"]: ("old", "vip")}


def test_one_that_is_cut_off_goes_on_where_it_was(people, monkeypatch):
    monkeypatch.setattr(tag_batches, "AT_ONCE", 1)
    batch = checked(FILE)
    begin_tag_batch(batch.pk, undo=False, at=NOON, by=ANN)
    next(work_tag_batch(batch.pk, at=NOON, by=ANN))
    assert read_tag_batch(batch.pk).done == 1
    list(work_tag_batch(batch.pk, at=NOON, by=ANN))
    batch = read_tag_batch(batch.pk)
    assert (batch.state, batch.done, batch.put, batch.taken) == ("applied", 3, 2, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",,C9,vip,", "nobody_found"),
        (",12,,vip,", "nobody_found"),
        (",,,vip,", "nobody_named"),
        (",,C1,,", "no_tags"),
        (",,C1, ; ,", "no_tags"),
        (",,C1,nobody made this,", "unknown_tag"),
        (f",,C1,{'x' * 65},", "unknown_tag"),
        (",,C1,vip,,one too many", "ragged"),
        (f",,C1,{'x' * 3000},", "ragged"),
        (",,=cmd|' /C calc'!A0,vip,", "nobody_found"),
        (",,c2,press,", "doubled"),
    ],
)
def test_a_line_with_a_fault_is_told_and_left_out(people, line, fault):
    batch = checked(f"email,phone,card,put_on,take_off\n,,C2,press,\n{line}\n")
    assert (batch.lines, batch.sound) == (2, 1)
    assert faults_of(batch.pk) == [(3, fault)]
    work(batch)
    assert tags_of(people.values()) == {people["bob"]: ("old", "press", "vip")}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no_heading"),
        (b"email,tag\nann@example.com,vip\n", "columns"),
        (b"put_on,take_off\nvip,\n", "columns"),
        (b"card,card,put_on\nC1,C1,vip\n", "columns"),
        (b"card,put_on\n", "no_lines"),
        ("card,put_on\nC1,caf\xe9\n".encode("cp1252"), "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(people, content, problem):
    with pytest.raises(InvalidTagFile) as refused:
        check_tag_file(content, origin="x", creates_tags=False, at=NOON, by=ANN)
    assert refused.value.problem == problem
    assert not TagBatch.objects.exists()


@pytest.mark.parametrize(
    "text", ["\ufeffcard;put_on\r\nC1;vip\r\n", "card\tput_on\nC1\tvip\n", 'CARD , Put_On\n"C1","vip"\n\n\n']
)
def test_spreadsheets_of_all_countries_are_read(people, text):
    work(checked(text))
    assert tags_of([people["ann"]]) == {people["ann"]: ("vip",)}


def test_tags_that_are_new_are_created_if_that_is_wanted(people):
    work(checked("card,put_on\nC1,brand new\n", creates_tags=True))
    assert tags_of([people["ann"]]) == {people["ann"]: ("brand new",)}


def test_the_template_can_be_read(people):
    batch = checked(write_template())
    assert faults_of(batch.pk) == [(2, "nobody_found"), (3, "unknown_tag")]


def test_no_personal_data_of_the_file_is_kept(people):
    checked(FILE)
    kept = list(TagBatchRow.objects.values())
    assert len(kept) == 3
    assert "example.com" not in str(kept) and "5550123" not in str(kept)


def test_all_members_of_a_list_are_tagged_and_undone(people, monkeypatch):
    guest = a_member(joined_at=None)
    batch_id = ask_tag_batch(
        Standing(any=("member",)), origin="Members", put=["press"], take=["old"], about=3, at=NOON, by=ANN
    )
    batch = work(read_tag_batch(batch_id))
    assert (batch.lines, batch.done, batch.put, batch.taken) == (3, 3, 3, 1)
    assert guest not in tags_of([guest])
    work(batch, undo=True)
    assert tags_of(people.values()) == {people["bob"]: ("old", "vip")}


def test_a_list_that_is_cut_off_while_it_is_collected_has_everybody_once(people):
    batch_id = ask_tag_batch(Standing(any=("member",)), origin="M", put=["press"], take=[], about=3, at=NOON, by=ANN)
    begin_tag_batch(batch_id, undo=False, at=NOON, by=ANN)
    next(work_tag_batch(batch_id, at=NOON, by=ANN))
    list(work_tag_batch(batch_id, at=NOON, by=ANN))
    batch = read_tag_batch(batch_id)
    assert (batch.lines, batch.done, batch.put) == (3, 3, 3)
