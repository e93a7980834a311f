"""Notes that the team writes about a member: pinned ones first, then the newest. The member does not see them.

The trail says that a note was written or removed and by whom; its words stand in the note alone, and go with it.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.models import MemberNote

LONGEST = 2_000


class InvalidNote(Refusal):
    """A note has 1 to 2,000 characters."""

    code = "invalid_note"

    def __init__(self) -> None:
        self.longest = LONGEST


class UnknownNote(Refusal):
    """The member has no such note, or it was removed."""

    code = "note_not_found"


class NoteRow(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    text: str
    is_pinned: bool
    written_at: datetime
    written_by: str


@transaction.atomic
def write_note(*, member_id: int, text: str, at: datetime, by: Actor, is_pinned: bool = False) -> NoteRow:
    """Write a note. Refuses: UnknownMember, InvalidNote."""
    cleaned = text.replace("\r\n", "\n").strip()
    if not 1 <= len(cleaned) <= LONGEST or "\x00" in cleaned:
        raise InvalidNote()
    member = lock_member(member_id)
    note = MemberNote.objects.create(member=member, text=cleaned, is_pinned=is_pinned, written_at=at, written_by=by.tag)
    _tell("note.written", note, at=at, by=by)
    return _row(note)


@transaction.atomic
def pin_note(*, member_id: int, note_id: int, is_pinned: bool, at: datetime, by: Actor) -> None:
    """Keep a note on top, or let it go down. Refuses: UnknownMember, UnknownNote."""
    note = _lock(member_id, note_id)
    if note.is_pinned != is_pinned:
        note.is_pinned = is_pinned
        note.save(update_fields=["is_pinned"])
        _tell("note.pinned" if is_pinned else "note.unpinned", note, at=at, by=by)


@transaction.atomic
def remove_note(*, member_id: int, note_id: int, at: datetime, by: Actor) -> None:
    """Remove a note for good. Refuses: UnknownMember, UnknownNote."""
    note = _lock(member_id, note_id)
    _tell("note.removed", note, at=at, by=by)
    note.delete()


def read_notes(member_id: int, *, before_id: int | None = None, limit: int = 20) -> list[NoteRow]:
    """The pinned notes and then the newest, up to `limit`; with `before_id` the older ones that are not pinned."""
    notes = MemberNote.objects.filter(member=member_id)
    if before_id is None:
        pinned = list(notes.filter(is_pinned=True).order_by("-id")[:limit])
        return [_row(each) for each in (*pinned, *notes.filter(is_pinned=False).order_by("-id")[:limit])][:limit]
    return [_row(each) for each in notes.filter(is_pinned=False, id__lt=before_id).order_by("-id")[:limit]]


def _lock(member_id: int, note_id: int) -> MemberNote:
    member = lock_member(member_id)
    note = MemberNote.objects.filter(pk=note_id, member=member).first()
    if note is None:
        raise UnknownNote()
    return note


def _row(note: MemberNote) -> NoteRow:
    return NoteRow(
        id=note.pk,
        text=note.text,
        is_pinned=note.is_pinned,
        written_at=note.written_at,
        written_by=note.written_by,
    )


def _tell(action: str, note: MemberNote, *, at: datetime, by: Actor) -> None:
    record_event(
        action=action,
        about="member",
        about_id=note.member_id,
        member_id=note.member_id,
        facts={"note": note.pk},
        at=at,
        by=by,
    )
