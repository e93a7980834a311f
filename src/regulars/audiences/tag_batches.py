"""Tags for many members at once: looked at first, applied in batches, and undone as a whole."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audiences.find import each_batch
from regulars.audiences.models import TagBatch
from regulars.audiences.segments import asking_at
from regulars.audiences.tag_file import InvalidTagFile, TagLine, read_tag_file, tags_named
from regulars.audiences.tags import TagChange, change_tags, create_tag, find_known_tags, find_tags
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.audience import Condition, read_condition, write_condition
from regulars.core.refusals import Refusal
from regulars.platform.rows import encode_rows, fetch, run
from regulars.programs.book import load_book

AT_ONCE = 1_000
SHOWN_FAULTS = 200
State = TagBatch.State

INSERT = """
INSERT INTO audiences_tagbatchrow (batch_id, line, member_id, put, take, did_put, did_take, is_done, fault)
SELECT %(batch)s, line, member_id, put, take, '{}', '{}', false, fault
FROM json_to_recordset(%(rows)s::json) AS row(line bigint, member_id bigint, put bigint[], take bigint[], fault text)
"""

# What the lines would change, without changing it.
WOULD = """
SELECT count(*) FILTER (WHERE is_put AND worn.id IS NULL), count(*) FILTER (WHERE NOT is_put AND worn.id IS NOT NULL)
FROM (
    SELECT member_id, unnest(put) AS tag_id, true AS is_put FROM audiences_tagbatchrow
    WHERE batch_id = %(batch)s AND fault = ''
    UNION ALL
    SELECT member_id, unnest(take), false FROM audiences_tagbatchrow WHERE batch_id = %(batch)s AND fault = ''
) AS wanted
LEFT JOIN audiences_worn AS worn ON worn.member_id = wanted.member_id AND worn.tag_id = wanted.tag_id
"""

TO_APPLY = """
SELECT line, member_id, put, take FROM audiences_tagbatchrow
WHERE batch_id = %(batch)s AND fault = '' AND NOT is_done ORDER BY line LIMIT %(limit)s
"""

TO_UNDO = """
SELECT line, member_id, did_put, did_take FROM audiences_tagbatchrow
WHERE batch_id = %(batch)s AND fault = '' AND is_done ORDER BY line DESC LIMIT %(limit)s
"""

NOTE = """
UPDATE audiences_tagbatchrow AS row SET is_done = %(is_done)s,
    did_put = CASE WHEN %(is_done)s THEN done.did_put ELSE row.did_put END,
    did_take = CASE WHEN %(is_done)s THEN done.did_take ELSE row.did_take END
FROM json_to_recordset(%(rows)s::json) AS done(line bigint, did_put bigint[], did_take bigint[])
WHERE row.batch_id = %(batch)s AND row.line = done.line
"""


class UnknownTagBatch(Refusal):
    """There is no such batch of tags."""

    code = "unknown_tag_batch"


class TagBatchOver(Refusal):
    """The batch was applied or undone already; `state` says which."""

    code = "tag_batch_over"

    def __init__(self, *, state: str) -> None:
        self.state = state


class Progress(msgspec.Struct, frozen=True):
    rows: int


@transaction.atomic
def check_tag_file(content: bytes, *, origin: str, creates_tags: bool, at: datetime, by: Actor) -> int:
    """Look at a file and keep what each line would do; nothing is put on or taken off before `apply_tag_batch`.

    With `creates_tags`, the tags it names that there are not yet are created now; without, they are faults. Refuses:
    InvalidTagFile, InvalidTag.
    """
    if creates_tags:
        for name in sorted(tags_named(content) - find_known_tags(tags_named(content)).keys()):
            create_tag(name, at=at, by=by)
    batch = TagBatch.objects.create(origin=origin[:200], is_collected=True, created_at=at, created_by=by.tag)
    lines = sound = 0
    for part in read_tag_file(content, country=load_book().program.country, at=at):
        _insert(batch, part)
        lines, sound = lines + len(part), sound + sum(not line.fault for line in part)
    if not lines:
        raise InvalidTagFile(problem="no_lines")
    [(put, taken)] = fetch(WOULD, {"batch": batch.pk})
    TagBatch.objects.filter(pk=batch.pk).update(lines=lines, sound=sound, put=put, taken=taken)
    facts = {"lines": lines, "sound": sound}
    record_event(action="tag_batch.checked", about="tag_batch", about_id=batch.pk, facts=facts, at=at, by=by)
    return batch.pk


@transaction.atomic
def ask_tag_batch(
    condition: Condition, *, origin: str, put: Sequence[str], take: Sequence[str], about: int, at: datetime, by: Actor
) -> int:
    """Note that tags are wanted for all members of a list, `about` so many; `apply_tag_batch` collects and tags them.

    Refuses: UnknownTag.
    """
    known = find_tags({*put, *take})
    asked = {
        "condition": write_condition(condition),
        "put": [known[name] for name in put],
        "take": [known[name] for name in take],
    }
    batch = TagBatch.objects.create(
        origin=origin[:200], asked=asked, lines=about, sound=about, created_at=at, created_by=by.tag
    )
    facts = {"on": list(put), "off": list(take), "about": about}
    record_event(action="tag_batch.asked", about="tag_batch", about_id=batch.pk, facts=facts, at=at, by=by)
    return batch.pk


@transaction.atomic
def note_tag_batch(
    members: Sequence[int], *, origin: str, put: Sequence[str], take: Sequence[str], at: datetime, by: Actor
) -> int:
    """The same for members who were picked one by one. Refuses: UnknownTag."""
    known = find_tags({*put, *take})
    lines = [
        TagLine(
            line=line,
            member_id=member,
            put=tuple(known[name] for name in put),
            take=tuple(known[name] for name in take),
        )
        for line, member in enumerate(dict.fromkeys(members), 1)
    ]
    batch = TagBatch.objects.create(
        origin=origin[:200],
        is_collected=True,
        lines=len(lines),
        sound=len(lines),
        created_at=at,
        created_by=by.tag,
    )
    _insert(batch, lines)
    facts = {"on": list(put), "off": list(take), "about": len(lines)}
    record_event(action="tag_batch.asked", about="tag_batch", about_id=batch.pk, facts=facts, at=at, by=by)
    return batch.pk


@transaction.atomic
def begin_tag_batch(batch_id: int, *, undo: bool, at: datetime, by: Actor) -> None:
    """Let a batch that was looked at be applied, or one that was applied be undone. Refuses: UnknownTagBatch,
    TagBatchOver.
    """
    batch = TagBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise UnknownTagBatch()
    if batch.state != (State.APPLIED if undo else State.CHECKED):
        raise TagBatchOver(state=batch.state)
    batch.state, batch.done = (State.UNDOING if undo else State.APPLYING), 0
    if not undo:
        batch.put = batch.taken = 0
    batch.save()
    action = "tag_batch.undone" if undo else "tag_batch.applied"
    record_event(action=action, about="tag_batch", about_id=batch_id, at=at, by=by)


def work_tag_batch(batch_id: int, *, at: datetime, by: Actor) -> Iterator[Progress]:
    """Do what was begun, part by part, each in a transaction of its own; one that was cut off goes on where it was."""
    batch = TagBatch.objects.filter(pk=batch_id, state__in=[State.APPLYING, State.UNDOING]).first()
    if batch is None:
        return
    if not batch.is_collected:
        yield from _collect(batch, at=at)
    undo = batch.state == State.UNDOING
    while rows := _step(batch, undo=undo, at=at, by=by):
        yield Progress(rows)
    moment = {"undone_at": at} if undo else {"applied_at": at}
    TagBatch.objects.filter(pk=batch_id).update(state=State.UNDONE if undo else State.APPLIED, **moment)


def read_tag_batch(batch_id: int) -> TagBatch:
    """Refuses: UnknownTagBatch."""
    batch = TagBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise UnknownTagBatch()
    return batch


def list_tag_batches(limit: int = 20) -> list[TagBatch]:
    return list(TagBatch.objects.defer("asked").order_by("-id")[:limit])


def faults_of(batch_id: int, *, limit: int = SHOWN_FAULTS) -> list[tuple[int, str]]:
    """Return the first lines with a fault, and which."""
    sql = """SELECT line, fault FROM audiences_tagbatchrow WHERE batch_id = %(batch)s AND fault <> ''
             ORDER BY line LIMIT %(limit)s"""
    return [(line, fault) for line, fault in fetch(sql, {"batch": batch_id, "limit": limit})]


def _collect(batch: TagBatch, *, at: datetime) -> Iterator[Progress]:
    """Write down whom the list means, from where it was cut off."""
    asked: dict[str, Any] = batch.asked or {}
    [(lines, last)] = fetch(
        "SELECT count(*), min(member_id) FROM audiences_tagbatchrow WHERE batch_id = %(batch)s", {"batch": batch.pk}
    )
    for members in each_batch(read_condition(asked["condition"]), asking_at(at), before=last):
        part = [
            TagLine(line=lines + place, member_id=member, put=tuple(asked["put"]), take=tuple(asked["take"]))
            for place, member in enumerate(members, 1)
        ]
        _insert(batch, part)
        lines += len(part)
        yield Progress(0)
    TagBatch.objects.filter(pk=batch.pk).update(is_collected=True, lines=lines, sound=lines)


@transaction.atomic
def _step(batch: TagBatch, *, undo: bool, at: datetime, by: Actor) -> int:
    """Apply (or undo) the next lines, and note what each changed; how many there were."""
    rows = fetch(TO_UNDO if undo else TO_APPLY, {"batch": batch.pk, "limit": AT_ONCE})
    if not rows:
        return 0
    changes = [
        TagChange(member_id=member, put=tuple(take if undo else put), take=tuple(put if undo else take))
        for _, member, put, take in rows
    ]
    done = {each.member_id: each for each in change_tags(changes, at=at, by=by)}
    noted = [
        {
            "line": line,
            "did_put": list(done[member].put) if member in done else [],
            "did_take": list(done[member].take) if member in done else [],
        }
        for line, member, _, _ in rows
    ]
    run(NOTE, {"batch": batch.pk, "rows": encode_rows(noted), "is_done": not undo})
    batch.done += len(rows)
    if not undo:
        batch.put += sum(len(each.put) for each in done.values())
        batch.taken += sum(len(each.take) for each in done.values())
    TagBatch.objects.filter(pk=batch.pk).update(done=batch.done, put=batch.put, taken=batch.taken)
    return len(rows)


def _insert(batch: TagBatch, lines: Sequence[TagLine]) -> None:
    if lines:
        run(INSERT, {"batch": batch.pk, "rows": encode_rows([_row(line) for line in lines])})


def _row(line: TagLine) -> dict[str, Any]:
    return {"line": line.line, "member_id": line.member_id, "put": line.put, "take": line.take, "fault": line.fault}
