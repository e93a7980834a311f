"""Notes: pinned first, then the newest; their words stand nowhere but in the note."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.members.models import MemberNote
from regulars.members.notes import InvalidNote, UnknownNote, pin_note, read_notes, remove_note, write_note
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db

BOB = Actor(kind="staff", id=5, name="Bob")


@pytest.fixture
def ann() -> int:
    a_shop()
    return a_member()


def note(member: int, text: str, **given: bool) -> int:
    return write_note(member_id=member, text=text, at=NOON, by=BOB, **given).id


def test_pinned_notes_come_first_and_then_the_newest(ann):
    ids = [note(ann, "one"), note(ann, "two", is_pinned=True), note(ann, "three")]
    assert [each.text for each in read_notes(ann)] == ["two", "three", "one"]
    pin_note(member_id=ann, note_id=ids[1], is_pinned=False, at=NOON, by=BOB)
    pin_note(member_id=ann, note_id=ids[0], is_pinned=True, at=NOON, by=BOB)
    assert [each.text for each in read_notes(ann)] == ["one", "three", "two"]
    assert [each.text for each in read_notes(ann, before_id=ids[2])] == ["two"]


def test_the_trail_says_that_and_not_what(ann):
    written = note(ann, "Planted: prefers the window")
    remove_note(member_id=ann, note_id=written, at=NOON, by=BOB)

    told = Event.objects.filter(action__startswith="note.").order_by("id")
    assert [(event.action, event.member_id, event.facts) for event in told] == [
        ("note.written", ann, {"note": written}),
        ("note.removed", ann, {"note": written}),
    ]
    assert not MemberNote.objects.exists()


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2_001, "a\x00b"])
def test_a_note_says_something(ann, text):
    with pytest.raises(InvalidNote):
        note(ann, text)
    assert not MemberNote.objects.exists()


def test_another_members_note_is_not_there(ann):
    written = note(ann, "one")
    with pytest.raises(UnknownNote):
        remove_note(member_id=a_member(), note_id=written, at=NOON, by=BOB)
    assert MemberNote.objects.count() == 1
